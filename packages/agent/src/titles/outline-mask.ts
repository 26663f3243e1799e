import type { Steps } from './steps.js'

/** How much of each pixel something covers, 0 to 1, on a rectangle of the canvas. */
export interface Mask {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly cover: Float32Array
}

/** Edges, in pixels of the canvas. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** A step of an outline, in pixels of the canvas, y downwards. */
export type OutlineStep =
  | { readonly kind: 'move'; readonly x: number; readonly y: number }
  | { readonly kind: 'line'; readonly x: number; readonly y: number }

/** An empty mask on the whole pixels around a box, and `margin` more on each side. */
export function emptyMask(box: Box, margin = 0): Mask {
  return blankMask(emptyBounds(box, margin))
}

/** The part of a mask for a box that lies within other bounds; undefined when none does. */
export function emptyMaskWithin(box: Box, bounds: Bounds): Mask | undefined {
  const common = commonPart(emptyBounds(box), bounds)
  return common.width > 0 && common.height > 0 ? blankMask(common) : undefined
}

/** Whole pixels of the canvas. */
export type Bounds = Omit<Mask, 'cover'>

function blankMask(bounds: Bounds): Mask {
  return { ...bounds, cover: new Float32Array(bounds.width * bounds.height) }
}

function emptyBounds(box: Box, margin = 0): Bounds {
  const [left, top] = [Math.floor(box.left) - margin - 1, Math.floor(box.top) - margin - 1]
  const width = Math.max(1, Math.ceil(box.right) + margin + 2 - left)
  const height = Math.max(1, Math.ceil(box.bottom) + margin + 2 - top)
  return { left, top, width, height }
}

function commonPart(one: Bounds, other: Bounds): Bounds {
  const [left, top] = [Math.max(one.left, other.left), Math.max(one.top, other.top)]
  const right = Math.min(one.left + one.width, other.left + other.width)
  const bottom = Math.min(one.top + one.height, other.top + other.height)
  return { left, top, width: right - left, height: bottom - top }
}

/**
 * Adds a closed outline to a mask made for it. Coverage is exact: of every edge, the area to its right is
 * summed up row by row. What two outlines cover both is covered once.
 */
export function fillOutline(mask: Mask, steps: readonly OutlineStep[]): void {
  if (steps.length === 0) return
  // As large as the outline alone, for a mask may hold hundreds of them; and no larger than the mask.
  const own = commonPart(emptyBounds(boxOf(steps)), mask)
  if (own.width <= 0 || own.height <= 0) return
  const sums = new Float64Array(own.width * own.height + 2)
  let start = { x: 0, y: 0 }
  let at = start
  for (const step of steps) {
    const to = { x: step.x - own.left, y: step.y - own.top }
    if (step.kind === 'move') {
      addEdge(sums, own, at, start)
      start = to
    } else addEdge(sums, own, at, to)
    at = to
  }
  addEdge(sums, own, at, start)
  for (let y = 0; y < own.height; y++) {
    const target = (y + own.top - mask.top) * mask.width + own.left - mask.left
    let sum = 0
    for (let x = 0; x < own.width; x++) {
      sum += sums[y * own.width + x] ?? 0
      const cover = Math.min(1, Math.abs(sum))
      if (cover > (mask.cover[target + x] ?? 1)) mask.cover[target + x] = cover
    }
  }
}

/** The smallest box around the points of an outline; there must be one. */
export function boxOf(steps: readonly OutlineStep[]): Box {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity }
  for (const { x, y } of steps) {
    box.left = Math.min(box.left, x)
    box.right = Math.max(box.right, x)
    box.top = Math.min(box.top, y)
    box.bottom = Math.max(box.bottom, y)
  }
  return box
}

interface Point {
  readonly x: number
  readonly y: number
}

function addEdge(sums: Float64Array, { width, height }: Bounds, from: Point, to: Point): void {
  if (from.y === to.y) return
  const down = from.y < to.y
  const [upper, lower] = down ? [from, to] : [to, from]
  const slope = (lower.x - upper.x) / (lower.y - upper.y)
  let x = upper.x + slope * Math.max(0, -upper.y)
  for (let row = Math.max(0, Math.floor(upper.y)); row < Math.min(height, Math.ceil(lower.y)); row++) {
    const tall = Math.min(row + 1, lower.y) - Math.max(row, upper.y)
    const next = x + slope * tall
    addSpan(
      sums,
      { base: row * width, width },
      { left: Math.min(x, next), right: Math.max(x, next), area: down ? tall : -tall },
    )
    x = next
  }
}

/** An edge within one row, from `left` to `right`: the pixels on it get their share, the next one all that remains. */
function addSpan(
  sums: Float64Array,
  { base, width }: { readonly base: number; readonly width: number },
  { left, right, area }: { readonly left: number; readonly right: number; readonly area: number },
): void {
  // What lies left of the mask counts from its first column on.
  const add = (column: number, value: number): void => {
    if (column >= width) return
    const i = base + Math.max(0, column)
    sums[i] = (sums[i] ?? 0) + value
  }
  const first = Math.floor(left)
  const last = Math.ceil(right)
  if (last <= first + 1) {
    const inside = (left + right) / 2 - first
    add(first, area * (1 - inside))
    add(first + 1, area * inside)
    return
  }
  // What lies to the right of a slanting edge grows from column to column: each gets the difference.
  let before = 0
  for (let column = first; column < last; column++) {
    const covered = areaRightOf(left, right, column) * area
    add(column, covered - before)
    before = covered
  }
  add(last, area - before)
}

/** The share of a column's pixel that lies to the right of an edge which crosses the row from `left` to `right`. */
function areaRightOf(left: number, right: number, column: number): number {
  const crossed = (x: number): number => Math.min(1, Math.max(0, (x - left) / (right - left)))
  const [enter, leave] = [Math.max(left, column), Math.min(right, column + 1)]
  // Above where the edge enters the column all of the pixel lies to its right; within it, on average what is left of it.
  const above = crossed(column)
  const within = crossed(column + 1) - above
  return above + within * (column + 1 - (enter + leave) / 2)
}

/** The mask, softened: three box blurs make nearly a Gaussian of this many pixels. */
export function* blurMask(mask: Mask, pixels: number): Steps<Mask> {
  const radius = Math.round(pixels)
  if (radius < 1) return mask
  const box = { left: mask.left, top: mask.top, right: mask.left + mask.width, bottom: mask.top + mask.height }
  const wide = emptyMask(box, 3 * radius)
  for (let y = 0; y < mask.height; y++) {
    const row = mask.cover.subarray(y * mask.width, (y + 1) * mask.width)
    wide.cover.set(row, (y + mask.top - wide.top) * wide.width + mask.left - wide.left)
  }
  for (let pass = 0; pass < 3; pass++) {
    for (let y = 0; y < wide.height; y++) {
      boxBlur(wide.cover, { start: y * wide.width, step: 1, count: wide.width }, radius)
      yield
    }
    for (let x = 0; x < wide.width; x++) {
      boxBlur(wide.cover, { start: x, step: wide.width, count: wide.height }, radius)
      yield
    }
  }
  return wide
}

function boxBlur(
  cover: Float32Array,
  line: { readonly start: number; readonly step: number; readonly count: number },
  radius: number,
): void {
  const { start, step, count } = line
  const values = Float32Array.from({ length: count }, (_, i) => cover[start + i * step] ?? 0)
  let sum = 0
  for (let i = 0; i < radius; i++) sum += values[i] ?? 0
  for (let i = 0; i < count; i++) {
    sum += (values[i + radius] ?? 0) - (values[i - radius - 1] ?? 0)
    cover[start + i * step] = Math.max(0, sum / (2 * radius + 1))
  }
}
