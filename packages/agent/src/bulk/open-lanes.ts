import type { PeerId } from '@sheaf/protocol'
import type { LaneStream } from './lane-stream.js'

/** Lanes until their connections are closed, so that none outlives the membership that it came from. */
export class OpenLanes {
  readonly #lanes = new Set<LaneStream>()

  add(lane: LaneStream): void {
    this.#lanes.add(lane)
    lane.onClosed(() => this.#lanes.delete(lane))
  }

  /** Of one peer, or all. */
  count(peer?: PeerId): number {
    return peer === undefined ? this.#lanes.size : [...this.#lanes].filter((lane) => lane.peer === peer).length
  }

  abort(peer: PeerId, reason: Error): void {
    for (const lane of this.#lanes) if (lane.peer === peer) lane.abort(reason)
  }

  abortAll(reason: Error): void {
    for (const lane of this.#lanes) lane.abort(reason)
  }
}
