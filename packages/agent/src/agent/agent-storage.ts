import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AssetRegistry, BlobStore } from '../blobs/index.js'
import { FactStore, openStoreDatabase, type StoreDatabase } from '../facts/index.js'
import { Identity, StoreLock, storePlace } from '../identity/index.js'
import { FarmFolder, FarmMembership, openOrFoundFarm, type OpenedFarm } from '../membership/index.js'
import { openStorePaths, type StorePaths } from '../store/index.js'
import { openKeptSegments, type KeptSegments } from '../worker/index.js'
import { openFreedJobs, type FreedJobs } from './freed-jobs.js'
import { openJobRequests, type JobRequests } from './job-requests.js'
import { openSettings, type SettingsStore } from './settings.js'

/** Everything an agent keeps on disk, opened. */
export interface AgentStorage {
  readonly paths: StorePaths
  readonly identity: Identity
  readonly farm: FarmFolder
  readonly membership: FarmMembership
  /** Whether this start has founded the farm. */
  readonly farmWas: OpenedFarm['how']
  readonly db: StoreDatabase
  readonly facts: FactStore
  readonly blobs: BlobStore
  readonly registry: AssetRegistry
  readonly kept: KeptSegments
  readonly settings: SettingsStore
  readonly freed: FreedJobs
  readonly requests: JobRequests
  close(): Promise<void>
}

/** Opens a store, which no other agent may have open. What was opened is closed again when a later part fails. */
export async function openAgentStorage(init: {
  readonly storePath: string
  /** What the machine is called in a farm that it founds. */
  readonly name: string
}): Promise<AgentStorage> {
  const paths = await openStorePaths(init.storePath)
  const lock = await StoreLock.take(paths.root)
  const closers: (() => Promise<void>)[] = [() => lock.release()]
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const db = await openStoreDatabase(paths.db)
    closers.push(() => db.close())
    const identity = await Identity.open(paths.identity)
    const farm = await FarmFolder.open(paths.root)
    const opened = await openOrFoundFarm(farm, { peer: identity.peerId, name: init.name, atMs: Date.now() })
    const membership = new FarmMembership({ credentials: opened.credentials })
    await removeChunks(paths.work)
    const place = await storePlace(paths.identity)
    const facts = await FactStore.open({ dir: paths.root, db, identity, membership, place })
    closers.push(() => facts.close())
    return {
      paths,
      identity,
      farm,
      membership,
      farmWas: opened.how,
      db,
      facts,
      blobs: await BlobStore.open(paths.blobs),
      registry: await AssetRegistry.open({ db }),
      kept: await openKeptSegments(db),
      settings: await openSettings(db),
      freed: await openFreedJobs(db),
      requests: openJobRequests(db),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** What was being rendered when the agent died is of no use; begun results are looked at when they go on. */
async function removeChunks(workDir: string): Promise<void> {
  for (const name of await readdir(workDir)) {
    if (name.startsWith('chunk-')) await rm(join(workDir, name), { recursive: true, force: true })
  }
}
