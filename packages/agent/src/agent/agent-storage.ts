import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AssetRegistry, BlobStore } from '../blobs/index.js'
import { FactStore, openStoreDatabase, type StoreDatabase } from '../facts/index.js'
import { FarmSecret, Identity, StoreLock } from '../identity/index.js'
import { openStorePaths, type StorePaths } from '../store/index.js'
import { openKeptSegments, type KeptSegments } from '../worker/index.js'
import { openFreedJobs, type FreedJobs } from './freed-jobs.js'
import { openJobRequests, type JobRequests } from './job-requests.js'
import { openSettings, type SettingsStore } from './settings.js'

/** Everything an agent keeps on disk, opened. */
export interface AgentStorage {
  readonly paths: StorePaths
  readonly identity: Identity
  readonly secret: FarmSecret
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
  readonly secretPath?: string | undefined
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
    const secret = await FarmSecret.open(init.secretPath ?? paths.secret)
    await removeChunks(paths.work)
    const facts = await FactStore.open({ dir: paths.root, db, identity })
    closers.push(() => facts.close())
    return {
      paths,
      identity,
      secret,
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
