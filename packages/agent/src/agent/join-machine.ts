import os from 'node:os'
import { join } from 'node:path'
import { applyFact, emptyFarmState, openJobs } from '@sheaf/coordinator'
import { grantToWire, type PeerId } from '@sheaf/protocol'
import { Identity, StoreLock } from '../identity/index.js'
import {
  farmNameOf,
  joinFarm,
  keepFarm,
  knockAtFarms,
  rememberAddress,
  type Attachment,
  type FarmName,
  type Joined,
} from '../joining/index.js'
import { FarmFolder, parseCode } from '../membership/index.js'
import { parseHostAddress, silentLog } from '../network/index.js'
import { openStorePaths } from '../store/index.js'
import { openAgentStorage } from './agent-storage.js'

export interface JoinRequest {
  readonly storePath: string
  /** What this machine calls itself; the host's name when absent. */
  readonly name?: string | undefined
  /** As it was typed; without one this machine knocks. */
  readonly code?: string | undefined
  /** Machines to ask, as people write them; without any they are looked for on the LAN. */
  readonly addresses: readonly string[]
  readonly signal: AbortSignal
  readonly mdnsPort?: number | undefined
  /** Where the agent runs: hands it what was granted. Without it the store is written here. */
  readonly adopt?: ((grant: { readonly grant: string; readonly address: string }) => Promise<void>) | undefined
  /** A machine of the farm has noted the knock. `fingerprint` names this machine there. */
  readonly onPending: (peer: PeerId) => void
  /** A person compares the fingerprint of a farm that no code has proved. */
  readonly confirm: (farm: FarmName) => Promise<boolean>
}

/** What has become of it; `declined` when the person did not know the farm. */
export type JoinOutcome = { readonly kind: 'joined'; readonly farm: FarmName } | { readonly kind: 'declined' }

/**
 * Makes this machine a member: by a code, or by knocking until an admin approves. Nothing is stored before it is
 * proved. Errors as `joinFarm`; `SHEAF_INVITATION_WRONG` for a code that can be none, `SHEAF_ALREADY_MEMBER`,
 * `SHEAF_DISK_FULL`, `SHEAF_STORE_IN_USE`.
 */
export async function joinMachine(request: JoinRequest): Promise<JoinOutcome> {
  const code = request.code === undefined ? undefined : parseCode(request.code)
  const addresses = request.addresses.map(parseHostAddress)
  const place =
    request.adopt === undefined ? await openPlace(request.storePath) : await agentPlace(request, request.adopt)
  try {
    const { signal, mdnsPort, name = os.hostname() } = request
    const init = { identity: place.identity, name, addresses, signal, mdnsPort }
    if (code !== undefined) {
      const { credentials } = await joinFarm(code, (granted) => place.keep(granted), init)
      return { kind: 'joined', farm: farmNameOf(credentials) }
    }
    const onPending = (): void => request.onPending(place.identity.peerId)
    const joined: Joined = await knockAtFarms({ ...init, onPending })
    const farm = farmNameOf(joined.credentials)
    if (!(await request.confirm(farm))) return { kind: 'declined' }
    await place.keep(joined)
    return { kind: 'joined', farm }
  } finally {
    await place.close()
  }
}

/** Where what is granted is kept. */
interface Place {
  readonly identity: Identity
  keep(joined: Joined): Promise<void>
  close(): Promise<void>
}

/** The store itself, locked meanwhile. */
async function openPlace(storePath: string): Promise<Place> {
  const paths = await openStorePaths(storePath)
  const attachment = await attachmentOf(paths.root)
  const lock = await StoreLock.take(paths.root)
  try {
    const identity = await Identity.open(paths.identity)
    const folder = await FarmFolder.open(paths.root)
    const self = identity.peerId
    return {
      identity,
      async keep({ credentials, address }) {
        await keepFarm(folder, credentials, attachment)
        await rememberAddress({ storePath: paths.root, self, address, log: silentLog })
      },
      close: () => lock.release(),
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** What binds a store to the farm that it is in, by its facts. A store that is in none is not made to found one. */
export async function attachmentOf(storePath: string): Promise<Attachment> {
  const folder = await FarmFolder.open(storePath)
  if ((await folder.credentials()) === undefined) return 'none'
  const storage = await openAgentStorage({ storePath, name: '' })
  try {
    const own = storage.identity.peerId
    if (storage.facts.heads().some(({ author }) => author !== own)) return 'others'
    let farm = emptyFarmState
    for await (const fact of storage.facts.replay()) farm = applyFact(farm, fact)
    return openJobs(farm).length > 0 ? 'open-jobs' : 'none'
  } finally {
    await storage.close()
  }
}

/** The agent of the store, which runs and keeps it itself. */
async function agentPlace({ storePath }: JoinRequest, adopt: NonNullable<JoinRequest['adopt']>): Promise<Place> {
  return {
    identity: await Identity.open(join(storePath, 'identity')),
    keep: ({ credentials, address }) =>
      adopt({ grant: Buffer.from(grantToWire(credentials)).toString('base64'), address }),
    close: () => Promise.resolve(),
  }
}
