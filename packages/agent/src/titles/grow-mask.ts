import { emptyMask, type Mask } from './outline-mask.js'
import type { Steps } from './steps.js'

/** From here on a pixel counts as wholly covered: what is lacking is not seen in 8 bits. */
const FULL = 0.999

/** A pixel of a disc, from its middle, and how much of it the disc covers. */
interface DiscPixel {
  readonly dx: number
  readonly dy: number
  readonly weight: number
  readonly distance: number
}

/**
 * The mask, grown by `radius` pixels on all sides, with round corners: on each pixel the most that a disc around any
 * other one covers of it. Only the edges of shapes are walked along, and of most discs only the rim.
 */
export function* growMask(mask: Mask, radius: number): Steps<Mask> {
  const reach = Math.ceil(radius)
  const { left, top, width, height } = mask
  const grown = emptyMask({ left, top, right: left + width, bottom: top + height }, reach)
  const disc = discOf(radius)
  const stamps = {
    whole: disc,
    // A neighbour that is covered no less lies at most 1.42 pixels off: its disc holds all of this one but the rim.
    rim: disc.filter(({ distance }) => distance > radius - 2),
    soft: disc.filter(({ weight }) => weight < 1),
  }
  const spans = new Int32Array(grown.width * grown.height + 1)
  const halves = rowHalves(radius)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cover = mask.cover[y * width + x] ?? 0
      if (cover === 0) continue
      const at = (y + top - grown.top) * grown.width + x + left - grown.left
      if (cover < FULL) {
        stamp(grown, { at, cover }, isOutdone(mask, x, y, cover) ? stamps.rim : stamps.whole)
        continue
      }
      grown.cover[at] = 1
      // From the inside of a shape every way out leads over its edge, whose discs reach further.
      if (isInside(mask, x, y)) continue
      for (const { dy, half } of halves) {
        const row = at + dy * grown.width
        spans[row - half] = (spans[row - half] ?? 0) + 1
        spans[row + half + 1] = (spans[row + half + 1] ?? 0) - 1
      }
      stamp(grown, { at, cover }, stamps.soft)
    }
    yield
  }
  let open = 0
  for (let i = 0; i < grown.cover.length; i++) {
    open += spans[i] ?? 0
    if (open > 0) grown.cover[i] = 1
  }
  return grown
}

function stamp(
  grown: Mask,
  { at, cover }: { readonly at: number; readonly cover: number },
  disc: readonly DiscPixel[],
): void {
  for (const { dx, dy, weight } of disc) {
    const i = at + dy * grown.width + dx
    const value = cover * weight
    if (value > (grown.cover[i] ?? 0)) grown.cover[i] = value
  }
}

function discOf(radius: number): DiscPixel[] {
  const reach = Math.ceil(radius)
  const offsets = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach)
  return offsets
    .flatMap((dy) =>
      offsets.map((dx) => {
        const distance = Math.hypot(dx, dy)
        return { dx, dy, distance, weight: distance === 0 ? 1 : Math.min(1, Math.max(0, radius + 0.5 - distance)) }
      }),
    )
    .filter(({ weight }) => weight > 0)
}

/** How far to either side a disc covers the pixels of each of its rows wholly. */
function rowHalves(radius: number): { readonly dy: number; readonly half: number }[] {
  const inner = radius - 0.5
  if (inner < 0) return []
  const reach = Math.floor(inner)
  return Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const dy = i - reach
    return { dy, half: Math.floor(Math.sqrt(inner * inner - dy * dy)) }
  })
}

const AROUND = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => ({ dx, dy }))).filter(({ dx, dy }) => dx || dy)

function coverAt({ cover, width, height }: Mask, x: number, y: number): number {
  return x < 0 || y < 0 || x >= width || y >= height ? 0 : (cover[y * width + x] ?? 0)
}

function isInside(mask: Mask, x: number, y: number): boolean {
  return AROUND.every(({ dx, dy }) => coverAt(mask, x + dx, y + dy) >= FULL)
}

/** Whether a neighbour is covered more; of those that are covered the same, the later one counts as more. */
function isOutdone(mask: Mask, x: number, y: number, cover: number): boolean {
  return AROUND.some(({ dx, dy }) => {
    const other = coverAt(mask, x + dx, y + dy)
    return other > cover || (other === cover && (dy > 0 || (dy === 0 && dx > 0)))
  })
}
