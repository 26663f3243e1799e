/** Counts the frames that several slots have encoded, each frame once. */
export class FrameCounter {
  readonly #segmentFrames: number
  readonly #encoded = new Map<string, number>()

  constructor(segmentFrames: number) {
    this.#segmentFrames = segmentFrames
  }

  /** A slot has encoded so many frames of a segment; what goes backwards or beyond is cut off. */
  encoded(slot: number, segment: number, frames: number): void {
    const key = `${slot}/${segment}`
    const known = this.#encoded.get(key) ?? 0
    this.#encoded.set(key, Math.min(this.#segmentFrames, Math.max(known, frames)))
  }

  total(): number {
    let sum = 0
    for (const frames of this.#encoded.values()) sum += frames
    return sum
  }
}
