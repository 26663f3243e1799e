import type { FrameSize } from '../compile/frame-format.js'
import { effectProblem } from '../effect/effects.js'
import type { Effect, Fit } from '../model/edit.js'
import type { Notes } from '../model/refusal.js'
import type { JsonObject } from '../otio/json-reader.js'
import { isJsonObject } from '../otio/json-reader.js'
import { numberAt, objectAt, said } from './project-fields.js'
import { readCell } from './schema-layout.js'
import { CORRECTIONS } from './studio-effects.js'
import type { StudioLook, StudioPlace } from './studio-project.js'

/** What looks are read with. */
export interface LookContext {
  readonly size: FrameSize | undefined
  readonly notes: Notes
  /** Layouts, by their ids. */
  readonly layouts: ReadonlyMap<string, JsonObject>
}

/** How a clip of a `ProjectSchema` is laid on the canvas: its colours, opacity, crop, transform. */
export function readSchemaLook(
  clip: JsonObject,
  of: {
    readonly applied: readonly Effect[]
    readonly where: string
    readonly context: LookContext
  },
): StudioLook {
  const { applied, where, context } = of
  const opacity = numberAt(clip, 'opacity') ?? 1
  if (opacity < 0 || opacity > 1) context.notes.refuse(`an opacity of ${opacity}; 0 to 1 are possible`, where)
  const cropPixels = cropOf(clip)
  const box = readCell(clip, { where, context })
  return {
    effects: [...colourCorrection(clip, where, context.notes), ...applied],
    opacity: opacity === 1 ? [] : [opacity],
    place: transformPlace(clip, where, context),
    fit: cropPixels || box ? { cropPixels, box } : undefined,
  }
}

/** `color_correction` as the effect that it is; nothing when it changes nothing. */
function colourCorrection(clip: JsonObject, where: string, notes: Notes): readonly Effect[] {
  const given = clip['color_correction']
  if (!isJsonObject(given)) return []
  const parameters: Record<string, number> = {}
  for (const key of Object.keys(given)) {
    const value = numberAt(given, key)
    const plain = CORRECTIONS[key]
    if (value === undefined) continue
    if (plain === undefined) notes.refuseOrDrop(`a colour correction of "${said(key)}"`, where)
    else if (value !== plain) parameters[key] = value
  }
  if (Object.keys(parameters).length === 0) return []
  const effect = { id: 'colour-correction', parameters }
  const problem = effectProblem(effect)
  if (problem !== undefined) notes.refuseOrDrop(problem, where)
  return problem === undefined ? [effect] : []
}

/** What is cut away, in pixels of the medium; undefined when it is nothing. */
function cropOf(clip: JsonObject): NonNullable<Fit['cropPixels']> | undefined {
  const crop = objectAt(clip, 'crop')
  const side = (key: string): number => Math.max(0, numberAt(crop, key) ?? 0)
  const sides = { left: side('left'), top: side('top'), right: side('right'), bottom: side('bottom') }
  return Object.values(sides).some((pixels) => pixels > 0) ? sides : undefined
}

/**
 * `transform` as a place. Positions are fractions of the canvas when both are within −1 and 1, else pixels of the
 * project's picture: the format does not say which, so what was taken is said.
 */
function transformPlace(
  clip: JsonObject,
  where: string,
  { size, notes }: { readonly size: FrameSize | undefined; readonly notes: Notes },
): StudioPlace | undefined {
  const transform = clip['transform']
  if (!isJsonObject(transform)) return undefined
  const of = (key: string, usual: number): number => numberAt(transform, key) ?? usual
  const [x, y] = [of('position_x', 0), of('position_y', 0)]
  const inPixels = Math.abs(x) > 1 || Math.abs(y) > 1
  if (inPixels && !size) {
    notes.refuseOrDrop('a position in pixels of a picture whose size the project does not say', where)
    return undefined
  }
  if (x !== 0 || y !== 0) {
    const unit = inPixels ? `pixels of ${size?.width ?? 0}x${size?.height ?? 0}` : 'parts of the picture'
    notes.warn(`${where}: its position of ${x}, ${y} is taken for ${unit}`)
  }
  const place = {
    x: inPixels ? x / (size?.width ?? 1) : x,
    y: inPixels ? y / (size?.height ?? 1) : y,
    scaleX: of('scale_x', 1),
    scaleY: of('scale_y', 1),
    rotation: of('rotation', 0),
    anchorX: of('anchor_x', 0.5),
    anchorY: of('anchor_y', 0.5),
  }
  const moves = x !== 0 || y !== 0 || place.scaleX !== 1 || place.scaleY !== 1 || place.rotation !== 0
  return moves ? place : undefined
}
