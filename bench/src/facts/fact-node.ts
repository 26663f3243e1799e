import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  FactStore,
  FactSync,
  FarmFolder,
  FarmMembership,
  FarmNetwork,
  Identity,
  openStoreDatabase,
} from '@sheaf/agent/measuring'

/** The part of an agent that keeps facts: an identity, a store on disk, a network, and what keeps sets equal. */
export interface FactNode {
  readonly identity: Identity
  readonly network: FarmNetwork
  readonly store: FactStore
  readonly sync: FactSync
  stop(): Promise<void>
}

/** Opens a store in `dir` that is enrolled in a farm, and joins the peers at the given multiaddrs, over loopback. */
export async function startFactNode(init: {
  readonly dir: string
  readonly peers: readonly string[]
}): Promise<FactNode> {
  await mkdir(init.dir, { recursive: true })
  const identity = await Identity.open(join(init.dir, 'identity'))
  const credentials = await (await FarmFolder.open(init.dir)).credentials()
  if (credentials === undefined) throw new Error(`${init.dir} is in no farm`)
  const membership = new FarmMembership({ credentials })
  const db = await openStoreDatabase(join(init.dir, 'db'))
  const store = await FactStore.open({ dir: init.dir, db, identity, membership })
  const network = new FarmNetwork(
    { identity, membership },
    { listen: { host: '127.0.0.1', port: 0 }, staticPeers: init.peers, discovery: 'none' },
  )
  const sync = new FactSync({ network, store })
  await sync.start()
  await network.start()
  const stop = async (): Promise<void> => {
    await sync.stop()
    await network.stop()
    await store.close()
    await db.close()
  }
  return { identity, network, store, sync, stop }
}
