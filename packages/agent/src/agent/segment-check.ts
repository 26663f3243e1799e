import { verifySegment, type FfmpegTools } from '../engine/index.js'
import type { CheckSegment } from '../home/index.js'

/** One decoded segment in so many at the home; its worker decoded each of them once. */
const decodeOneIn = 16

/** The home's check: structure of every offered segment, and a decode of some, chosen by their hash. */
export function createSegmentCheck(tools: FfmpegTools): CheckSegment {
  return async ({ manifest, offer, path }) => {
    const [from, to] = manifest.segments[offer.index] ?? [0, 0]
    const { width, height } = manifest.picture
    const expect = { index: offer.index, frames: to - from, rate: manifest.edit.rate, width, height }
    const decode = Number.parseInt(offer.blob.slice(0, 8), 16) % decodeOneIn === 0
    await verifySegment({ tools, path, expect, decode })
  }
}
