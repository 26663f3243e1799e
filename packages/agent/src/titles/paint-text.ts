import type { Paint, TextPicture } from '@sheaf/timeline'
import { growMask } from './grow-mask.js'
import { blurMask, type Bounds, boxOf, emptyMask, emptyMaskWithin, fillOutline, type Mask } from './outline-mask.js'
import type { RgbaPicture } from './png.js'
import type { CanvasSize, SetText } from './set-lines.js'

/** Paints set text on a transparent canvas: its box, then shadow, outline and glyphs over each other. */
export function paintText({ style }: Pick<TextPicture, 'style'>, set: SetText, canvas: CanvasSize): RgbaPicture {
  const picture = { ...canvas, rgba: new Uint8Array(canvas.width * canvas.height * 4) }
  const inPixels = (length: number): number => length * canvas.height
  if (style.box) layOver(picture, boxMask(set.box, inPixels(style.box.padding), canvas), style.box.paint)
  const fill = glyphMask(set, boundsOf(style, canvas))
  if (!fill) return picture
  const outline = style.outline && style.outline.width > 0 ? growMask(fill, inPixels(style.outline.width)) : undefined
  if (style.shadow) {
    const { x, y, blur, paint } = style.shadow
    const soft = blurMask(outline ?? fill, inPixels(blur))
    const moved = { left: soft.left + Math.round(inPixels(x)), top: soft.top + Math.round(inPixels(y)) }
    layOver(picture, { ...soft, ...moved }, paint)
  }
  if (outline && style.outline) layOver(picture, outline, style.outline.paint)
  layOver(picture, fill, style.paint)
  return picture
}

/** Pixels from which anything reaches the canvas. */
function boundsOf({ outline, shadow }: TextPicture['style'], { width, height }: CanvasSize): Bounds {
  const { x = 0, y = 0, blur = 0 } = shadow ?? {}
  const reach = Math.ceil((outline?.width ?? 0) * height + (3 * blur + Math.max(Math.abs(x), Math.abs(y))) * height) + 8
  return { left: -reach, top: -reach, width: width + 2 * reach, height: height + 2 * reach }
}

function glyphMask({ glyphs }: SetText, bounds: Bounds): Mask | undefined {
  const points = glyphs.flat()
  const whole = points.length > 0 ? emptyMaskWithin(boxOf(points), bounds) : undefined
  if (!whole) return undefined
  // Each glyph by itself, so that two that touch do not wipe each other out.
  for (const glyph of glyphs) fillOutline(whole, glyph)
  return whole
}

function boxMask(box: SetText['box'], padding: number, { width, height }: CanvasSize): Mask {
  const near = (value: number, length: number): number => Math.min(length + 2, Math.max(-2, value))
  const [left, right] = [near(box.left - padding, width), near(box.right + padding, width)]
  const [top, bottom] = [near(box.top - padding, height), near(box.bottom + padding, height)]
  const mask = emptyMask({ left, top, right, bottom })
  fillOutline(mask, [
    { kind: 'move', x: left, y: top },
    { kind: 'line', x: right, y: top },
    { kind: 'line', x: right, y: bottom },
    { kind: 'line', x: left, y: bottom },
  ])
  return mask
}

/** Lays a colour over the picture where the mask covers it; what lies outside the canvas is not seen. */
function layOver({ width, height, rgba }: RgbaPicture, mask: Mask, { rgb, opacity }: Paint): void {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => Number.parseInt(rgb.slice(at, at + 2), 16))
  for (let y = Math.max(0, mask.top); y < Math.min(height, mask.top + mask.height); y++) {
    for (let x = Math.max(0, mask.left); x < Math.min(width, mask.left + mask.width); x++) {
      const over = (mask.cover[(y - mask.top) * mask.width + x - mask.left] ?? 0) * opacity
      if (over === 0) continue
      const i = (y * width + x) * 4
      const under = ((rgba[i + 3] ?? 0) / 255) * (1 - over)
      const alpha = over + under
      rgba[i] = Math.round((red * over + (rgba[i] ?? 0) * under) / alpha)
      rgba[i + 1] = Math.round((green * over + (rgba[i + 1] ?? 0) * under) / alpha)
      rgba[i + 2] = Math.round((blue * over + (rgba[i + 2] ?? 0) * under) / alpha)
      rgba[i + 3] = Math.round(alpha * 255)
    }
  }
}
