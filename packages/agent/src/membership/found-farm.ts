import { certificateFromWire, SheafError, type Credentials, type FarmId, type PeerId } from '@sheaf/protocol'
import { certifyAdmin, verifyChain } from './certificate.js'
import type { FarmFolder } from './farm-folder.js'
import { FarmKey } from './farm-key.js'

/** A machine's place in its farm, as it was found on disk or made. */
export interface OpenedFarm {
  readonly credentials: Credentials
  /** `founded`: there was none, so this machine made a farm of its own, whose key lies here. */
  readonly how: 'founded' | 'kept'
}

/**
 * Opens the farm of a store, or founds one: the farm key is made here and its first admin is this machine.
 * `SHEAF_STORE_DAMAGED` when the credentials are another machine's or do not hold.
 */
export async function openOrFoundFarm(
  folder: FarmFolder,
  { peer, name, atMs }: { readonly peer: PeerId; readonly name: string; readonly atMs: number },
): Promise<OpenedFarm> {
  const kept = await folder.credentials()
  if (kept !== undefined) {
    checkOwn(kept, peer, folder.credentialsPath)
    return { credentials: kept, how: 'kept' }
  }
  // A key without credentials: a crash between the two, or credentials that were taken away. The farm is the same.
  const { key, lastSerial } = (await folder.farmKey()) ?? { key: FarmKey.generate(), lastSerial: 0 }
  const serial = lastSerial + 1
  await folder.keepFarmKey({ key, lastSerial: serial })
  const farmId = key.id as string as FarmId
  const chain = certifyAdmin(key, { peer, name, serial, atMs })
  const credentials: Credentials = { farmId, farmName: name, farmKey: key.id, chain }
  await folder.keepCredentials(credentials)
  return { credentials, how: 'founded' }
}

/** Credentials are of use to their own machine alone. `SHEAF_STORE_DAMAGED`. */
function checkOwn(credentials: Credentials, peer: PeerId, path: string): void {
  const verdict = verifyChain(credentials.chain, { farmKeys: new Set([credentials.farmKey]), peer })
  if (verdict.kind === 'valid') return
  const owner = verdict.fault === 'other-peer' ? certificateFromWire(credentials.chain[0].body).peer : undefined
  throw new SheafError({
    code: 'SHEAF_STORE_DAMAGED',
    message:
      owner === undefined
        ? `The certificate in ${path} does not hold (${verdict.fault}).`
        : `The certificate in ${path} is that of ${owner}, not of this machine (${peer}).`,
    hint: 'Move the file away and join the farm anew: sheaf join.',
    details: { peer },
  })
}
