import { SheafError } from './errors.js'

/** Frames `first`, `first + step`, … up to `last` at most; inclusive, `first <= last`, `step >= 1`. */
export interface FrameSpan {
  readonly first: number
  readonly last: number
  readonly step: number
}

/** A set of frames: spans in rising order whose hulls do not overlap. Never empty. */
export interface FrameRange {
  readonly spans: readonly FrameSpan[]
}

/** What one range may hold: longer input is refused before it costs anything. */
export const FRAME_RANGE_LIMITS = {
  textLength: 20_000,
  /** Stepped spans that overlap others are counted out frame by frame, up to this many. */
  expandedFrames: 1_000_000,
  /** Largest frame number, either sign. */
  frame: 1_000_000_000,
} as const

/**
 * Reads `1-250`, `1-250x2`, `1-10,20,30-40x5`; also `a..b`, `a-bstepN`, `a-bbyN`, `a-b:N`.
 * Numbers may be negative. Overlaps are merged.
 * Throws SHEAF_FRAMES_MALFORMED, quoting the text with a caret under the character it is about.
 */
export function parseFrameRange(text: string): FrameRange {
  if (text.length > FRAME_RANGE_LIMITS.textLength) {
    throw malformed(text, FRAME_RANGE_LIMITS.textLength, 'the frame range is too long')
  }
  const cursor: Cursor = { text, at: 0 }
  const spans: FrameSpan[] = []
  skipBlanks(cursor)
  if (cursor.at === text.length) throw malformed(text, cursor.at, 'the frame range is empty')
  for (;;) {
    spans.push(readSpan(cursor))
    skipBlanks(cursor)
    if (cursor.at === text.length) return { spans: canonical(spans, text) }
    if (text[cursor.at] !== ',') throw malformed(text, cursor.at, expected('"," or the end', cursor))
    cursor.at++
  }
}

/** The canonical text, which {@link parseFrameRange} reads back to the same range. */
export function formatFrameRange(range: FrameRange): string {
  return range.spans
    .map(({ first, last, step }) => {
      if (first === last) return `${first}`
      return step === 1 ? `${first}-${last}` : `${first}-${last}x${step}`
    })
    .join(',')
}

/** The union of the ranges; throws when there is none, or when counting stepped spans out takes too long. */
export function mergeFrameRanges(...ranges: readonly FrameRange[]): FrameRange {
  const text = ranges.map(formatFrameRange).join(',')
  const spans = ranges.flatMap((range) => range.spans)
  if (spans.length === 0) throw malformed('', 0, 'the frame range is empty')
  return { spans: canonical(spans, text) }
}

/** How many frames the range holds. */
export function countFrames(range: FrameRange): number {
  return range.spans.reduce((sum, span) => sum + countSpan(span), 0)
}

/** Every frame once, in rising order. */
export function* iterateFrames(range: FrameRange): Generator<number, void, undefined> {
  for (const { first, last, step } of range.spans) {
    for (let frame = first; frame <= last; frame += step) yield frame
  }
}

/** Whether the range holds this frame. */
export function rangeContains(range: FrameRange, frame: number): boolean {
  return range.spans.some(({ first, last, step }) => frame >= first && frame <= last && (frame - first) % step === 0)
}

/** First and last frame (inclusive) when the range has no holes, else undefined. */
export function contiguousFrames(range: FrameRange): { readonly first: number; readonly last: number } | undefined {
  const [span, ...others] = range.spans
  if (!span || others.length > 0 || (span.step !== 1 && span.first !== span.last)) return undefined
  return { first: span.first, last: span.last }
}

interface Cursor {
  readonly text: string
  at: number
}

function readSpan(cursor: Cursor): FrameSpan {
  skipBlanks(cursor)
  const start = cursor.at
  const first = readInteger(cursor)
  skipBlanks(cursor)
  if (!take(cursor, /^(?:\.\.|-)/)) return { first, last: first, step: 1 }
  skipBlanks(cursor)
  const last = readInteger(cursor)
  if (last < first) {
    throw malformed(cursor.text, start, `the range is reversed: ${first} comes after ${last}`)
  }
  skipBlanks(cursor)
  if (!take(cursor, /^(?:x|:|step|by)/i)) return { first, last, step: 1 }
  skipBlanks(cursor)
  const stepAt = cursor.at
  const step = readInteger(cursor)
  if (step < 1) throw malformed(cursor.text, stepAt, 'the step must be 1 or more')
  return first + step > last ? { first, last: first, step: 1 } : { first, last, step }
}

function readInteger(cursor: Cursor): number {
  const start = cursor.at
  const digits = take(cursor, /^-?\d+/)
  if (!digits) throw malformed(cursor.text, start, expected('a frame number', cursor))
  const value = Number(digits)
  if (Math.abs(value) > FRAME_RANGE_LIMITS.frame) {
    throw malformed(cursor.text, start, 'the frame number is too large')
  }
  return value + 0 // -0 becomes 0
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  const match = pattern.exec(cursor.text.slice(cursor.at, cursor.at + 64))
  if (!match) return undefined
  cursor.at += match[0].length
  return match[0]
}

function skipBlanks(cursor: Cursor): void {
  while (cursor.text[cursor.at] === ' ' || cursor.text[cursor.at] === '\t') cursor.at++
}

function countSpan({ first, last, step }: FrameSpan): number {
  return Math.floor((last - first) / step) + 1
}

/** Sorted, merged spans. Spans that touch nobody stay as they were written. */
function canonical(spans: readonly FrameSpan[], text: string): FrameSpan[] {
  const sorted = [...spans].sort((a, b) => a.first - b.first || a.last - b.last || a.step - b.step)
  const merged: FrameSpan[] = []
  let group: FrameSpan[] = []
  let groupEnd = Number.NEGATIVE_INFINITY
  for (const span of sorted) {
    if (group.length > 0 && span.first > groupEnd) {
      merged.push(...mergeGroup(group, text))
      group = []
    }
    group.push(span)
    groupEnd = group.length === 1 ? span.last : Math.max(groupEnd, span.last)
  }
  merged.push(...mergeGroup(group, text))
  return joinDense(merged)
}

function mergeGroup(group: readonly FrameSpan[], text: string): FrameSpan[] {
  const [only, ...others] = group
  if (only && others.length === 0) return [only]
  const dense = group.filter((span) => span.step === 1)
  const stepped = group.filter((span) => span.step !== 1)
  if (stepped.length === 0) return joinDense(dense)
  const expanded = stepped.reduce((sum, span) => sum + countSpan(span), 0)
  if (expanded > FRAME_RANGE_LIMITS.expandedFrames) {
    throw malformed(text, 0, 'the stepped ranges that overlap hold too many frames to merge')
  }
  const points = stepped.flatMap((span) =>
    [...iterateFrames({ spans: [span] })].map((frame) => ({ first: frame, last: frame, step: 1 })),
  )
  const all = [...dense, ...points].sort((a, b) => a.first - b.first || a.last - b.last)
  return foldSingles(joinDense(all))
}

/** Joins dense spans (sorted by first frame) that overlap or touch; stepped spans stay. */
function joinDense(spans: readonly FrameSpan[]): FrameSpan[] {
  const out: FrameSpan[] = []
  for (const span of spans) {
    const before = out.at(-1)
    if (before && before.step === 1 && span.step === 1 && span.first <= before.last + 1) {
      out[out.length - 1] = { ...before, last: Math.max(before.last, span.last) }
    } else {
      out.push(span)
    }
  }
  return out
}

/** Three or more single frames at one distance become one stepped span. */
function foldSingles(spans: readonly FrameSpan[]): FrameSpan[] {
  const out: FrameSpan[] = []
  for (let i = 0; i < spans.length;) {
    const start = spans[i]
    if (!start) break
    let end = i
    const distance = (spans[i + 1]?.first ?? 0) - start.first
    while (isSingle(spans[end]) && follows(spans[end], spans[end + 1], distance)) end++
    if (end - i >= 2) {
      out.push({ first: start.first, last: spans[end]?.first ?? start.first, step: distance })
      i = end + 1
    } else {
      out.push(start)
      i++
    }
  }
  return out
}

function isSingle(span: FrameSpan | undefined): boolean {
  return span !== undefined && span.first === span.last
}

function follows(a: FrameSpan | undefined, b: FrameSpan | undefined, distance: number): boolean {
  return a !== undefined && b !== undefined && isSingle(b) && b.first - a.first === distance
}

function expected(what: string, { text, at }: Cursor): string {
  const found = at >= text.length ? 'the end' : `"${[...text.slice(at)][0] ?? ''}"`
  return `expected ${what}, found ${found}`
}

function malformed(text: string, at: number, problem: string): SheafError {
  const shown = text.replace(/[\u0000-\u001f\u007f]/g, ' ')
  const from = shown.length > 72 ? Math.max(0, Math.min(at - 36, shown.length - 72)) : 0
  const line = shown.slice(from, from + 72)
  return new SheafError({
    code: 'SHEAF_FRAMES_MALFORMED',
    message: `frame range: ${problem}\n  ${line}\n  ${' '.repeat(Math.min(at - from, line.length))}^`,
    hint: 'Write frames like 1-250, 1-250x2 or 1-10,20,30-40x5; both ends are included.',
    details: { text: text.slice(0, 200), at },
  })
}
