import { equalRational, formatRational, type Rational, rational } from '@sheaf/protocol'
import { Mp4FormatError } from './box.js'
import type { Mp4Track } from './mp4-track.js'

/** Media ticks of one frame. Throws Mp4FormatError when the time scale cannot hold the rate exactly. */
export function frameTicks(track: Mp4Track, rate: Rational): number {
  const ticks = rational(track.timescale * rate.den, rate.num)
  if (ticks.den !== 1 || ticks.num < 1) {
    throw new Mp4FormatError(`its time scale ${track.timescale} cannot hold ${formatRational(rate)} frames a second`)
  }
  return ticks.num
}

/**
 * Which frame each sample shows, in decoding order, counted from 0. Throws Mp4FormatError unless
 * the samples show frames 0 … n−1, each exactly on the grid of the rate and each once.
 */
export function readFrameOrder(track: Mp4Track, rate: Rational): Int32Array {
  const ticks = frameTicks(track, rate)
  const { samples } = track
  const order = new Int32Array(samples.count)
  const seen = new Uint8Array(samples.count)
  const durations = expand(samples.durations)
  const offsets = expand(samples.compositionOffsets)
  let decodeTime = 0
  for (let i = 0; i < samples.count; i++) {
    const time = decodeTime + (offsets.next().value ?? 0) - track.mediaTime
    const frame = time / ticks
    if (!Number.isInteger(frame)) {
      throw new Mp4FormatError(`sample ${i} is off the grid: tick ${time}, a frame has ${ticks}`)
    }
    if (frame < 0 || frame >= samples.count || seen[frame] === 1) {
      throw new Mp4FormatError(`sample ${i} shows frame ${frame}, which is outside or shown twice`)
    }
    order[i] = frame
    seen[frame] = 1
    decodeTime += durations.next().value ?? 0
  }
  return order
}

/** Whether all samples last exactly one frame: what makes r_frame_rate and avg_frame_rate agree. */
export function hasConstantRate(track: Mp4Track, rate: Rational): boolean {
  return track.samples.durations.every(
    ({ value }) => value > 0 && equalRational(rational(track.timescale, value), rate),
  )
}

function* expand(runs: readonly { count: number; value: number }[]): Generator<number, undefined, undefined> {
  for (const { count, value } of runs) for (let i = 0; i < count; i++) yield value
  return undefined
}
