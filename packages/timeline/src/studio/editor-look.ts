import type { Effect, FitBox } from '../model/edit.js'
import { isJsonObject, type JsonObject } from '../otio/json-reader.js'
import type { EditorContext } from './editor-context.js'
import { fadesOf, type Keyframes, opacityKeys } from './editor-curves.js'
import { gradingEffects } from './editor-grading.js'
import { readLayout } from './editor-layout.js'
import { numberAt, objectAt } from './project-fields.js'
import type { StudioLook, StudioPlace, TimedCurve } from './studio-project.js'
import { mapTimed } from './timed-curve.js'

interface LookOf {
  readonly where: string
  readonly seconds: number
  readonly keyframes: Keyframes
  readonly applied: readonly Effect[]
  readonly context: EditorContext
}

/** How a clip of the editor is laid on the canvas. */
export function editorLook(clip: JsonObject, of: LookOf): StudioLook {
  const { where, seconds, keyframes, applied, context } = of
  const { notes } = context
  const opacity = numberAt(clip, 'opacity') ?? 1
  if (opacity < 0 || opacity > 1) notes.refuse(`an opacity of ${opacity}; 0 to 1 are possible`, where)
  const keys = opacityKeys(clip, 'opacityKeyframes', { where, seconds, notes })
  const keyed = keyframes.get('opacity')
  // Keyframes say the opacity; without any it is the one number.
  const base: readonly TimedCurve[] = keys.length > 0 ? [keys] : keyed ? [mapTimed(keyed, inUnit)] : [opacity]
  const cell = readLayout(clip, { where, context })
  const laid = placeOf(clip, of)
  return {
    effects: [...gradingEffects(clip, where, notes), ...applied],
    opacity: [...base, ...fadesOf(clip, { where, seconds, notes })],
    place: laid.place,
    fit: cell || laid.box ? { box: cell ?? laid.box } : undefined,
  }
}

const inUnit = (value: number): number => Math.min(1, Math.max(0, value))

/** What the editor gives to clips that nobody has moved: the middle of the canvas, all of it. */
const UNMOVED = { x: 0.5, y: 0.5, width: 1, height: 1 } as const

/**
 * `position`: the middle of the clip and its size, in parts of the canvas. A size with the canvas's shape scales the
 * picture as it lies; one of another shape is a box that the picture is put into whole.
 */
function placeOf(clip: JsonObject, of: LookOf): { readonly place?: StudioPlace; readonly box?: FitBox } {
  const { where, keyframes, context } = of
  if (!isJsonObject(clip['position']) && !moves(keyframes)) return {}
  const position = objectAt(clip, 'position')
  const at = (key: keyof typeof UNMOVED): number => numberAt(position, key) ?? UNMOVED[key]
  let [x, y] = [at('x'), at('y')]
  const [width, height] = [at('width'), at('height')]
  if (width <= 0 || height <= 0) {
    context.notes.refuse(`a size of ${width} by ${height}`, where)
    return {}
  }
  if (x === 0 && y === 0 && width === 1 && height === 1) {
    context.notes.warn(`${where}: its position of 0, 0 with the size of the picture is taken for the whole picture`)
    ;[x, y] = [UNMOVED.x, UNMOVED.y]
  }
  const box = width === height ? undefined : boxAround({ x, y, width, height })
  const [scaleX, scaleY] = [numberAt(position, 'scaleX') ?? 1, numberAt(position, 'scaleY') ?? 1]
  const size = box ? 1 : width
  const middle = box ? { x, y } : { x: UNMOVED.x, y: UNMOVED.y }
  const both = keyframes.get('scale')
  const place: StudioPlace = {
    x: mapTimed(keyframes.get('x') ?? x, (value) => value - middle.x),
    y: mapTimed(keyframes.get('y') ?? y, (value) => value - middle.y),
    scaleX: mapTimed(keyframes.get('scaleX') ?? both ?? scaleX, (value) => value * size),
    scaleY: mapTimed(keyframes.get('scaleY') ?? both ?? scaleY, (value) => value * size),
    rotation: keyframes.get('rotation') ?? numberAt(position, 'rotation') ?? 0,
    anchorX: 0.5,
    anchorY: 0.5,
  }
  return { ...(isMoved(place) && { place }), ...(box && { box }) }
}

const moves = (keyframes: Keyframes): boolean =>
  [...keyframes.keys()].some((key) => key !== 'opacity' && key !== 'volume')

const isMoved = ({ x, y, scaleX, scaleY, rotation }: StudioPlace): boolean =>
  x !== 0 || y !== 0 || scaleX !== 1 || scaleY !== 1 || rotation !== 0

function boxAround({ x, y, width, height }: Record<keyof typeof UNMOVED, number>): FitBox {
  return { x: x - width / 2, y: y - height / 2, width, height, how: 'contain', alignX: 0.5, alignY: 0.5 }
}
