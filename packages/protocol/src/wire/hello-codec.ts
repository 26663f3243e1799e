import { limits } from '../limits.js'
import type { CertificateChain } from '../membership/certificate.js'
import { protocolVersion } from '../versions.js'
import { checkInteger, checkLength, checkWord, decodeWire } from './check.js'
import { HelloWire } from './generated/hello.js'
import { certificateChainFromWire, certificateChainToWire } from './membership-codec.js'

/** What is said at the end: `welcome`, or why not. */
export const helloVerdicts = ['welcome', 'farm-refused', 'version-mismatch', 'expired', 'revoked'] as const
export type HelloVerdict = (typeof helloVerdicts)[number]

/** One frame of `/sheaf/hello/1`; which parts are there depends on the step. */
export interface HelloMessage {
  readonly version: number
  /** 32 random bytes. */
  readonly nonce?: Uint8Array | undefined
  /** HMAC-SHA256, 32 bytes. */
  readonly tag?: Uint8Array | undefined
  readonly chain?: CertificateChain | undefined
  readonly verdict?: HelloVerdict | undefined
}

const partBytes = 32

export function helloToWire(hello: HelloMessage): Uint8Array {
  return HelloWire.encode({
    version: hello.version,
    ...(hello.nonce === undefined ? {} : { nonce: Uint8Array.from(hello.nonce) }),
    ...(hello.tag === undefined ? {} : { tag: Uint8Array.from(hello.tag) }),
    ...(hello.verdict === undefined ? {} : { verdict: hello.verdict }),
    ...(hello.chain === undefined ? {} : { chain: Uint8Array.from(certificateChainToWire(hello.chain)) }),
  })
}

/**
 * `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. Of another version's hello only the version is read, so that it is
 * told apart from nonsense whatever else it says; any verdict of it is `version-mismatch`.
 */
export function helloFromWire(bytes: Uint8Array): HelloMessage {
  const wire = decodeWire('hello', bytes, limits.helloBytes, HelloWire.decode)
  const version = checkInteger('hello.version', wire.version)
  if (version !== protocolVersion) {
    return { version, ...(wire.verdict === '' ? {} : { verdict: 'version-mismatch' }) }
  }
  return {
    version,
    ...(wire.nonce.byteLength === 0 ? {} : { nonce: checkLength('hello.nonce', wire.nonce, partBytes) }),
    ...(wire.tag.byteLength === 0 ? {} : { tag: checkLength('hello.tag', wire.tag, partBytes) }),
    ...(wire.chain.byteLength === 0 ? {} : { chain: certificateChainFromWire(wire.chain) }),
    ...(wire.verdict === '' ? {} : { verdict: checkWord('hello.verdict', wire.verdict, helloVerdicts) }),
  }
}
