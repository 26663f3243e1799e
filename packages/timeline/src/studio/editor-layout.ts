import type { FitBox } from '../model/edit.js'
import type { JsonObject } from '../otio/json-reader.js'
import type { EditorContext } from './editor-context.js'
import { byId, numberAt, said, textAt } from './project-fields.js'

/** What a layout may say besides when its cells are equal parts of the canvas. */
const PLAIN_KEYS: ReadonlySet<string> = new Set(['id', 'split', 'screens', 'name', 'resizable', 'render', 'testId'])

/**
 * The cell of a layout of equal cells that a clip goes into: covered, in its middle. Others, and those that the
 * project does not hold, are refused by name and can be left out.
 */
export function readLayout(
  clip: JsonObject,
  { where, context }: { readonly where: string; readonly context: EditorContext },
): FitBox | undefined {
  const id = textAt(clip, 'templateId')
  if (id === undefined) return undefined
  const cell = numberAt(clip, 'templateCell') ?? 0
  const layout = byId(context.resources, 'templates').get(id)
  const box = layout && Object.keys(layout).every((key) => PLAIN_KEYS.has(key)) ? cellOf(layout, cell) : undefined
  if (!box) context.notes.refuseOrDrop(`cell ${cell} of the layout "${said(id)}"`, where)
  return box
}

function cellOf(layout: JsonObject, cell: number): FitBox | undefined {
  const screens = numberAt(layout, 'screens') ?? 0
  if (!Number.isInteger(screens) || !Number.isInteger(cell) || cell < 0 || cell >= screens || screens > 100)
    return undefined
  const split = textAt(layout, 'split')
  const columns = split === 'vertical' ? screens : split === 'horizontal' ? 1 : Math.ceil(Math.sqrt(screens))
  if (split !== 'vertical' && split !== 'horizontal' && split !== 'grid') return undefined
  const [width, height] = [1 / columns, 1 / Math.ceil(screens / columns)]
  const [x, y] = [(cell % columns) * width, Math.floor(cell / columns) * height]
  return { x, y, width, height, how: 'cover', alignX: 0.5, alignY: 0.5 }
}
