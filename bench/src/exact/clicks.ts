import { execa } from 'execa'

/** Clicks lie this far apart in their media. */
const APART = 24_000
const RATE = 48_000

/** A clip of a medium of clicks: samples of the film that it fills, and the sample of its medium that it begins with. */
export interface ClickClip {
  readonly from: number
  readonly to: number
  readonly start: number
}

/** The samples of the film at which clicks are to be heard. */
export function expectedClicks(clips: readonly ClickClip[]): readonly number[] {
  return clips.flatMap(({ from, to, start }) => {
    const first = Math.ceil(start / APART)
    const count = Math.max(0, Math.ceil((start + to - from) / APART) - first)
    return Array.from({ length: count }, (_, i) => from + (first + i) * APART - start)
  })
}

/** The samples of a film at which clicks are heard: where its sound is highest within a hundredth of a second. */
export async function heardClicks(ffmpeg: string, path: string): Promise<readonly number[]> {
  const decode = ['-nostdin', '-v', 'error', '-i', path, '-map', '0:a:0', '-ac', '1', '-f', 'f32le', 'pipe:1']
  const { stdout } = await execa(ffmpeg, decode, { encoding: 'buffer', maxBuffer: 1 << 30 })
  const samples = new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length))
  return peaks(samples)
}

/** Places of peaks above a quarter of full height. */
export function peaks(samples: Float32Array): readonly number[] {
  const found: number[] = []
  for (let at = 0; at < samples.length; at++) {
    if (Math.abs(samples[at] ?? 0) < 0.25) continue
    const near = samples.subarray(at, at + RATE / 100)
    const highest = near.reduce((best, value, i) => (Math.abs(value) > Math.abs(near[best] ?? 0) ? i : best), 0)
    found.push(at + highest)
    at += RATE / 100
  }
  return found
}

/** The largest distance between clicks that belong together, in samples; infinite when their numbers differ. */
export function worstOffset(expected: readonly number[], heard: readonly number[]): number {
  if (expected.length !== heard.length || expected.length === 0) return Number.POSITIVE_INFINITY
  return Math.max(...expected.map((sample, i) => Math.abs(sample - (heard[i] ?? 0))))
}
