import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  AssetRegistry,
  blockCount,
  BlockFile,
  blockLength,
  blockMemory,
  BlobService,
  BlobStore,
  BulkLanes,
  FarmFolder,
  FarmMembership,
  FarmNetwork,
  Identity,
  openStoreDatabase,
  sourceOfFile,
} from '@sheaf/agent/measuring'
import { jobIdFrom, parseAssetId, type PeerId } from '@sheaf/protocol'
import {
  pieceBytes,
  type AskingEnd,
  type AskingInit,
  type EndInit,
  type ServingEnd,
  type ServingInit,
} from './transfer-end.js'

const memoryProtocol = '/bench/memory/1'
const jobId = jobIdFrom(0, new Uint8Array(11))
const assetId = parseAssetId('a0')
/** As many as an agent keeps under way from one peer. */
const lanesAtOnce = 4
const blocksAtOnce = 8

/** What an agent moves its media with: network, lanes, and the service that serves and verifies blocks. */
async function startEnd({ dir }: EndInit, peers: readonly string[]) {
  const identity = await Identity.open(join(dir, 'identity'))
  const credentials = await (await FarmFolder.open(dir)).credentials()
  if (credentials === undefined) throw new Error(`${dir} is in no farm`)
  const membership = new FarmMembership({ credentials })
  const db = await openStoreDatabase(join(dir, 'db'))
  const registry = await AssetRegistry.open({ db })
  const listen = { host: '127.0.0.1', port: 0 }
  const network = new FarmNetwork({ identity, membership }, { listen, staticPeers: peers, discovery: 'none' })
  const lanes = new BulkLanes({ network }, { self: identity.peerId, listen })
  const store = await BlobStore.open(join(dir, 'blobs'))
  const service = new BlobService({ streams: lanes, store, registry })
  const piece = new Uint8Array(pieceBytes).fill(7)
  lanes.handle(memoryProtocol, async (stream) => {
    const wanted = Number(Buffer.from((await stream.read(16)) ?? []).toString())
    for (let sent = 0; sent < wanted; sent += 1) await stream.write(piece)
  })
  await lanes.start()
  await network.start()
  const stop = async (): Promise<void> => {
    await lanes.stop()
    await network.stop()
    await db.close()
  }
  return { network, lanes, service, registry, stop }
}

export async function serveLane(init: ServingInit): Promise<ServingEnd> {
  const { network, registry, stop } = await startEnd(init, [])
  if (assetId === undefined) throw new Error('not an asset id')
  await registry.register(jobId, assetId, sourceOfFile(init.file, await stat(init.file)))
  return { address: network.listenAddresses()[0] ?? '', stop }
}

export async function askLane(init: AskingInit): Promise<AskingEnd> {
  const { network, lanes, service, stop } = await startEnd(init, [init.address])
  if (network.peers().length === 0) await once(network, 'peer-connected')
  const peer = network.peers()[0]?.peer
  if (peer === undefined || assetId === undefined) throw new Error('the other end did not come')
  return {
    memory: async () => {
      const pieces = Math.round(init.sizeBytes / pieceBytes / lanesAtOnce)
      await Promise.all(Array.from({ length: lanesAtOnce }, () => receivePieces(lanes, peer, pieces)))
    },
    disk: async (path) => {
      const file = await BlockFile.open(path, init.sizeBytes)
      let next = 0
      const work = async (): Promise<void> => {
        for (let block = next++; block < blockCount(init.sizeBytes); block = next++) {
          const expectedBytes = blockLength(init.sizeBytes, block)
          const { bytes, sha256 } = await service.fetchBlock(peer, { jobId, assetId, block }, { expectedBytes })
          await file.write(block, bytes, sha256)
          blockMemory.giveBack(bytes)
        }
      }
      await Promise.all(Array.from({ length: blocksAtOnce }, work))
    },
    stop,
  }
}

async function receivePieces(lanes: BulkLanes, peer: PeerId, pieces: number): Promise<void> {
  const lane = await lanes.openStream(peer, memoryProtocol)
  await lane.write(Buffer.from(String(pieces)))
  for (let received = 0; received < pieces; received += 1) {
    const piece = await lane.read(pieceBytes)
    if (piece === undefined) throw new Error('the lane ended early')
    blockMemory.giveBack(piece)
  }
  await lane.close()
}
