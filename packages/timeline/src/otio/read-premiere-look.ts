import type { Crop, Effect, Place } from '../model/edit.js'
import { arrayField, numberField, objectField, textField } from './fields.js'
import { isJsonObject, type JsonObject, type JsonValue } from './json-reader.js'

/** What an effect of Premiere's does to pictures; `refused` says what of it is not read. */
export type PremierePart =
  | {
      readonly kind: 'part'
      readonly effect?: Effect
      readonly crop?: Crop
      readonly place?: Place
      readonly opacity?: number
      /** Whether a scale of 100 % was taken for fitted into the canvas. */
      readonly fitted?: true
    }
  | { readonly kind: 'refused'; readonly what: string }

/** Settings by their number: their names are in the language of whoever exported. */
type Settings = ReadonlyMap<number, JsonValue>

const NOTHING: PremierePart = { kind: 'part' }
/** Premiere's number for the mode in which nothing is mixed. */
const NORMAL_BLEND = 18

const mirror = (horizontal: 0 | 1, vertical: 0 | 1): PremierePart => ({
  kind: 'part',
  effect: { id: 'mirror', parameters: { horizontal, vertical } },
})

/**
 * Reads what Premiere writes on every clip, its motion and opacity, and the few effects that mean the same here.
 * Keyframes are refused, and so is a scale: it is one of the medium's own size, which an edit does not say. Undefined
 * for what else there is.
 */
export function readPremiereLook(metadata: JsonObject): PremierePart | undefined {
  const name = textField(metadata, 'MatchName')
  const parameters = arrayField(metadata, 'Parameters').filter(isJsonObject)
  const moving = parameters.some((one) => arrayField(one, 'Keyframes').length > 0)
  const settings: Settings = new Map(
    parameters.flatMap((one): [number, JsonValue][] => {
      const value = objectField(one, 'StartValue')?.['Value']
      return value === undefined ? [] : [[numberField(one, 'ID', -1), value]]
    }),
  )
  const read = readers.get(name)
  if (!read) return undefined
  return moving ? { kind: 'refused', what: `the effect ${name} of Premiere with keyframes` } : read(settings)
}

const readers: ReadonlyMap<string, (settings: Settings) => PremierePart> = new Map([
  ['AE.ADBE Opacity', readOpacity],
  ['AE.ADBE Motion', readMotion],
  ['AE.ADBE Invert', readInvert],
  ['AE.ADBE Horizontal Flip', () => mirror(1, 0)],
  ['AE.ADBE Vertical Flip', () => mirror(0, 1)],
])

/** A number of a setting; what is not written is as usual, what is no number is NaN. */
function numberOf(settings: Settings, id: number, usual: number): number {
  const value = settings.get(id) ?? usual
  return typeof value === 'number' ? value : Number.NaN
}

function refused(what: string): PremierePart {
  return { kind: 'refused', what: `${what} of Premiere` }
}

function readOpacity(settings: Settings): PremierePart {
  if (numberOf(settings, 2, NORMAL_BLEND) !== NORMAL_BLEND || numberOf(settings, 3, 0) !== 0)
    return refused('a blend mode')
  const percent = numberOf(settings, 1, 100)
  if (!(percent >= 0 && percent <= 100)) return refused('an opacity beyond 0 to 100')
  return percent === 100 ? NOTHING : { kind: 'part', opacity: percent / 100 }
}

function readMotion(settings: Settings): PremierePart {
  const position = pointOf(settings.get(1))
  const anchor = pointOf(settings.get(6))
  const rotation = numberOf(settings, 5, 0)
  const [left, top, right, bottom] = [8, 9, 10, 11].map((id) => numberOf(settings, id, 0) / 100)
  const scaled = numberOf(settings, 2, 100) !== 100 || (settings.get(4) !== true && numberOf(settings, 3, 100) !== 100)
  if (scaled) return refused("a scale, which is one of the medium's own size,")
  if (!position || !anchor || anchor[0] !== 0.5 || anchor[1] !== 0.5) return refused('a position or an anchor point')
  if (numberOf(settings, 7, 0) !== 0) return refused('an anti-flicker filter')
  const sides = [left, top, right, bottom]
  if (!sides.every((side) => side !== undefined && side >= 0 && side <= 1)) return refused('a crop beyond 0 to 100')
  if (!(Math.abs(rotation) <= 360_000)) return refused('a rotation')
  const [x, y] = [position[0] - 0.5, position[1] - 0.5]
  const place: Place = { x, y, scaleX: 1, scaleY: 1, rotation, anchorX: 0.5, anchorY: 0.5 }
  return {
    ...{ kind: 'part', fitted: true },
    ...((x !== 0 || y !== 0 || rotation !== 0) && { place }),
    ...(sides.some((side) => side !== 0) && {
      crop: { left: left ?? 0, top: top ?? 0, right: right ?? 0, bottom: bottom ?? 0 },
    }),
  }
}

/** A point in shares of the frame; the middle when it is not written, undefined when it is none. */
function pointOf(value: JsonValue | undefined): readonly [number, number] | undefined {
  if (value === undefined) return [0.5, 0.5]
  if (!isJsonObject(value)) return undefined
  const [x, y] = [numberField(value, 'X', Number.NaN), numberField(value, 'Y', Number.NaN)]
  return Math.abs(x) <= 1000 && Math.abs(y) <= 1000 ? [x, y] : undefined
}

function readInvert(settings: Settings): PremierePart {
  if (numberOf(settings, 1, 0) !== 0) return refused('an inversion of one channel')
  const original = numberOf(settings, 2, 0)
  if (!(original >= 0 && original <= 100)) return refused('an inversion beyond 0 to 100')
  return { kind: 'part', effect: { id: 'invert', parameters: { amount: 1 - original / 100 } } }
}
