import type { JsonObject } from '../otio/json-reader.js'
import { type EditorContext, USUAL_SIZE } from './editor-context.js'
import { byId, numberAt, objectAt, said, textAt } from './project-fields.js'
import type { StudioSource } from './studio-project.js'
import { type StudioTextPlace, type StudioTextStyle, textPicture } from './text-style.js'

interface TextOf {
  readonly where: string
  readonly context: EditorContext
}

/** A subtitle or a title as a picture of its text; what moves it is refused by name, and can be left out. */
export function readEditorText(clip: JsonObject, of: TextOf): StudioSource {
  const { where, context } = of
  const { notes, resources, size = USUAL_SIZE } = context
  const title = byId(resources, 'titles').get(textAt(clip, 'mediaId') ?? '')
  const text = textAt(clip, 'text') ?? (title && textAt(title, 'text'))
  if (text === undefined || text.trim() === '') {
    notes.refuseOrDrop('a title whose text the project does not hold', where)
    return { kind: 'nothing' }
  }
  animationNotes(clip, title, of)
  const drawn = title
    ? { style: objectAt(title, 'style'), place: titlePlace(title) }
    : { style: styleOf(clip, of), place: subtitlePlace(clip, of) }
  const { style, place } = drawn
  return { kind: 'text', picture: textPicture(text, cssStyle(style, of), { place, height: size.height, where, notes }) }
}

/** The style that a subtitle names, with what it changes of it. */
function styleOf(clip: JsonObject, { where, context }: TextOf): JsonObject {
  const id = textAt(clip, 'subtitleStyleId')
  const named = id === undefined ? undefined : byId(context.resources, 'subtitleStyles').get(id)
  if (id !== undefined && !named) {
    context.notes.refuseOrDrop(
      `the style "${said(id)}", which the project does not hold (the usual one without it)`,
      where,
    )
  }
  return { ...named, ...objectAt(named ?? {}, 'style'), ...objectAt(clip, 'style'), ...objectAt(clip, 'formatting') }
}

/** Style sheets' words for how a text looks. */
function cssStyle(style: JsonObject, { where, context }: TextOf): StudioTextStyle {
  const { notes } = context
  const [outline, shadow, padding] = [objectAt(style, 'outline'), objectAt(style, 'shadow'), objectAt(style, 'padding')]
  const cast = Object.keys(shadow).length > 0 ? shadow : objectAt(style, 'textShadow')
  if (typeof style['textShadow'] === 'string') notes.refuseOrDrop('a shadow in the words of a style sheet', where)
  if ((numberAt(style, 'letterSpacing') ?? 0) !== 0) notes.refuseOrDrop('letter spacing', where)
  const box = textAt(style, 'backgroundColor')
  if (box !== undefined && (numberAt(style, 'borderRadius') ?? 0) !== 0)
    notes.warn('subtitles: boxes behind them get square corners')
  const sides = ['top', 'right', 'bottom', 'left'].map((side) => numberAt(padding, side) ?? 0)
  const of = (holder: JsonObject, ...keys: readonly string[]): number =>
    keys.map((key) => numberAt(holder, key)).find((one) => one !== undefined) ?? 0
  return {
    family: textAt(style, 'fontFamily'),
    size: numberAt(style, 'fontSize'),
    weight: textAt(style, 'fontWeight') ?? numberAt(style, 'fontWeight'),
    italic: textAt(style, 'fontStyle') === 'italic' || textAt(style, 'fontStyle') === 'oblique',
    colour: textAt(style, 'color'),
    outline: {
      colour: textAt(outline, 'color') ?? textAt(style, 'strokeColor'),
      width: numberAt(outline, 'width') ?? of(style, 'strokeWidth'),
    },
    shadow:
      Object.keys(cast).length > 0
        ? {
            colour: textAt(cast, 'color'),
            x: of(cast, 'x', 'offsetX'),
            y: of(cast, 'y', 'offsetY'),
            blur: of(cast, 'blur'),
          }
        : undefined,
    box:
      box === undefined
        ? undefined
        : { colour: box, opacity: 1, padding: sides.reduce((sum, side) => sum + side, 0) / 4 },
    lineHeight: numberAt(style, 'lineHeight'),
    maxWidth: numberAt(style, 'maxWidth'),
    align: ALIGNS[textAt(style, 'textAlign') ?? 'center'] ?? 'centre',
  }
}

const ALIGNS: Readonly<Record<string, StudioTextStyle['align']>> = { left: 'left', center: 'centre', right: 'right' }
const ANCHORS: Readonly<Record<string, number>> = { top: 0, left: 0, middle: 0.5, center: 0.5, bottom: 1, right: 1 }

/** `bottom-center` and margins in pixels, of the subtitle or of its style. */
function subtitlePlace(clip: JsonObject, { context }: TextOf): StudioTextPlace {
  const { resources, size = USUAL_SIZE } = context
  const style = byId(resources, 'subtitleStyles').get(textAt(clip, 'subtitleStyleId') ?? '')
  const own = objectAt(clip, 'subtitlePosition')
  const position = Object.keys(own).length > 0 || !style ? own : objectAt(style, 'defaultPosition')
  const [vertical = '', horizontal = ''] = (textAt(position, 'alignment') ?? 'bottom-center').split('-')
  const [anchorX, anchorY] = [ANCHORS[horizontal] ?? 0.5, ANCHORS[vertical] ?? 1]
  const marginX = (numberAt(position, 'marginX') ?? 0) / size.width
  const marginY = (numberAt(position, 'marginY') ?? 0) / size.height
  return { x: anchorX + marginX * (1 - 2 * anchorX), y: anchorY + marginY * (1 - 2 * anchorY), anchorX, anchorY }
}

/** Percent of the picture, and the point of the text that lies there. */
function titlePlace(title: JsonObject): StudioTextPlace {
  const position = objectAt(title, 'position')
  const [vertical = '', horizontal = ''] = (textAt(position, 'anchor') ?? 'center').split('-')
  return {
    x: (numberAt(position, 'x') ?? 50) / 100,
    y: (numberAt(position, 'y') ?? 50) / 100,
    anchorX: ANCHORS[horizontal] ?? 0.5,
    anchorY: ANCHORS[vertical] ?? 0.5,
  }
}

function animationNotes(clip: JsonObject, title: JsonObject | undefined, { where, context }: TextOf): void {
  const animation = objectAt(title ?? {}, 'animation')
  const kinds = [
    textAt(objectAt(clip, 'animationIn'), 'type'),
    textAt(objectAt(clip, 'animationOut'), 'type'),
    textAt(animation, 'in'),
    textAt(animation, 'out'),
  ]
  for (const kind of kinds) if (kind !== undefined) context.notes.refuseOrDrop(`the animation "${said(kind)}"`, where)
}
