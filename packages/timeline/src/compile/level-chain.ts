import { type Rational, rationalToNumber } from '@sheaf/protocol'
import { curveAt } from '../model/curve.js'
import type { Curve, CurveKey, FrameSpan, Level } from '../model/edit.js'
import { AUDIO_RATE, sampleOfFrame } from './medium-sound.js'
import type { MixLayout } from './sound-layout.js'

/**
 * The filters that give sound on the frames of `span` its level; none for a level that changes nothing.
 *
 * Pan goes by constant power, and 0 changes nothing: at `p` the left side is √2·cos((p + 1)·π/4) times as loud as it
 * was, the right side √2·sin((p + 1)·π/4). At an end one side is silent and the other 3 dB louder. Of 5.1 the fronts
 * and the surrounds are panned; centre and low frequencies stay.
 *
 * A curve is a function of the edit's time: its value is worked out at each sample, whatever the span begins with.
 */
export function levelFilters(
  level: Level,
  place: { readonly span: FrameSpan; readonly rate: Rational; readonly mix: MixLayout },
): readonly string[] {
  const gain = termOf(level.gain, place)
  const pan = termOf(level.pan, place)
  const channels = CHANNELS[place.mix]
  if (typeof gain === 'number' && typeof pan === 'number') return constantLevel(gain, pan, channels)
  const exprs = channels.map((side, at) => `val(${at})*${factorText(gain, pan, side)}`)
  return [`aeval=exprs='${exprs.join('|')}':c=same`]
}

type Side = 'left' | 'right' | 'middle'
const CHANNELS: Readonly<Record<MixLayout, readonly Side[]>> = {
  stereo: ['left', 'right'],
  '5.1': ['left', 'right', 'middle', 'middle', 'left', 'right'],
}

function constantLevel(gain: number, pan: number, channels: readonly Side[]): readonly string[] {
  if (pan === 0) return gain === 1 ? [] : [`volume=volume=${numberText(gain)}:precision=float`]
  const layout = channels.length === 2 ? 'stereo' : '5.1'
  const factors = channels.map((side) => gain * panFactor(pan, side))
  return [`pan=${layout}|${factors.map((factor, at) => `c${at}=${numberText(factor)}*c${at}`).join('|')}`]
}

/** How loud a side is at a pan, against how loud it was. */
export function panFactor(pan: number, side: Side): number {
  if (side === 'middle' || pan === 0) return 1
  const angle = ((pan + 1) * Math.PI) / 4
  const factor = Math.SQRT2 * (side === 'left' ? Math.cos(angle) : Math.sin(angle))
  return Math.abs(factor) < 1e-12 ? 0 : factor
}

/** A number, or an expression of ffmpeg's for the sample `n` of the span. */
type Term = number | string

function factorText(gain: Term, pan: Term, side: Side): string {
  const loud = typeof gain === 'number' ? numberText(gain) : gain
  if (side === 'middle') return loud
  if (typeof pan === 'number') return `${loud}*${numberText(panFactor(pan, side))}`
  const turn = side === 'left' ? 'cos' : 'sin'
  return `${loud}*${numberText(Math.SQRT2)}*${turn}((${pan}+1)*PI/4)`
}

/** A stretch of a curve from its first sample on. */
interface Stretch {
  /** Counted from the span's first sample. */
  readonly first: number
  readonly text: string
}

function termOf(curve: Curve, { span, rate }: { readonly span: FrameSpan; readonly rate: Rational }): Term {
  if (typeof curve === 'number') return curve
  const samplesPerFrame = AUDIO_RATE / rationalToNumber(rate)
  const begin = sampleOfFrame(span.from, rate)
  const count = sampleOfFrame(span.to, rate) - begin
  const keys = curve.map((key) => ({ ...key, at: (key.frame * AUDIO_RATE * rate.den) / rate.num - begin }))
  const heard = stretchesOf(keys).filter(({ first }, at, all) => first < count && (all[at + 1]?.first ?? count) > 0)
  const flat = heard.every(({ text }) => text === heard[0]?.text && !text.includes('n'))
  // Keys that are not heard, or say the same: the value in the middle is that of every sample.
  if (flat) return curveAt(curve, span.from + Math.floor(count / 2) / samplesPerFrame)
  return `(${chosen(heard)})`
}

interface PlacedKey extends CurveKey {
  /** Samples from the span's first one; between samples too. */
  readonly at: number
}

function stretchesOf(keys: readonly PlacedKey[]): readonly Stretch[] {
  const [opening] = keys
  const before = opening ? [{ first: Number.NEGATIVE_INFINITY, text: valueText(opening.value) }] : []
  return [
    ...before,
    ...keys.map((key, index) => ({ first: Math.ceil(key.at), text: stretchText(key, keys[index + 1]) })),
  ]
}

function stretchText(key: PlacedKey, next: PlacedKey | undefined): string {
  if (!next || key.ease === 'hold' || next.value === key.value) return valueText(key.value)
  const passed = `(n${signed(-key.at)})`
  const way = next.value - key.value
  const length = next.at - key.at
  if (key.ease === 'linear') return `${valueText(key.value)}${signed(way / length)}*${passed}`
  // st() keeps the share of the way, 0 to 1.
  const share = `st(0,${passed}*${numberText(1 / length)})`
  return `${valueText(key.value)}${signed(way)}*${share}*ld(0)*(3-2*ld(0))`
}

/** The stretch that holds sample n, found by halving: thousands of keys cost a dozen comparisons a sample. */
function chosen(stretches: readonly Stretch[]): string {
  const [only] = stretches
  if (stretches.length <= 1) return only?.text ?? '1'
  const middle = Math.floor(stretches.length / 2)
  const later = stretches.slice(middle)
  return `if(lt(n,${later[0]?.first ?? 0}),${chosen(stretches.slice(0, middle))},${chosen(later)})`
}

const valueText = (value: number): string => (value < 0 ? `(${numberText(value)})` : numberText(value))
const signed = (value: number): string => (value < 0 ? `-${numberText(-value)}` : `+${numberText(value)}`)

/** A number as ffmpeg reads it back exactly: without exponents, which it would take for units. */
function numberText(value: number): string {
  const text = String(value)
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text
}
