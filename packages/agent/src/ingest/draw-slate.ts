import type { FrameSize } from '@sheaf/timeline'
import { LETTER, letterDot } from './slate-font.js'

/** Pixels of a picture: red, green, blue and alpha of eight bits each, row by row. */
export interface SlatePicture extends FrameSize {
  readonly rgba: Uint8Array
}

/** Of slates: what lies behind, the word at the top, and the name. */
export const SLATE_COLOURS = { dark: '1c1f26', dim: '8a909c', bright: 'f2f2f2' } as const

type Rgb = readonly [number, number, number]
const channel = (rgb: string, at: number): number => Number.parseInt(rgb.slice(at, at + 2), 16)
const rgbOf = (rgb: string): Rgb => [channel(rgb, 0), channel(rgb, 2), channel(rgb, 4)]
const [DARK, DIM, BRIGHT] = [rgbOf(SLATE_COLOURS.dark), rgbOf(SLATE_COLOURS.dim), rgbOf(SLATE_COLOURS.bright)]

/** Whether letters made of dots write a name as it is: those of ASCII alone. */
export const isDotted = (name: string): boolean => /^[ -~]*$/.test(name)

/** A dark picture that says which medium is missing. The same on every machine: the letters are made of dots. */
export function drawSlate(name: string, { width, height }: FrameSize): SlatePicture {
  const rgba = new Uint8Array(width * height * 4)
  const paint = (x: number, y: number, [r, g, b]: Rgb): void => {
    if (x >= 0 && y >= 0 && x < width && y < height) rgba.set([r, g, b, 255], (y * width + x) * 4)
  }
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) paint(x, y, DARK)
  const { lines, dot } = layOut(name, { width, height })
  const lineHeight = (LETTER.height + 2) * dot
  const top = Math.floor((height - lineHeight * (lines.length + 1)) / 2)
  for (const [row, line] of [Array.from('MISSING'), ...lines].entries()) {
    const left = Math.floor((width - line.length * (LETTER.width + 1) * dot) / 2)
    for (const [column, letter] of line.entries()) {
      for (let y = 0; y < LETTER.height * dot; y++) {
        for (let x = 0; x < LETTER.width * dot; x++) {
          if (!letterDot(letter, Math.floor(x / dot), Math.floor(y / dot))) continue
          paint(left + column * (LETTER.width + 1) * dot + x, top + row * lineHeight + y, row === 0 ? DIM : BRIGHT)
        }
      }
    }
  }
  return { width, height, rgba }
}

/** The name in lines, with dots as large as let all of it be seen; on the smallest pictures it is cut off. */
function layOut(
  name: string,
  { width, height }: FrameSize,
): { readonly lines: readonly (readonly string[])[]; readonly dot: number } {
  const letters = Array.from(name.normalize('NFC'))
  for (let dot = Math.max(1, Math.floor(height / 90)); ; dot--) {
    const across = Math.max(1, Math.floor((width * 0.94) / ((LETTER.width + 1) * dot)))
    const down = Math.max(1, Math.floor((height * 0.9) / ((LETTER.height + 2) * dot)) - 1)
    const lines = Array.from({ length: Math.ceil(letters.length / across) }, (_, i) =>
      letters.slice(i * across, (i + 1) * across),
    )
    if (lines.length <= down || dot === 1) return { lines: lines.slice(0, down), dot }
  }
}
