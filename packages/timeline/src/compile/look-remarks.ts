import type { MediaIndex } from '../media/media-index.js'
import { curveAt } from '../model/curve.js'
import type { Edit, EditClip, EditElement, EditTrack, Place } from '../model/edit.js'
import type { FrameFormat, FrameSize, Placement } from './frame-format.js'
import { bitsOf } from './layer-formats.js'
import { fittedOf, isHidden } from './look-plan.js'
import { isScalable, stillRect } from './picture-layout.js'
import { plainLook, staticPlace } from './plain-look.js'

/** What looks are judged with. */
export interface LookRemarkContext {
  readonly media: ReadonlyMap<string, MediaIndex>
  readonly format: FrameFormat
}

/** Clips that one remark names; of more only the number is. */
const NAMED = 5
/** Frames of one clip that are looked at to see whether it is ever inside the picture. */
const MOST_FRAMES = 100_000
/**
 * Seconds of one core for each pixel of the canvas that is reckoned by expressions. Measured with ffmpeg 5.1.9: 3.6 to
 * 4.9 µs for the filter alone, 7.3 µs for all of a frame. Rough: processors and curves differ.
 */
const SECONDS_A_PIXEL = 6e-6

/**
 * What a person should know of how clips are placed: those that are never inside the picture, and with more than
 * 8 bits those that move or are turned, which is slow.
 */
export function remarksOnLooks(edit: Pick<Edit, 'video'>, context: LookRemarkContext): string[] {
  const clips = clipsOf(edit.video)
  const outside = clips.filter((clip) => isOutside(clip, context))
  const slow = bitsOf(context.format) === 8 ? [] : clips.filter((clip) => isWarped(clip, context))
  const dear = slow.filter((clip) => !outside.includes(clip))
  return [
    ...(outside.length === 0
      ? []
      : [
          `never inside the picture, by pan and tilt or position, and so not seen: ${listed(outside)} ` +
            '(places count in parts of the canvas, not in pixels)',
        ]),
    ...(dear.length === 0 ? [] : [slowness(dear, context.format)]),
  ]
}

/** Every clip with a look, nested ones and both sides of transitions included. */
function clipsOf(tracks: readonly EditTrack[]): readonly EditClip[] {
  const inside = (element: EditElement): readonly EditClip[] => {
    if (element.kind === 'gap') return []
    const own = element.look ? [element] : []
    return element.content.kind === 'stack' ? [...own, ...clipsOf(element.content.tracks)] : own
  }
  return tracks.flatMap(({ items }) =>
    items.flatMap((item) => (item.kind === 'transition' ? [...inside(item.out), ...inside(item.in)] : inside(item))),
  )
}

/** Whether a clip is taken to the canvas pixel by pixel. */
function isWarped(clip: EditClip, context: LookRemarkContext): boolean {
  const look = plainLook(clip.look)
  if (!look?.place || isHidden(clip, look, clip, context)) return false
  const still = staticPlace(look.place)
  const rect = still && stillRect(fittedOf(clip, context), still, context.format)
  return !rect || !isScalable(rect)
}

function slowness(clips: readonly EditClip[], { width, height }: FrameSize): string {
  const each = SECONDS_A_PIXEL * width * height
  const frames = clips.reduce((sum, { from, to }) => sum + to - from, 0)
  const [what, ofEach] =
    clips.length === 1 ? ['a clip moves or is turned', ''] : ['clips move or are turned', ' of each']
  return (
    `${what}, which with 10 bits is reckoned pixel by pixel and slow: roughly ${rounded(each)} of one processor core ` +
    `for each frame${ofEach} at ${width}x${height}, ${frames} frames in all (${listed(clips)}); ` +
    'a preset of 8 bits, or --draft, is much faster'
  )
}

const rounded = (seconds: number): string => `${seconds < 1 ? seconds.toPrecision(1) : Math.round(seconds)} s`

function listed(clips: readonly EditClip[]): string {
  const places = [...new Set(clips.map(({ where }) => where))]
  const more = places.length > NAMED ? ` and ${places.length - NAMED} more` : ''
  return `${places.slice(0, NAMED).join(', ')}${more}`
}

/** Whether nothing of a clip lies on the canvas on any of its frames. */
function isOutside(clip: EditClip, context: LookRemarkContext): boolean {
  const { look, from, to } = clip
  if (!look?.place || to - from > MOST_FRAMES) return false
  const fitted = fittedOf(clip, context)
  for (let frame = from; frame < to; frame++) {
    if (touches(boundsAt(look.place, frame, { fitted, canvas: context.format }), context.format)) return false
  }
  return true
}

interface Bounds {
  readonly across: readonly [number, number]
  readonly down: readonly [number, number]
}

/** The upright rectangle, in pixels of the canvas, around a picture at a frame. */
function boundsAt(place: Place, frame: number, on: { readonly fitted: Placement; readonly canvas: FrameSize }): Bounds {
  const { fitted, canvas } = on
  const turn = (curveAt(place.rotation, frame) * Math.PI) / 180
  const [scaleX, scaleY] = [curveAt(place.scaleX, frame), curveAt(place.scaleY, frame)]
  const middle = {
    x: fitted.x + place.anchorX * fitted.width + curveAt(place.x, frame) * canvas.width,
    y: fitted.y + place.anchorY * fitted.height + curveAt(place.y, frame) * canvas.height,
  }
  const corners = [0, 1].flatMap((right) =>
    [0, 1].map((bottom) => {
      const x = (right - place.anchorX) * fitted.width * scaleX
      const y = (bottom - place.anchorY) * fitted.height * scaleY
      return {
        x: middle.x + x * Math.cos(turn) - y * Math.sin(turn),
        y: middle.y + x * Math.sin(turn) + y * Math.cos(turn),
      }
    }),
  )
  const spread = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const
  return { across: spread(corners.map(({ x }) => x)), down: spread(corners.map(({ y }) => y)) }
}

function touches({ across, down }: Bounds, { width, height }: FrameSize): boolean {
  return across[1] > 0 && across[0] < width && down[1] > 0 && down[0] < height
}
