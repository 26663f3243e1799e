import { certificateFromWire, SheafError, type Credentials } from '@sheaf/protocol'
import { fingerprintOf, type FarmFolder } from '../membership/index.js'

/** What stands against changing farms: nothing, or what would be lost. */
export type Attachment = 'none' | 'others' | 'open-jobs'

/**
 * Keeps what a farm has granted: a new certificate of the farm that this machine is in, or its place in another one,
 * if it is alone in its own with nothing to do. `SHEAF_ALREADY_MEMBER`, `SHEAF_DISK_FULL`.
 */
export async function keepFarm(folder: FarmFolder, credentials: Credentials, attachment: Attachment): Promise<void> {
  const before = await folder.credentials()
  if (before?.farmId === credentials.farmId) return folder.keepCredentials(credentials)
  if (before !== undefined && attachment !== 'none') throw attached(before, attachment)
  await folder.changeTo(credentials)
}

function attached({ farmName }: Credentials, attachment: Exclude<Attachment, 'none'>): SheafError {
  const why = attachment === 'others' ? 'other machines are in it too' : 'jobs of it are open here'
  return new SheafError({
    code: 'SHEAF_ALREADY_MEMBER',
    message: `This machine is in the farm ${farmName}, and ${why}.`,
    hint: 'Leave that farm first: sheaf leave. Then the same code still works, until it runs out.',
  })
}

/** What a person is told of a farm. */
export interface FarmName {
  readonly farmName: string
  readonly farmFingerprint: string
  readonly role: string
}

export function farmNameOf({ farmName, farmId, chain }: Credentials): FarmName {
  return { farmName, farmFingerprint: fingerprintOf(farmId), role: certificateFromWire(chain[0].body).role }
}
