import type { FrameSpan } from '../model/edit.js'
import type { SegmentSpan } from '../segment/plan-segments.js'

/** Frames that are looked at on either side of a border. */
export const BORDER_REACH = 4

/** The frames around the borders of segments, the film's ends among them, in rising order; those that touch are one. */
export function borderWindows(segments: readonly SegmentSpan[]): FrameSpan[] {
  const frames = segments.at(-1)?.[1] ?? 0
  const windows: FrameSpan[] = []
  for (const border of [0, ...segments.map(([, to]) => to)]) {
    const window = windowAround(border, frames)
    const last = windows.at(-1)
    if (last && window.from <= last.to) windows[windows.length - 1] = { from: last.from, to: window.to }
    else windows.push(window)
  }
  return windows
}

/** The frames around one border of a film of `frames` frames. */
export function windowAround(border: number, frames: number): FrameSpan {
  return { from: Math.max(0, border - BORDER_REACH), to: Math.min(frames, border + BORDER_REACH) }
}

/** Cuts [0, frames) into windows that one process can compose: at most `most` frames, and only as long as `fits`. */
export function wholeWindows(
  frames: number,
  { most, fits }: { readonly most: number; readonly fits: (window: FrameSpan) => boolean },
): FrameSpan[] {
  const windows: FrameSpan[] = []
  for (let from = 0; from < frames;) {
    let length = Math.min(most, frames - from)
    while (length > 1 && !fits({ from, to: from + length })) length = Math.ceil(length / 2)
    windows.push({ from, to: from + length })
    from += length
  }
  return windows
}
