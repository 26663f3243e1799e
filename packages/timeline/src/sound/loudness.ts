import { SheafError } from '@sheaf/protocol'
import { exactly } from '../compile/medium-sound.js'
import type { LoudnessTarget } from './sound-settings.js'

/** What ffmpeg's ebur128 says of a sound. */
export interface MeasuredLoudness {
  /** Of the whole programme, in LUFS; −70 or less when nothing in it counts. */
  readonly lufs: number
  /** In dBTP; −∞ for silence. */
  readonly truePeak: number
}

/** What is done to a sound so that it is as loud as was asked. */
export type LoudnessChange =
  | { readonly kind: 'none'; readonly why: 'silent' }
  /** All of it louder or quieter, in dB. */
  | { readonly kind: 'gain'; readonly decibels: number }
  /** The same, and peaks above the ceiling held down. */
  | { readonly kind: 'limited'; readonly decibels: number; readonly ceiling: number }

/** Below this ebur128 counts nothing: the absolute gate of R 128. */
const GATE_LUFS = -70
/** What the way back from four times the rate may add to a peak, in dB. */
const CEILING_MARGIN = 0.3
/** Nearer than this a limited sound is left as it is, in LU; the meter itself says tenths. */
const NEAR_ENOUGH = 0.15
/** ffmpeg's limiter goes no lower. */
const LOWEST_CEILING = 20 * Math.log10(0.0625)

/** The first decision: one gain for the whole sound, and a limiter only where its peaks would be too high. */
export function chooseChange(measured: MeasuredLoudness, target: LoudnessTarget): LoudnessChange {
  if (!(measured.lufs > GATE_LUFS)) return { kind: 'none', why: 'silent' }
  const decibels = rounded(target.lufs - measured.lufs)
  if (measured.truePeak + decibels <= target.truePeak) return { kind: 'gain', decibels }
  return { kind: 'limited', decibels, ceiling: Math.max(LOWEST_CEILING, target.truePeak - CEILING_MARGIN) }
}

/** What a limiter has taken away is given back in front of it; undefined when the change is good as it is. */
export function refineChange(
  change: LoudnessChange,
  measured: MeasuredLoudness,
  target: LoudnessTarget,
): LoudnessChange | undefined {
  if (change.kind !== 'limited') return undefined
  const missing = rounded(target.lufs - measured.lufs)
  return Math.abs(missing) <= NEAR_ENOUGH ? undefined : { ...change, decibels: rounded(change.decibels + missing) }
}

/** The filters of a change, for exactly so many samples. The limiter works at four times the rate, where peaks show. */
export function changeFilters(change: LoudnessChange | undefined, samples: number): readonly string[] {
  if (change === undefined || change.kind === 'none') return []
  const gain = `volume=volume=${factor(change.decibels)}:precision=float`
  if (change.kind === 'gain') return [gain]
  const limiter = `alimiter=limit=${factor(change.ceiling)}:attack=5:release=50:level=0:latency=1`
  return [gain, 'aresample=192000', limiter, 'aresample=48000', exactly(samples)]
}

/** The gain of a change without its limiter: that of each stem. */
export function gainOf(change: LoudnessChange | undefined): LoudnessChange | undefined {
  return change?.kind === 'limited' ? { kind: 'gain', decibels: change.decibels } : change
}

/** Reads the summary that ebur128 leaves on standard error; throws when there is none. */
export function readLoudness(stderr: string): MeasuredLoudness {
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'))
  const lufs = /^\s*I:\s+(-?[\d.]+|-?inf|nan) LUFS/m.exec(summary)?.[1]
  const peak = /^\s*Peak:\s+(-?[\d.]+|-?inf|nan) dBFS/m.exec(summary)?.[1]
  if (lufs === undefined || peak === undefined) {
    throw new SheafError({
      code: 'SHEAF_ENGINE_FAILED',
      message: 'ffmpeg did not say how loud the sound is',
      hint: 'Run `sheaf doctor`: it checks ffmpeg.',
    })
  }
  return { lufs: decibels(lufs), truePeak: decibels(peak) }
}

const decibels = (text: string): number => (/inf|nan/.test(text) ? Number.NEGATIVE_INFINITY : Number(text))
const rounded = (value: number): number => Math.round(value * 100) / 100
const factor = (value: number): string => (10 ** (value / 20)).toFixed(9)
