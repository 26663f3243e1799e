import type { Curve, CurveKey, FrameSpan } from '../model/edit.js'
import { filterNumber } from './filter-number.js'

/**
 * A curve as an expression of ffmpeg's, of the frame of the edit in `ld(0)`. Only the stretches that whole frames of
 * the span lie in are written, each in the same words for every span, so that its values are the same in all of them;
 * they stand in a tree, which nests no deeper than the logarithm of their number.
 */
export function curveExpression(curve: Curve, span: FrameSpan): string {
  if (typeof curve === 'number') return filterNumber(curve)
  return treeOf(stretchesOf(curve, span))
}

/** An expression that holds up to a frame. */
interface Stretch {
  readonly to: number
  readonly text: string
}

function stretchesOf(keys: readonly CurveKey[], { from, to }: FrameSpan): readonly Stretch[] {
  const edges = [Number.NEGATIVE_INFINITY, ...keys.map(({ frame }) => frame), Number.POSITIVE_INFINITY]
  return edges.slice(1).flatMap((end, i): Stretch[] => {
    const first = Math.ceil(Math.max(edges[i] ?? from, from))
    return first < Math.min(end, to) ? [{ to: end, text: stretchText(keys[i - 1], keys[i]) }] : []
  })
}

function stretchText(before: CurveKey | undefined, after: CurveKey | undefined): string {
  if (!before || !after || before.ease === 'hold' || before.value === after.value) {
    return filterNumber((before ?? after)?.value ?? 0)
  }
  const [start, change] = [filterNumber(before.value), filterNumber(after.value - before.value)]
  const share = `((ld(0)-(${filterNumber(before.frame)}))/${filterNumber(after.frame - before.frame)})`
  if (before.ease === 'linear') return `(${start}+(${change})*${share})`
  return `(${start}+(${change})*${share}*${share}*(3-2*${share}))`
}

function treeOf(stretches: readonly Stretch[]): string {
  const [only] = stretches
  if (!only) return '0'
  if (stretches.length === 1) return only.text
  const middle = Math.ceil(stretches.length / 2)
  const [left, right] = [stretches.slice(0, middle), stretches.slice(middle)]
  return `if(lt(ld(0),${filterNumber(left.at(-1)?.to ?? 0)}),${treeOf(left)},${treeOf(right)})`
}
