import type { FitBox } from '../model/edit.js'
import type { Notes } from '../model/refusal.js'
import type { JsonObject } from '../otio/json-reader.js'
import { numberAt, objectsAt, said, textAt } from './project-fields.js'

/** Ways to fit of both dialects; what they call `Fill` is not the same. */
const WAYS: Readonly<Record<string, FitBox['how']>> = {
  Contain: 'contain',
  Fit: 'contain',
  Cover: 'cover',
  Stretch: 'stretch',
}
const ALIGNS: Readonly<Record<string, number>> = { Left: 0, Top: 0, Center: 0.5, Right: 1, Bottom: 1 }

/**
 * The cell of a layout that a clip goes into; undefined when it goes into none. A cell that is not there, or fits in
 * a way that does not mean one thing, is refused by name and can be left out.
 */
export function readCell(
  clip: JsonObject,
  of: {
    readonly where: string
    readonly context: { readonly notes: Notes; readonly layouts: ReadonlyMap<string, JsonObject> }
  },
): FitBox | undefined {
  const { where, context } = of
  const id = textAt(clip, 'template_id')
  if (id === undefined) return undefined
  const index = numberAt(clip, 'template_cell') ?? numberAt(clip, 'template_position') ?? 0
  const layout = context.layouts.get(id)
  const cell = layout && objectsAt(layout, 'cells').find((one, i) => (numberAt(one, 'index') ?? i) === index)
  const refuse = (why: string): undefined => {
    context.notes.refuseOrDrop(`cell ${index} of the layout "${said(id)}"${why}`, where)
  }
  if (!cell) return refuse(', which the project does not hold')
  const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((key) => numberAt(cell, key))
  if (x === undefined || y === undefined || width === undefined || height === undefined || width <= 0 || height <= 0) {
    return refuse(' that does not say where it is')
  }
  const way = textAt(cell, 'fit_mode') ?? 'Contain'
  const how = WAYS[way]
  // The front end stretches what it calls Fill, the compiler cuts; it is the one that both can write.
  if (!how) return refuse(` that fits its picture by "${said(way)}"`)
  if ((numberAt(cell, 'scale') ?? 1) !== 1) return refuse(` with a scale of ${numberAt(cell, 'scale') ?? 1}`)
  return {
    ...{ x: x / 100, y: y / 100, width: width / 100, height: height / 100, how },
    alignX: ALIGNS[textAt(cell, 'align_x') ?? 'Center'] ?? 0.5,
    alignY: ALIGNS[textAt(cell, 'align_y') ?? 'Center'] ?? 0.5,
  }
}
