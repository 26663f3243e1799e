import { rationalToNumber } from '@sheaf/protocol'
import { effectProblem } from '../effect/effects.js'
import type { Crop, Curve, Effect, Look, Place } from '../model/edit.js'
import { sampleCurve } from '../model/sample-curve.js'
import { type EffectNumber, effectNumberAt, resolveNumbers } from './effect-numbers.js'
import { arrayField, objectField, textField } from './fields.js'
import { isJsonObject, type JsonObject } from './json-reader.js'
import type { OtioEffect } from './otio-types.js'
import type { LevelPlace } from './read-levels.js'
import { readPremiereLook } from './read-premiere-look.js'

/** A look, and the effects that are no part of one. */
export interface LookReading {
  readonly look: Look | undefined
  readonly rest: readonly OtioEffect[]
}

/** What one effect does to the pictures. */
interface Part {
  readonly effect?: Effect
  readonly crop?: Crop
  readonly place?: Place
  readonly opacity?: (frame: number) => number
  readonly breaks?: readonly number[]
}

/** As many turns as are read. */
const TURNS = { least: -360_000, most: 360_000 } as const
/** How far straight lines between keyframes may leave a curve: far below what is seen. */
const TOLERANCE = 1e-4

/**
 * Reads how pictures are placed, cropped and mixed from where Resolve (with its keyframes) and Premiere write it, and
 * effects of the whitelist from `metadata.sheaf`. What they write and nobody has touched is passed over; what else they
 * do to the pictures is refused, left out with `--drop-unknown`.
 */
export function readLooks(effects: readonly OtioEffect[], place: LevelPlace): LookReading {
  const rest: OtioEffect[] = []
  const parts: Part[] = []
  for (const effect of effects) {
    const part = effect.enabled && effect.timeScalar === undefined ? readEffect(effect, place) : undefined
    if (part) parts.push(part)
    else rest.push(effect)
  }
  const crops = parts.flatMap(({ crop }) => (crop ? [crop] : []))
  const places = parts.flatMap((part) => (part.place ? [part.place] : []))
  if (crops.length > 1 || places.length > 1) place.notes.refuseOrDrop('more than one transform or crop', place.where)
  const opacity = opacityOf(parts, place)
  const own = parts.flatMap(({ effect }) => (effect ? [effect] : []))
  const look: Look = {
    ...(own.length > 0 && { effects: own }),
    ...(crops[0] && { crop: crops[0] }),
    ...(places[0] && { place: places[0] }),
    ...(opacity !== 1 && { opacity }),
  }
  return { look: Object.keys(look).length > 0 ? look : undefined, rest }
}

function readEffect(effect: OtioEffect, place: LevelPlace): Part | undefined {
  const resolve = objectField(effect.metadata, 'Resolve_OTIO')
  if (resolve) return readResolve(resolve, place)
  const premiere = objectField(effect.metadata, 'PremierePro_OTIO')
  if (premiere) return readPremiere(premiere, place)
  const own = objectField(effect.metadata, 'sheaf')
  return own && readOwn(effect.effectName, own, place)
}

function readPremiere(metadata: JsonObject, place: LevelPlace): Part | undefined {
  const part = readPremiereLook(metadata)
  if (!part) return undefined
  if (part.kind === 'refused') return unread(part.what, place)
  const { opacity, effect, crop, place: placed } = part
  // Told once: it is the same of every clip.
  if (part.fitted) {
    place.notes.warn(
      "Premiere's scale of 100 % is taken for fitted into the picture: whether a medium was set to the frame's size there the file does not say; look at those of another size than the sequence",
    )
  }
  return {
    ...(effect && { effect }),
    ...(crop && { crop }),
    ...(placed && { place: placed }),
    ...(opacity !== undefined && { opacity: () => opacity }),
  }
}

/** An effect of the whitelist by its id, its numbers in `metadata.sheaf.parameters`. */
function readOwn(id: string, metadata: JsonObject, { notes, where }: LevelPlace): Part {
  const written = objectField(metadata, 'parameters') ?? {}
  const parameters = Object.fromEntries(
    Object.entries(written).map(([name, value]) => [name, typeof value === 'number' ? value : Number.NaN]),
  )
  const effect = { id, parameters }
  const problem = effectProblem(effect)
  if (problem === undefined) return { effect }
  notes.refuseOrDrop(problem, where)
  return {}
}

function readResolve(metadata: JsonObject, place: LevelPlace): Part {
  const name = textField(metadata, 'Effect Name', 'unnamed')
  if (metadata['Enabled'] === false) return {}
  const parameters = arrayField(metadata, 'Parameters').filter(isJsonObject)
  const touched = parameters.filter((parameter) => !isAtRest(parameter))
  const numbers = resolveNumbers({ ...metadata, Parameters: touched })
  const known = KNOWN[name] ?? []
  const strange = touched.find((parameter) => !isReadable(parameter, known))
  if (strange) return unread(`the setting ${textField(strange, 'Parameter ID')} of Resolve's effect ${name}`, place)
  if (touched.length === 0) return {}
  switch (name) {
    case 'Transform':
      return { place: placeOf(numbers, touched, place) }
    case 'Cropping':
      return { crop: cropOf(numbers, place) }
    case 'Composite':
      return compositeOf(numbers, place)
    case 'Video Faders':
      return faderOf(numbers, place)
    default:
      return unread(`the effect ${name} of Resolve`, place)
  }
}

/** Settings that are read, by effect; those of any other are refused with the effect. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  Transform: [
    ...['transformationZoomX', 'transformationZoomY', 'transformationPan', 'transformationTilt'],
    ...['transformationRotationAngle', 'transformationFlipX', 'transformationFlipY'],
  ],
  Cropping: ['cropLeft', 'cropRight', 'cropTop', 'cropBottom'],
  Composite: ['opacity'],
  'Video Faders': ['videoFaderIn', 'videoFaderOut'],
}

function isAtRest(parameter: JsonObject): boolean {
  if (Object.keys(objectField(parameter, 'Key Frames') ?? {}).length > 0) return false
  return JSON.stringify(parameter['Parameter Value']) === JSON.stringify(parameter['Default Parameter Value'])
}

function isReadable(parameter: JsonObject, known: readonly string[]): boolean {
  const id = textField(parameter, 'Parameter ID')
  // An effect that is not known at all is refused by its own name.
  if (known.length === 0) return true
  if (!known.includes(id)) return false
  const moves = Object.keys(objectField(parameter, 'Key Frames') ?? {}).length > 0
  if (id.startsWith('transformationFlip')) return typeof parameter['Parameter Value'] === 'boolean' && !moves
  const [number] = resolveNumbers({ Parameters: [parameter] })
  if (!number || (moves && id.startsWith('videoFader'))) return false
  return [number.value, ...number.keys.flatMap(({ frame, value }) => [frame, value])].every(Number.isFinite)
}

/** Leaves the pictures as they are, with a word that something is missing. */
function unread(what: string, { notes, where }: LevelPlace): Part {
  notes.refuseOrDrop(what, where)
  return {}
}

function placeOf(numbers: readonly EffectNumber[], touched: readonly JsonObject[], place: LevelPlace): Place {
  const of = (id: string, factor: number, usual: number): Curve => curveOf(numbers, id, { place, factor, usual })
  const flip = (axis: 'X' | 'Y'): number =>
    touched.some((one) => one['Parameter ID'] === `transformationFlip${axis}` && one['Parameter Value'] === true)
      ? -1
      : 1
  return {
    // Resolve's canvas goes up and its angles against the clock.
    x: of('transformationPan', 1, 0),
    y: of('transformationTilt', -1, 0),
    scaleX: of('transformationZoomX', flip('X'), 1),
    scaleY: of('transformationZoomY', flip('Y'), 1),
    rotation: curveOf(numbers, 'transformationRotationAngle', { place, factor: -1, usual: 0, ...TURNS }),
    anchorX: 0.5,
    anchorY: 0.5,
  }
}

function cropOf(numbers: readonly EffectNumber[], place: LevelPlace): Crop {
  const of = (id: string): Curve => curveOf(numbers, id, { place, factor: 1, usual: 0, least: 0, most: 1 })
  return { left: of('cropLeft'), top: of('cropTop'), right: of('cropRight'), bottom: of('cropBottom') }
}

function compositeOf(numbers: readonly EffectNumber[], place: LevelPlace): Part {
  const opacity = numbers.find(({ id }) => id === 'opacity')
  if (!opacity) return {}
  // Of 100, or of 1 where that is what it is by itself.
  const whole = opacity.usual === 1 ? 1 : 100
  const pace = rationalToNumber(place.map.speed)
  return {
    opacity: (frame) => Math.min(1, Math.max(0, effectNumberAt(opacity, frame) / whole)),
    breaks: opacity.keys.map(({ frame }) => frame / pace),
  }
}

/** Fades from and to nothing at the ends of a clip, in frames. */
function faderOf(numbers: readonly EffectNumber[], place: LevelPlace): Part {
  const [fadeIn, fadeOut] = ['videoFaderIn', 'videoFaderOut'].map((id) =>
    Math.max(0, numbers.find((one) => one.id === id)?.value ?? 0),
  )
  const pace = rationalToNumber(place.map.speed)
  const length = (place.span.to - place.span.from) * pace
  const opacity = (frame: number): number => {
    const begin = fadeIn ? Math.min(1, Math.max(0, frame / fadeIn)) : 1
    const end = fadeOut ? Math.min(1, Math.max(0, (length - frame) / fadeOut)) : 1
    return begin * end
  }
  const breaks = [...(fadeIn ? [0, fadeIn] : []), ...(fadeOut ? [length - fadeOut, length] : [])]
  return { opacity, breaks: breaks.map((frame) => frame / pace) }
}

/** All opacities of an item, one through the other. */
function opacityOf(parts: readonly Part[], { span, map }: LevelPlace): Curve {
  const layers = parts.flatMap(({ opacity }) => (opacity ? [opacity] : []))
  if (layers.length === 0) return 1
  const pace = rationalToNumber(map.speed)
  const breaks = [...new Set(parts.flatMap((part) => part.breaks ?? []))].sort((a, b) => a - b)
  const at = (frame: number): number => layers.reduce((share, layer) => share * layer(frame * pace), 1)
  return later(sampleCurve(at, breaks, TOLERANCE), span.from)
}

/** A number of Resolve's on the frames of the edit; its keyframes count from the clip's first frame. */
function curveOf(
  numbers: readonly EffectNumber[],
  id: string,
  how: {
    readonly place: LevelPlace
    readonly factor: number
    readonly usual: number
    readonly least?: number
    readonly most?: number
  },
): Curve {
  const { place, factor, usual, least = -1000, most = 1000 } = how
  const number = numbers.find((one) => one.id === id)
  const within = (value: number): number => Math.min(most, Math.max(least, factor * value)) + 0
  if (!number) return within(usual)
  const pace = rationalToNumber(place.map.speed)
  const at = (frame: number): number => within(effectNumberAt(number, frame * pace))
  const breaks = number.keys.map(({ frame }) => frame / pace)
  return later(sampleCurve(at, breaks, TOLERANCE), place.span.from)
}

function later(curve: Curve, by: number): Curve {
  return typeof curve === 'number' ? curve : curve.map((key) => ({ ...key, frame: key.frame + by }))
}
