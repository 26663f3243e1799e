import type { Font } from 'fontkit'
import type { OutlineStep } from './outline-mask.js'

/** A glyph's own outline, in units of its font, y upwards. */
type GlyphPath = ReturnType<Font['layout']>['glyphs'][number]['path']

/** Where a glyph's origin lies, in pixels, and how large a unit of its font is there. */
export interface GlyphPlace {
  readonly x: number
  readonly y: number
  readonly scaleX: number
  readonly scaleY: number
}

/** Pieces that a curve is drawn in: at the size of a glyph they are far below a pixel. */
const PIECES = 12

/** A glyph's outline on the canvas, its curves as short lines. */
export function glyphOutline({ commands }: GlyphPath, place: GlyphPlace): OutlineStep[] {
  const steps: OutlineStep[] = []
  let at: readonly [number, number] = [0, 0]
  const put = (kind: 'move' | 'line', [x, y]: readonly [number, number]): void => {
    steps.push({ kind, x: place.x + x * place.scaleX, y: place.y - y * place.scaleY })
  }
  for (const { command, args } of commands) {
    const points = pairs(args)
    const end = points.at(-1)
    if (command === 'closePath' || !end) continue
    if (command === 'moveTo' || command === 'lineTo') put(command === 'moveTo' ? 'move' : 'line', end)
    else for (let i = 1; i <= PIECES; i++) put('line', onCurve([at, ...points], i / PIECES))
    at = end
  }
  return steps
}

/** A rectangle as an outline. */
export function boxOutline(box: {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}): OutlineStep[] {
  const { left, top, right, bottom } = box
  return [
    { kind: 'move', x: left, y: top },
    { kind: 'line', x: right, y: top },
    { kind: 'line', x: right, y: bottom },
    { kind: 'line', x: left, y: bottom },
  ]
}

function pairs(args: readonly number[]): (readonly [number, number])[] {
  return Array.from({ length: args.length / 2 }, (_, i) => [args[2 * i] ?? 0, args[2 * i + 1] ?? 0] as const)
}

/** A point of a Bézier curve, by de Casteljau. */
function onCurve(points: readonly (readonly [number, number])[], share: number): readonly [number, number] {
  const [first = [0, 0] as const, ...rest] = points
  if (rest.length === 0) return first
  const between = rest.map(([x, y], i): readonly [number, number] => {
    const [px, py] = points[i] ?? [x, y]
    return [px + (x - px) * share, py + (y - py) * share]
  })
  return onCurve(between, share)
}
