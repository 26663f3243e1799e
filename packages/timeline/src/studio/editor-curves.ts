import type { Notes } from '../model/refusal.js'
import type { JsonObject } from '../otio/json-reader.js'
import { numberAt, objectAt, objectsAt, said, textAt } from './project-fields.js'
import type { TimedCurve, TimedEase, TimedKey } from './studio-project.js'
import { risingKeys } from './timed-curve.js'

interface CurveOf {
  readonly where: string
  /** Of the clip. */
  readonly seconds: number
  readonly notes: Notes
}

/** Keyframes further from their clip than this, in seconds, are none. */
const LATEST = 100_000

const EASES: Readonly<Record<string, TimedEase>> = {
  linear: 'linear',
  step: 'hold',
  hold: 'hold',
  'ease-in': 'in',
  'ease-out': 'out',
  'ease-in-out': 'smooth',
  cosine: 'cosine',
}

/** How a value goes on; what is not known here is refused by name, and goes evenly when it is left out. */
function easeOf(name: string | undefined, { where, notes }: CurveOf): TimedEase {
  const ease = EASES[name ?? 'linear']
  if (!ease) notes.refuseOrDrop(`the easing "${said(name ?? '')}" (evenly without it)`, where)
  return ease ?? 'linear'
}

/** Fades at the beginning and the end of a clip, as factors. */
export function fadesOf(clip: JsonObject, of: CurveOf): readonly TimedCurve[] {
  return [...fade(objectAt(clip, 'fadeIn'), 'in', of), ...fade(objectAt(clip, 'fadeOut'), 'out', of)]
}

function fade(given: JsonObject, end: 'in' | 'out', of: CurveOf): readonly TimedCurve[] {
  const { seconds } = of
  const keys = opacityKeys(given, 'keyframes', of)
  if (keys.length > 0) return [keys]
  const length = Math.min(numberAt(given, 'duration') ?? 0, seconds)
  if (length <= 0) return []
  const ease = easeOf(textAt(given, 'type') ?? textAt(given, 'curve'), of)
  const [from, first, last] = end === 'in' ? [0, 0, 1] : [seconds - length, 1, 0]
  return [
    [
      { seconds: from, value: first, ease },
      { seconds: from + length, value: last, ease: 'linear' },
    ],
  ]
}

/** Keyframes of opacity in a list of them; none when there is no such list. */
export function opacityKeys(holder: JsonObject, key: string, of: CurveOf): readonly TimedKey[] {
  const keys = objectsAt(holder, key).flatMap((one): TimedKey[] => {
    const [time, value] = [numberAt(one, 'time'), numberAt(one, 'opacity')]
    if (time === undefined || value === undefined || Math.abs(time) > LATEST) {
      of.notes.refuseOrDrop('a keyframe of the opacity without a time or a value', of.where)
      return []
    }
    return [{ seconds: time, value: Math.min(1, Math.max(0, value)), ease: easeOf(textAt(one, 'easing'), of) }]
  })
  return risingKeys(keys)
}

/** Keyframes of one clip, by the property that they are of. */
export type Keyframes = ReadonlyMap<string, readonly TimedKey[]>

/** What keyframes may be of, and what they are called here. */
const PROPERTIES: Readonly<Record<string, string>> = {
  opacity: 'opacity',
  volume: 'volume',
  x: 'x',
  y: 'y',
  scale: 'scale',
  scalex: 'scaleX',
  scaley: 'scaleY',
  rotation: 'rotation',
}

/** The keyframes of a clip; those of what is not rendered are refused by name, and can be left out. */
export function keyframesOf(clip: JsonObject, of: CurveOf): Keyframes {
  const found = new Map<string, TimedKey[]>()
  for (const one of objectsAt(clip, 'keyframes')) {
    const named = textAt(one, 'property') ?? ''
    const property = PROPERTIES[named.toLowerCase().replace(/^(position|transform)\./, '')]
    const [time, value] = [numberAt(one, 'time'), numberAt(one, 'value')]
    if (property === undefined || time === undefined || value === undefined || Math.abs(time) > LATEST) {
      of.notes.refuseOrDrop(`keyframes of "${said(named)}"`, of.where)
      continue
    }
    const key = { seconds: time, value, ease: easeOf(textAt(one, 'interpolation'), of) }
    found.set(property, [...(found.get(property) ?? []), key])
  }
  return new Map([...found].map(([property, keys]) => [property, risingKeys(keys)]))
}
