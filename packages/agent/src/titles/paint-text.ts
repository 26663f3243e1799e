import type { Paint, TextPicture } from '@sheaf/timeline'
import { boxOutline } from './glyph-outline.js'
import { growMask } from './grow-mask.js'
import {
  blurMask,
  type Bounds,
  type Box,
  boxOf,
  emptyMask,
  emptyMaskWithin,
  fillOutline,
  type Mask,
} from './outline-mask.js'
import type { RgbaPicture } from './png.js'
import type { CanvasSize, SetLayer, SetText } from './set-lines.js'
import type { Steps } from './steps.js'

/**
 * Paints set text on a transparent canvas: its box, then all shadows, outlines and glyphs over each other. In steps, as
 * large texts take seconds.
 */
export function* paintText(
  { style }: Pick<TextPicture, 'style'>,
  { layers, box }: SetText,
  canvas: CanvasSize,
): Steps<RgbaPicture> {
  const picture = blankPicture(canvas)
  if (style.box) yield* paintBox(picture, style.box, box)
  // Of several layers no glyph lies under another one's outline: each kind is gathered by itself, then all three.
  const isOne = layers.length <= 1
  const [outlines, fills] = isOne ? [picture, picture] : [blankPicture(canvas), blankPicture(canvas)]
  for (const layer of layers) yield* paintLayer({ shadows: picture, outlines, fills }, layer)
  if (isOne) return picture
  for (const over of [outlines, fills]) yield* mergePicture(picture, over)
  return picture
}

const blankPicture = (canvas: CanvasSize): RgbaPicture => ({
  ...canvas,
  rgba: new Uint8Array(canvas.width * canvas.height * 4),
})

function* paintBox(
  picture: RgbaPicture,
  { padding, paint, shadow }: NonNullable<TextPicture['style']['box']>,
  box: Box,
): Steps<void> {
  const mask = boxMask(box, padding * picture.height, picture)
  if (shadow) yield* layOver(picture, moved(mask, shadow, picture), shadow.paint)
  yield* layOver(picture, mask, paint)
}

function* paintLayer(
  to: { readonly shadows: RgbaPicture; readonly outlines: RgbaPicture; readonly fills: RgbaPicture },
  { style, outlines }: SetLayer,
): Steps<void> {
  const canvas = to.fills
  const fill = yield* glyphMask(outlines, boundsOf(style, canvas))
  if (!fill) return
  const edge =
    style.outline && style.outline.width > 0 ? yield* growMask(fill, style.outline.width * canvas.height) : undefined
  // Letters that let something through show what lies below the text, not their own outline and its shadow.
  if (edge && style.paint.opacity < 1) cutOut(edge, fill)
  if (style.shadow) {
    const soft = yield* blurMask(edge ?? fill, style.shadow.blur * canvas.height)
    yield* layOver(to.shadows, moved(soft, style.shadow, canvas), style.shadow.paint)
  }
  if (edge && style.outline) yield* layOver(to.outlines, edge, style.outline.paint)
  yield* layOver(to.fills, fill, style.paint)
}

function moved(mask: Mask, by: { readonly x: number; readonly y: number }, { height }: CanvasSize): Mask {
  return { ...mask, left: mask.left + Math.round(by.x * height), top: mask.top + Math.round(by.y * height) }
}

/** Pixels from which anything reaches the canvas. */
function boundsOf({ outline, shadow }: SetLayer['style'], { width, height }: CanvasSize): Bounds {
  const { x = 0, y = 0, blur = 0 } = shadow ?? {}
  const reach = Math.ceil((outline?.width ?? 0) * height + (3 * blur + Math.max(Math.abs(x), Math.abs(y))) * height) + 8
  return { left: -reach, top: -reach, width: width + 2 * reach, height: height + 2 * reach }
}

function* glyphMask(outlines: SetLayer['outlines'], bounds: Bounds): Steps<Mask | undefined> {
  const points = outlines.flat()
  const whole = points.length > 0 ? emptyMaskWithin(boxOf(points), bounds) : undefined
  if (!whole) return undefined
  // Each glyph by itself, so that two that touch do not wipe each other out.
  for (const outline of outlines) {
    fillOutline(whole, outline)
    yield
  }
  return whole
}

/** Takes from a mask what another one, which lies within it, covers. */
function cutOut(mask: Mask, inner: Mask): void {
  for (let y = 0; y < inner.height; y++) {
    const row = (y + inner.top - mask.top) * mask.width + inner.left - mask.left
    for (let x = 0; x < inner.width; x++) {
      mask.cover[row + x] = (mask.cover[row + x] ?? 0) * (1 - (inner.cover[y * inner.width + x] ?? 0))
    }
  }
}

function boxMask(box: Box, padding: number, { width, height }: CanvasSize): Mask {
  const near = (value: number, length: number): number => Math.min(length + 2, Math.max(-2, value))
  const [left, right] = [near(box.left - padding, width), near(box.right + padding, width)]
  const [top, bottom] = [near(box.top - padding, height), near(box.bottom + padding, height)]
  const mask = emptyMask({ left, top, right, bottom })
  fillOutline(mask, boxOutline({ left, top, right, bottom }))
  return mask
}

/** Lays a colour over the picture where the mask covers it; what lies outside the canvas is not seen. */
function* layOver({ width, height, rgba }: RgbaPicture, mask: Mask, { rgb, opacity }: Paint): Steps<void> {
  const colour = [0, 2, 4].map((at) => Number.parseInt(rgb.slice(at, at + 2), 16)) as [number, number, number]
  for (let y = Math.max(0, mask.top); y < Math.min(height, mask.top + mask.height); y++) {
    for (let x = Math.max(0, mask.left); x < Math.min(width, mask.left + mask.width); x++) {
      const over = (mask.cover[(y - mask.top) * mask.width + x - mask.left] ?? 0) * opacity
      if (over > 0) layPixel(rgba, (y * width + x) * 4, colour, over)
    }
    yield
  }
}

/** Lays a picture over another one of the same size. */
function* mergePicture({ width, height, rgba }: RgbaPicture, over: RgbaPicture): Steps<void> {
  for (let y = 0; y < height; y++) {
    for (let i = y * width * 4; i < (y + 1) * width * 4; i += 4) {
      const opacity = over.rgba[i + 3] ?? 0
      if (opacity === 0) continue
      layPixel(rgba, i, [over.rgba[i] ?? 0, over.rgba[i + 1] ?? 0, over.rgba[i + 2] ?? 0], opacity / 255)
    }
    yield
  }
}

function layPixel(rgba: Uint8Array, i: number, colour: readonly [number, number, number], over: number): void {
  const under = ((rgba[i + 3] ?? 0) / 255) * (1 - over)
  const alpha = over + under
  for (let channel = 0; channel < 3; channel++) {
    rgba[i + channel] = Math.round(((colour[channel] ?? 0) * over + (rgba[i + channel] ?? 0) * under) / alpha)
  }
  rgba[i + 3] = Math.round(alpha * 255)
}
