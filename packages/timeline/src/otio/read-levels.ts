import { rationalToNumber } from '@sheaf/protocol'
import type { Curve, FrameSpan, Level } from '../model/edit.js'
import type { Notes } from '../model/refusal.js'
import { sampleCurve } from '../model/sample-curve.js'
import type { TimeMap } from '../model/time-map.js'
import { type EffectNumber, effectNumberAt, resolveNumbers } from './effect-numbers.js'
import { arrayField, numberField, objectField, textField } from './fields.js'
import { isJsonObject, type JsonObject, type JsonValue } from './json-reader.js'
import type { OtioEffect } from './otio-types.js'

/** The item whose effects are read. */
export interface LevelPlace {
  /** Frames that it holds when transitions are left aside; of a track: where it begins, twice. */
  readonly span: FrameSpan
  readonly map: TimeMap
  readonly notes: Notes
  readonly where: string
}

/** Levels, and the effects that are none. */
export interface LevelReading {
  readonly level: Level | undefined
  readonly rest: readonly OtioEffect[]
}

/** What one effect does to the loudness; `kept`: it is none of those that are read here. */
type Reading = Partial<Level> | 'kept'

/**
 * Reads volume, fades and pan from where editors write them: Resolve's clip volume and pan, the faders and panners that
 * Premiere writes at rest, and the audio levels of FCP 7 XML as its adapter carries them. Effects of theirs that do
 * something else to the sound are refused, left out with `--drop-unknown`; those at rest are passed over.
 */
export function readLevels(effects: readonly OtioEffect[], place: LevelPlace): LevelReading {
  const rest: OtioEffect[] = []
  const parts: Partial<Level>[] = []
  for (const effect of effects) {
    const reading = effect.enabled && effect.timeScalar === undefined ? readEffect(effect, place) : 'kept'
    if (reading === 'kept') rest.push(effect)
    else parts.push(reading)
  }
  const gain = parts.flatMap((part) => (part.gain === undefined ? [] : [part.gain]))
  const pan = parts.flatMap((part) => (part.pan === undefined ? [] : [part.pan]))
  if (gain.length > 1 || pan.length > 1) place.notes.refuseOrDrop('more than one volume or pan', place.where)
  const level = { gain: gain[0] ?? 1, pan: pan[0] ?? 0 }
  return { level: level.gain === 1 && level.pan === 0 ? undefined : level, rest }
}

function readEffect({ metadata }: OtioEffect, place: LevelPlace): Reading {
  const resolve = objectField(metadata, 'Resolve_OTIO')
  if (resolve) return readResolve(resolve, place)
  const premiere = objectField(metadata, 'PremierePro_OTIO')
  if (premiere) return readPremiere(premiere, place)
  const fcp = objectField(metadata, 'fcp_xml')
  return fcp ? readFcp(fcp, place) : 'kept'
}

/** Leaves the edit as it is, with a word that something is missing. */
function unread(what: string, { notes, where }: LevelPlace): Reading {
  notes.refuseOrDrop(what, where)
  return {}
}

function readResolve(metadata: JsonObject, place: LevelPlace): Reading {
  if (metadata['Enabled'] === false) return {}
  const name = textField(metadata, 'Effect Name', 'unnamed')
  const numbers = resolveNumbers(metadata)
  const broken = numbers.some(({ value, keys }) => [value, ...keys.map((key) => key.value)].some(Number.isNaN))
  if (name === 'Fairlight Clip Volume and Fades' && !broken) return resolveVolume(numbers, place)
  if (name === 'Fairlight Clip Pan' && !broken) return resolvePan(numbers, place)
  const atRest = arrayField(metadata, 'Parameters').every((parameter) => isAtRest(parameter))
  return atRest ? {} : unread(`the effect ${name} of Resolve`, place)
}

/** Resolve writes many effects that nobody has touched; which band an equaliser's band is changes nothing. */
function isAtRest(parameter: JsonValue): boolean {
  if (!isJsonObject(parameter)) return true
  if (Object.keys(objectField(parameter, 'Key Frames') ?? {}).length > 0) return false
  if (parameter['Parameter ID'] === 'eq band index') return true
  return JSON.stringify(parameter['Parameter Value']) === JSON.stringify(parameter['Default Parameter Value'])
}

/** Louder than this is refused: 24 dB. */
const LOUDEST = 16
/** What Resolve calls silence. */
const SILENT_DB = -100
/** How far straight lines between keyframes may leave a curve: 0.01 dB where it is loud. */
const TOLERANCE = 1e-3

function resolveVolume(numbers: readonly EffectNumber[], place: LevelPlace): Reading {
  const known = new Set(['volume', 'faderIn', 'faderOut'])
  const other = numbers.find(({ id, value, usual, keys }) => !known.has(id) && (value !== usual || keys.length > 0))
  if (other) return unread(`the fade setting ${other.id} of Resolve`, place)
  const volume = numbers.find(({ id }) => id === 'volume')
  const [fadeIn, fadeOut] = ['faderIn', 'faderOut'].map((id) => numbers.find((one) => one.id === id)?.value ?? 0)
  const { span } = place
  const length = (span.to - span.from) * paceOf(place)
  const gainAt = (frame: number): number => {
    const decibels = volume ? effectNumberAt(volume, frame) : 0
    const loud = decibels <= SILENT_DB ? 0 : 10 ** (decibels / 20)
    const begin = fadeIn ? Math.min(1, Math.max(0, frame / fadeIn)) : 1
    const end = fadeOut ? Math.min(1, Math.max(0, (length - frame) / fadeOut)) : 1
    return loud * begin * end
  }
  const breaks = [
    ...(volume?.keys.map(({ frame }) => frame) ?? []),
    ...(fadeIn ? [0, fadeIn] : []),
    ...(fadeOut ? [length - fadeOut, length] : []),
  ]
  return within(curveOf(gainAt, breaks, place), LOUDEST, (gain) => ({ gain }), place)
}

function resolvePan(numbers: readonly EffectNumber[], place: LevelPlace): Reading {
  const pan = numbers.find(({ id }) => id === 'pan')
  const other = numbers.find(({ id, value, usual, keys }) => id !== 'pan' && (value !== usual || keys.length > 0))
  if (other) return unread(`the pan setting ${other.id} of Resolve`, place)
  if (!pan) return {}
  const panAt = (frame: number): number => effectNumberAt(pan, frame) / 100
  return within(
    curveOf(
      panAt,
      pan.keys.map(({ frame }) => frame),
      place,
    ),
    1,
    (curve) => ({ pan: curve }),
    place,
  )
}

/** Frames of the clip that pass in one frame of the edit. */
const paceOf = ({ map }: LevelPlace): number => rationalToNumber(map.speed)

/** Keyframes of a function of the frames of a clip, on the frames of the edit. */
function curveOf(valueAt: (frame: number) => number, breaks: readonly number[], place: LevelPlace): Curve {
  const rising = [...new Set(breaks)].sort((a, b) => a - b)
  const curve = sampleCurve(valueAt, rising, TOLERANCE)
  if (typeof curve === 'number') return curve
  return curve.map((key) => ({ ...key, frame: place.span.from + key.frame / paceOf(place) }))
}

function within(curve: Curve, most: number, read: (curve: Curve) => Partial<Level>, place: LevelPlace): Reading {
  const values = typeof curve === 'number' ? [curve] : curve.map(({ value }) => value)
  if (values.every((value) => Math.abs(value) <= most)) return read(curve)
  return unread(most === 1 ? 'a pan beyond left and right' : 'a volume of more than +24 dB', place)
}

/** Premiere's number for 0 dB: its levels reach up to +15 dB, which is 1. */
const PREMIERE_UNITY = 10 ** (-15 / 20)

function readPremiere(metadata: JsonObject, place: LevelPlace): Reading {
  const name = textField(metadata, 'MatchName')
  const sound = /^(AudioFader|PanProcessor|Internal (Channel )?Volume\b.*)$/.test(name)
  if (!sound) return 'kept'
  const parameters = arrayField(metadata, 'Parameters').filter(isJsonObject)
  if (parameters.every((one) => arrayField(one, 'Keyframes').length === 0 && isPremiereRest(one, name))) return {}
  const [only] = parameters
  const start = only && objectField(only, 'StartValue')
  const balance = start && numberField(start, 'Value', Number.NaN)
  const still = parameters.every((one) => arrayField(one, 'Keyframes').length === 0)
  if (
    name === 'PanProcessor' &&
    parameters.length === 1 &&
    still &&
    balance !== undefined &&
    balance >= 0 &&
    balance <= 1
  ) {
    return { pan: 2 * balance - 1 }
  }
  return unread(`the effect ${name} of Premiere`, place)
}

function isPremiereRest(parameter: JsonObject, name: string): boolean {
  const value = objectField(parameter, 'StartValue')?.['Value']
  if (typeof value !== 'number') return value === undefined || value === false
  return Math.abs(value - (name === 'PanProcessor' ? 0.5 : PREMIERE_UNITY)) < 1e-4
}

function readFcp(metadata: JsonObject, place: LevelPlace): Reading {
  const id = textField(metadata, 'effectid')
  if (id !== 'audiolevels' && id !== 'audiopan') return 'kept'
  const written = metadata['parameter']
  const parameters = (Array.isArray(written) ? (written as readonly JsonValue[]) : [written ?? null]).filter(
    isJsonObject,
  )
  const [only] = parameters
  const value = Number(only?.['value'] ?? Number.NaN)
  if (!only || parameters.length > 1 || only['keyframe'] !== undefined || !Number.isFinite(value)) {
    return unread(`the effect ${textField(metadata, 'name', id)} with keyframes`, place)
  }
  if (id === 'audiopan') return within(value, 1, (pan) => ({ pan }), place)
  return value < 0 ? unread('a volume below nothing', place) : within(value, LOUDEST, (gain) => ({ gain }), place)
}
