import type { BlobRequest, PeerId } from '@sheaf/protocol'
import { BlobClient } from './blob-client.js'
import type { BlobStreams } from './ports.js'

/** One block of a job's asset, verified. */
export interface FetchedBlock {
  readonly bytes: Uint8Array
  readonly sha256: string
}

type BlockRequest = Extract<BlobRequest, { kind: 'asset-block' }>

interface Task {
  readonly request: BlockRequest
  readonly expectedBytes: number
  readonly signal: AbortSignal | undefined
  resolve(block: FetchedBlock): void
  reject(error: unknown): void
}

interface Peer {
  readonly queue: Task[]
  /** Lanes that wait for a task. */
  readonly idle: Set<(task: Task) => void>
  lanes: number
}

/** Blocks on their way from one peer at once. */
export const blocksInFlight = 4
/** A stream without work is kept this long: somebody who plays a file asks for the next block soon. */
const idleMs = 5_000

/** Fetches single blocks over a few streams to each peer, which are kept open while there is work. */
export class BlockLanes {
  readonly #streams: BlobStreams
  readonly #peers = new Map<PeerId, Peer>()

  constructor(streams: BlobStreams) {
    this.#streams = streams
  }

  /**
   * One block, its hash checked against what the peer says it is. Begun in the order in which they are asked for; what
   * nobody wants any more when its turn comes rejects with the signal's reason. Other errors as `BlobClient.block`.
   */
  fetch(
    from: PeerId,
    request: BlockRequest,
    options: { readonly expectedBytes: number; readonly signal?: AbortSignal | undefined },
  ): Promise<FetchedBlock> {
    const { expectedBytes, signal } = options
    return new Promise<FetchedBlock>((resolve, reject) => {
      const task: Task = { request, expectedBytes, signal, resolve, reject }
      const peer = this.#peers.get(from) ?? { queue: [], idle: new Set(), lanes: 0 }
      this.#peers.set(from, peer)
      const [idle] = peer.idle
      if (idle !== undefined) return idle(task)
      peer.queue.push(task)
      if (peer.lanes < blocksInFlight) void this.#lane(from, peer)
    })
  }

  /** Never rejects. */
  async #lane(from: PeerId, peer: Peer): Promise<void> {
    peer.lanes += 1
    let client: BlobClient | undefined
    for (let task = peer.queue.shift(); task !== undefined; task = peer.queue.shift() ?? (await nextTask(peer))) {
      if (task.signal?.aborted === true) {
        task.reject(task.signal.reason)
        continue
      }
      try {
        client ??= await BlobClient.open(this.#streams, from)
        task.resolve(await client.block(task.request, task.expectedBytes))
      } catch (error) {
        // What comes next on a broken stream may be the rest of this block.
        client?.abort(error)
        client = undefined
        task.reject(error)
      }
    }
    peer.lanes -= 1
    if (peer.lanes === 0 && this.#peers.get(from) === peer) this.#peers.delete(from)
    await client?.close()
  }
}

/** The next task of a peer, if one comes soon. */
function nextTask(peer: Peer): Promise<Task | undefined> {
  return new Promise((resolve) => {
    const take = (task: Task | undefined): void => {
      clearTimeout(timer)
      peer.idle.delete(take)
      resolve(task)
    }
    const timer = setTimeout(() => take(undefined), idleMs).unref()
    peer.idle.add(take)
  })
}
