import {
  type Crop,
  CURVE_EASES,
  type Curve,
  type CurveKey,
  type Effect,
  type Level,
  type Look,
  type Place,
} from '../model/edit.js'
import { MAX_EDIT_FRAMES } from '../model/finish-edit.js'
import type { ValueReader } from './value-reader.js'

/** Keys that one curve may have. */
const MOST_KEYS = 100_000
const MOST_EFFECTS = 100
const MOST_PARAMETERS = 64
/** Far beyond anything that is still seen on a canvas. */
const FARTHEST = 1000

/** Reads how a picture is laid on the canvas. */
export function readLook(value: ValueReader): Look {
  const effects = value.field('effects').optional((list) => list.list(MOST_EFFECTS, readEffect))
  const crop = value.field('crop').optional(readCrop)
  const place = value.field('place').optional(readPlace)
  const opacity = value.field('opacity').optional((curve) => readCurve(curve, 0, 1))
  return {
    ...(effects && { effects }),
    ...(crop && { crop }),
    ...(place && { place }),
    ...(opacity !== undefined && { opacity }),
  }
}

/** Reads how loud something is. */
export function readLevel(value: ValueReader): Level {
  return { gain: readCurve(value.field('gain'), 0, 16), pan: readCurve(value.field('pan'), -1, 1) }
}

function readEffect(value: ValueReader): Effect {
  return {
    id: value.field('id').word(),
    parameters: value.field('parameters').entries(MOST_PARAMETERS, (one) => readCurve(one, -1e9, 1e9)),
  }
}

function readCrop(value: ValueReader): Crop {
  const side = (key: keyof Crop): Curve => readCurve(value.field(key), 0, 1)
  return { left: side('left'), top: side('top'), right: side('right'), bottom: side('bottom') }
}

function readPlace(value: ValueReader): Place {
  const curve = (key: keyof Place, most: number): Curve => readCurve(value.field(key), -most, most)
  return {
    x: curve('x', FARTHEST),
    y: curve('y', FARTHEST),
    scaleX: curve('scaleX', FARTHEST),
    scaleY: curve('scaleY', FARTHEST),
    rotation: curve('rotation', 360_000),
    anchorX: value.field('anchorX').number(-FARTHEST, FARTHEST),
    anchorY: value.field('anchorY').number(-FARTHEST, FARTHEST),
  }
}

function readCurve(value: ValueReader, least: number, most: number): Curve {
  if (!value.isList()) return value.number(least, most)
  const keys = value.list(MOST_KEYS, (key): CurveKey => ({
    frame: key.field('frame').number(-2 * MAX_EDIT_FRAMES, 2 * MAX_EDIT_FRAMES),
    value: key.field('value').number(least, most),
    ease: key.field('ease').oneOf(...CURVE_EASES),
  }))
  const rising = keys.every((key, i) => i === 0 || key.frame > (keys[i - 1]?.frame ?? key.frame))
  if (keys.length === 0 || !rising) throw value.error('keyframes in rising order')
  return keys
}
