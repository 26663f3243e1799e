import { rational, ZERO } from '@sheaf/protocol'
import type { FrameSize } from '../compile/frame-format.js'
import type { Notes } from '../model/refusal.js'
import { formatTimecode } from '../model/timecode.js'
import { TimeMap } from '../model/time-map.js'
import { isJsonObject, type JsonObject } from '../otio/json-reader.js'
import { isTrue, numberAt, objectAt, objectsAt, said, textAt } from './project-fields.js'
import type { StudioClip, StudioTrack, TimedCurve } from './studio-project.js'
import { studioSeconds } from './studio-time.js'
import { type StudioTextPlace, type StudioTextStyle, textPicture } from './text-style.js'
import type { Rational } from '@sheaf/protocol'

interface SubtitleContext {
  readonly rate: Rational
  readonly size: FrameSize | undefined
  readonly notes: Notes
}

/** The size that lengths in pixels are of when a project does not say its own. */
const USUAL_SIZE: FrameSize = { width: 1920, height: 1080 }
/** Distances from the edges, in pixels, that the compiler of Timeline Studio keeps. */
const EDGE = { sides: 20, top: 20, bottom: 50 } as const

/** Subtitles of a `ProjectSchema` as a track over all others; none when there are none. */
export function readSchemaSubtitles(
  subtitles: readonly JsonObject[],
  context: SubtitleContext,
): readonly StudioTrack[] {
  const clips = subtitles.flatMap((one, i) => readSubtitle(one, `subtitle ${i + 1}`, context))
  if (clips.length === 0) return []
  const track = {
    name: 'T1',
    title: 'subtitles',
    kind: 'pictures',
    shown: true,
    heard: false,
    gain: 1,
    pan: 0,
  } as const
  return [{ ...track, clips, transitions: [] }]
}

function readSubtitle(subtitle: JsonObject, number: string, context: SubtitleContext): readonly StudioClip[] {
  const { rate, size = USUAL_SIZE, notes } = context
  if (subtitle['enabled'] === false) return []
  const text = textAt(subtitle, 'text') ?? ''
  const start = studioSeconds(numberAt(subtitle, 'start_time'))
  const end = studioSeconds(numberAt(subtitle, 'end_time'))
  const at = start && start.num >= 0 ? ` at ${formatTimecode(new TimeMap({ rate }).frameAt(start), rate)}` : ''
  const where = `${number} "${said(text)}"${at}`
  if (!start || !end || start.num < 0 || end.num * start.den <= start.num * end.den) {
    notes.refuse('a subtitle whose times are none, negative, or end before they begin', where)
    return []
  }
  if (text.trim() === '') return []
  const style = styleOf(subtitle, where, notes)
  const place = placeOf(subtitle, size)
  const picture = textPicture(text, style, { place, height: size.height, where, notes })
  const seconds = end.num / end.den - start.num / start.den
  const opacity = numberAt(subtitle, 'opacity') ?? 1
  return [
    {
      ...{
        id: textAt(subtitle, 'id') ?? '',
        name: said(text),
        where,
        start,
        end,
        sourceStart: ZERO,
        speed: rational(1),
      },
      source: { kind: 'text', picture },
      look: {
        effects: [],
        opacity: [opacity, ...animations(subtitle, { seconds, where, notes })],
        place: undefined,
        fit: undefined,
      },
      sound: { heard: false, gain: [] },
    },
  ]
}

/** The style; older projects have some of it beside `style`, and what is in `style` goes first. */
function styleOf(subtitle: JsonObject, where: string, notes: Notes): StudioTextStyle {
  const style = objectAt(subtitle, 'style')
  const either = (key: string): string | undefined => textAt(style, key) ?? textAt(subtitle, key)
  const of = (key: string): number => numberAt(style, key) ?? 0
  const box = textAt(style, 'background_color')
  const padding = objectAt(style, 'padding')
  if (of('letter_spacing') !== 0) notes.refuseOrDrop('letter spacing', where)
  if (box !== undefined && of('border_radius') !== 0) notes.warn('subtitles: boxes behind them get square corners')
  const shadow = textAt(style, 'shadow_color')
  const blurred = of('shadow_x') !== 0 || of('shadow_y') !== 0 || of('shadow_blur') !== 0
  const noStyle = style['font_family'] === undefined && style['font_size'] === undefined
  return {
    family: either('font_family'),
    size: numberAt(style, 'font_size') ?? numberAt(subtitle, 'font_size'),
    weight: either('font_weight'),
    italic: false,
    colour: either('color'),
    outline:
      noStyle && isTrue(subtitle, 'outline')
        ? { colour: '#000000', width: 2 }
        : { colour: textAt(style, 'stroke_color'), width: of('stroke_width') },
    shadow:
      shadow !== undefined && blurred
        ? { colour: shadow, x: of('shadow_x'), y: of('shadow_y'), blur: of('shadow_blur') }
        : undefined,
    box:
      box === undefined
        ? undefined
        : { colour: box, opacity: numberAt(style, 'background_opacity') ?? 1, padding: middle(padding) },
    lineHeight: numberAt(style, 'line_height'),
    maxWidth: numberAt(style, 'max_width'),
    align: 'centre',
  }
}

const middle = (padding: JsonObject): number =>
  ['top', 'right', 'bottom', 'left'].reduce((sum, side) => sum + (numberAt(padding, side) ?? 0), 0) / 4

/** Where it stands: percent with alignment and margins, or one of the compiler's two ways. */
function placeOf(subtitle: JsonObject, { width, height }: FrameSize): StudioTextPlace {
  const position = objectAt(subtitle, 'position')
  const [x, y] = [numberAt(position, 'x'), numberAt(position, 'y')]
  if (textAt(position, 'type') === 'Absolute')
    return { x: (x ?? 0) / width, y: (y ?? 0) / height, anchorX: 0, anchorY: 0 }
  const anchorX = ANCHORS[textAt(position, 'align_x') ?? 'Center'] ?? 0.5
  const anchorY = ANCHORS[textAt(position, 'align_y') ?? 'Bottom'] ?? 1
  const margin = position['margin']
  if (x === undefined || y === undefined) {
    const [sides, top, bottom] = [EDGE.sides / width, EDGE.top / height, EDGE.bottom / height]
    return { x: inwards(anchorX, sides, sides), y: inwards(anchorY, top, bottom), anchorX, anchorY }
  }
  const of = (side: string): number => (isJsonObject(margin) ? (numberAt(margin, side) ?? 0) : 0)
  const shiftX = anchorX === 0 ? of('left') : anchorX === 1 ? -of('right') : 0
  const shiftY = anchorY === 0 ? of('top') : anchorY === 1 ? -of('bottom') : 0
  return { x: x / 100 + shiftX / width, y: y / 100 + shiftY / height, anchorX, anchorY }
}

const ANCHORS: Readonly<Record<string, number>> = { Left: 0, Top: 0, Center: 0.5, Middle: 0.5, Right: 1, Bottom: 1 }

/** The edge that something is aligned to, so far inwards. */
function inwards(anchor: number, first: number, last: number): number {
  return anchor === 0 ? first : anchor === 1 ? 1 - last : anchor
}

/** Fades; what else moves a subtitle is refused by name, and can be left out. */
function animations(
  subtitle: JsonObject,
  of: { readonly seconds: number; readonly where: string; readonly notes: Notes },
): readonly TimedCurve[] {
  const { seconds, where, notes } = of
  return objectsAt(subtitle, 'animations').flatMap((one): TimedCurve[] => {
    const kind = textAt(one, 'animation_type') ?? ''
    const length = numberAt(one, 'duration') ?? 0
    if (length <= 0) return []
    const wait = numberAt(one, 'delay') ?? 0
    if (kind === 'FadeIn' && length + wait <= seconds) return [fade(wait, length, [0, 1])]
    if (kind === 'FadeOut' && length <= seconds && wait === 0) return [fade(seconds - length, length, [1, 0])]
    notes.refuseOrDrop(`the animation "${said(kind)}"`, where)
    return []
  })
}

const fade = (from: number, length: number, [first, last]: readonly [number, number]): TimedCurve => [
  { seconds: from, value: first, ease: 'linear' },
  { seconds: from + length, value: last, ease: 'linear' },
]
