import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Credentials, FarmId, FarmKeyId, PeerId, Role } from '@sheaf/protocol'
import { Identity } from '../identity/index.js'
import { certifyAdmin, certifyMember, FarmFolder, FarmKey } from '../membership/index.js'

/** A farm without a disk, for tests and benchmarks: an admin that nobody runs, and credentials for whoever asks. */
export interface TestFarm {
  readonly farmId: FarmId
  readonly farmKey: FarmKey
  /** The admin who signs members; an agent of a test may be it. */
  readonly admin: Identity
  readonly adminCredentials: Credentials
  /** Makes the identity a member. Admins get the serials 2, 3, 4 … in the order of the calls. */
  credentialsFor(identity: { readonly peerId: PeerId }, options?: TestMemberOptions): Credentials
  /** Makes the store's agent a member before it is started for the first time; a store that is in a farm stays there. */
  enrol(storePath: string, options?: TestMemberOptions): Promise<void>
}

export interface TestMemberOptions {
  /** Default `artist`. */
  readonly role?: Role
  readonly name?: string
  readonly atMs?: number
}

/** Founds one. Two calls make two farms that are foreign to each other. */
export async function foundTestFarm(): Promise<TestFarm> {
  const farmKey = FarmKey.generate()
  const admin = await Identity.generate()
  const farmId = farmKey.id as FarmKeyId & FarmId
  const base = { farmId, farmName: 'test farm', farmKey: farmKey.id }
  const chain = certifyAdmin(farmKey, { peer: admin.peerId, name: 'founder', serial: 1, atMs: Date.now() })
  let lastSerial = 1
  const credentialsFor: TestFarm['credentialsFor'] = ({ peerId: peer }, options = {}) => {
    const { role = 'artist', name = peer.slice(-6), atMs = Date.now() } = options
    if (role === 'admin') return { ...base, chain: certifyAdmin(farmKey, { peer, name, serial: ++lastSerial, atMs }) }
    return { ...base, chain: certifyMember(admin, chain, { peer, name, role, atMs }) }
  }
  return {
    farmId,
    farmKey,
    admin,
    adminCredentials: { ...base, chain },
    credentialsFor,
    async enrol(storePath, options) {
      await mkdir(storePath, { recursive: true, mode: 0o700 })
      const folder = await FarmFolder.open(storePath)
      if ((await folder.credentials()) !== undefined) return
      await folder.keepCredentials(credentialsFor(await Identity.open(join(storePath, 'identity')), options))
    },
  }
}
