import type { FrameSpan, Place } from '../model/edit.js'
import { curveAt } from '../model/curve.js'
import type { FrameSize, Placement } from './frame-format.js'
import { isMoving, type PlainLook, type StaticPlace } from './plain-look.js'

/** Where pictures that stand still go: their edges on even pixels, so that neighbours touch and chroma stays in place. */
export interface StillRect extends Placement {
  readonly flipX: boolean
  readonly flipY: boolean
}

/** The rectangle of a fitted picture at a place; undefined when nothing of it is on the canvas. */
export function stillRect(fitted: Placement, place: StaticPlace, canvas: FrameSize): StillRect | undefined {
  const across = edges([fitted.x, fitted.width], [place.x * canvas.width, place.scaleX, place.anchorX])
  const down = edges([fitted.y, fitted.height], [place.y * canvas.height, place.scaleY, place.anchorY])
  const rect = { x: across.from, y: down.from, width: across.to - across.from, height: down.to - down.from }
  if (rect.width < 2 || rect.height < 2) return undefined
  if (across.to <= 0 || down.to <= 0 || across.from >= canvas.width || down.from >= canvas.height) return undefined
  return { ...rect, flipX: place.scaleX < 0, flipY: place.scaleY < 0 }
}

function edges(
  [start, length]: readonly [number, number],
  [shift, scale, anchor]: readonly [number, number, number],
): FrameSpan {
  const point = start + anchor * length + shift
  const [one, other] = [point - anchor * length * scale, point + (1 - anchor) * length * scale]
  return { from: evenAt(Math.min(one, other)), to: evenAt(Math.max(one, other)) }
}

const evenAt = (value: number): number => 2 * Math.round(value / 2)

/** Largest side in pixels that pictures are scaled to; larger ones are moved, which makes only what is seen of them. */
const LARGEST_SIDE = 32_768

/** Whether a rectangle is of a size that a picture can be scaled to. */
export function isScalable({ width, height }: FrameSize): boolean {
  return width <= LARGEST_SIDE && height <= LARGEST_SIDE
}

/** How large, in doublings of the fitted size, a picture is to be scaled for a rectangle. See {@link levelAt}. */
export function stillLevel(rect: FrameSize, fitted: FrameSize, most: number): number {
  const ratio = Math.max(rect.width / fitted.width, rect.height / fitted.height)
  return Math.max(LEVELS.least, Math.min(most, LEVELS.most, Math.ceil(Math.log2(ratio) - 1e-9)))
}

/** Whether a rectangle leaves nothing of the canvas free. */
export function coversAll({ x, y, width, height }: Placement, canvas: FrameSize): boolean {
  return x <= 0 && y <= 0 && x + width >= canvas.width && y + height >= canvas.height
}

/** Most and least doublings of the fitted size that a picture that moves is scaled to beforehand. */
const LEVELS = { least: -6, most: 3 } as const

/**
 * How large, in doublings of the fitted size, a picture is to be scaled before it is moved at a frame: at least as
 * large as it is seen and less than twice that, for moving it looks at few pixels around each one. `most` is where the
 * medium has no more to show.
 */
export function levelAt(place: Place, frame: number, most: number): number {
  const scale = Math.max(Math.abs(curveAt(place.scaleX, frame)), Math.abs(curveAt(place.scaleY, frame)))
  const level = Math.ceil(Math.log2(Math.max(scale, 2 ** LEVELS.least)) - 1e-9)
  return Math.max(LEVELS.least, Math.min(level, most, LEVELS.most))
}

/** The stretches of a span in each of which a moving picture is scaled to one size beforehand. */
export function levelSpans({ place }: PlainLook, span: FrameSpan, most: number): readonly FrameSpan[] {
  if (!place || (!isMoving(place.scaleX) && !isMoving(place.scaleY))) return [span]
  const spans: FrameSpan[] = []
  let from = span.from
  for (let frame = span.from + 1; frame <= span.to; frame++) {
    if (frame < span.to && levelAt(place, frame, most) === levelAt(place, from, most)) continue
    spans.push({ from, to: frame })
    from = frame
  }
  return spans
}

/** A size times a power of two, even, and not below 16. */
export function sizeAtLevel({ width, height }: FrameSize, level: number): FrameSize {
  const sized = (length: number): number => Math.max(16, 2 * Math.round((length * 2 ** level) / 2))
  return { width: sized(width), height: sized(height) }
}
