import { expect, it } from 'vitest'
import { explainDownloadFailure } from './explain-download-failure.mjs'

it.each([
  ['npm error code ENOTFOUND\nnpm error network request failed', 'Offline?'],
  ['ERR_PNPM_META_FETCH_FAIL', 'Behind a proxy?'],
  ['npm error code EINTEGRITY', 'not what was pinned'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'NODE_EXTRA_CA_CERTS'],
  ['npm error code E407', 'wants a password'],
  ['npm error code E404', 'private mirror'],
  ['ENOSPC: no space left on device', 'disk is full'],
  ['ERR_PNPM_OUTDATED_LOCKFILE', 'pnpm install'],
  ['something else', '--verbose'],
])('explains %j', (output, words) => {
  expect(explainDownloadFailure(output)).toContain(words)
})
