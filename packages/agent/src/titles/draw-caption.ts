import { type GlyphStyle, SUBTITLE_STYLE, type TextPicture } from '@sheaf/timeline'
import type { Font } from 'fontkit'
import { type FontFace, openFace, readFaces } from './font-library.js'
import { hasShape } from './has-shape.js'
import { paintText } from './paint-text.js'
import type { RgbaPicture } from './png.js'
import { type CanvasSize, setLines } from './set-lines.js'
import { inTurns } from './steps.js'

/** Words that say something on a made picture, in any font that can write them: no title, which names its font. */
export interface Caption {
  /** Each beginning with a line of its own; no fonts are named, so none can be missing. */
  readonly parts: readonly { readonly text: string; readonly rgb: string }[]
  /** What lies behind them. */
  readonly background: string
  readonly canvas: CanvasSize
  readonly fontPlaces: readonly string[]
}

/** A caption in the middle of an opaque picture, as large as lets all of it be seen; undefined when no font has it all. */
export async function drawCaption(caption: Caption): Promise<RgbaPicture | undefined> {
  const { parts, background, canvas, fontPlaces } = caption
  const text = parts.map((part) => part.text).join('\n')
  const font = await fontFor(text, fontPlaces)
  if (!font) return undefined
  for (const size of SIZES) {
    const picture = captionText(caption, size)
    const set = await inTurns(setLines(picture, () => font, canvas))
    const { left, top, right, bottom } = set.box
    const fits = left >= 0 && top >= 0 && right <= canvas.width && bottom <= canvas.height
    if (!fits && size !== SIZES.at(-1)) continue
    return onColour(await inTurns(paintText(picture, set, canvas)), background)
  }
  return undefined
}

/** In canvas heights, the largest first. */
const SIZES = [0.1, 0.08, 0.06, 0.045, 0.03, 0.02]

function captionText({ parts }: Caption, size: number): TextPicture {
  const styleOf = (rgb: string): GlyphStyle => ({
    font: { family: '', weight: 400, italic: false },
    size,
    paint: { rgb, opacity: 1 },
  })
  let at = 0
  const runs = parts.map(({ text, rgb }) => {
    const from = at
    at += text.length + 1
    return { from, to: at - 1, style: styleOf(rgb) }
  })
  const { outline: _outline, ...frame } = SUBTITLE_STYLE
  const middle = { y: 0.5, anchorY: 0.5, wrap: 'even' as const }
  return { text: parts.map(({ text }) => text).join('\n'), style: { ...frame, ...styleOf('ffffff'), ...middle }, runs }
}

/** The first font that has all characters, upright and regular ones before others. */
async function fontFor(text: string, places: readonly string[]): Promise<Font | undefined> {
  for (const place of places) {
    const faces = await readFaces([place])
    for (const face of [...faces].sort((a, b) => strangeness(a) - strangeness(b))) {
      const font = await openFace(face, 400).catch(() => undefined)
      if (font && Array.from(text).every((character) => hasShape(font, character))) return font
    }
  }
  return undefined
}

function strangeness({ italic, normalWidth, weight }: FontFace): number {
  const isRegular = weight.least <= 400 && weight.most >= 400
  return (italic ? 4 : 0) + (normalWidth ? 0 : 2) + (isRegular ? 0 : 1)
}

function onColour({ width, height, rgba }: RgbaPicture, background: string): RgbaPicture {
  const behind = [0, 2, 4].map((at) => Number.parseInt(background.slice(at, at + 2), 16))
  for (let i = 0; i < rgba.length; i += 4) {
    const over = (rgba[i + 3] ?? 0) / 255
    for (let channel = 0; channel < 3; channel++) {
      rgba[i + channel] = Math.round((rgba[i + channel] ?? 0) * over + (behind[channel] ?? 0) * (1 - over))
    }
    rgba[i + 3] = 255
  }
  return { width, height, rgba }
}
