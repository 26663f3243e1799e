import type { TextFrame } from '../model/text.js'
import type { AssFade, AssLine, AssPlace } from './ass-line.js'
import type { Moment, SubtitleCue } from './cue.js'

/** When a line is seen, and where it is drawn. */
interface Span {
  readonly from: number
  readonly to: number
  /** The script's canvas. */
  readonly canvas: { readonly width: number; readonly height: number }
  readonly frame: Pick<TextFrame, 'x' | 'y'>
}

/** A line's fades and its movement as moments of the edit. */
export function assMoments({ fade, place }: AssLine, span: Span): Pick<SubtitleCue, 'opacity' | 'motion'> {
  return { opacity: fade ? fadeMoments(fade, span) : [], motion: place ? motionMoments(place, span) : [] }
}

function fadeMoments(fade: AssFade, { from, to }: Span): Moment<number>[] {
  const at = (millis: number): number => from + millis / 1000
  if (fade.kind === 'corners') {
    const [before, between, behind] = fade.alphas.map((alpha) => 1 - alpha / 255)
    const values = [before, between, between, behind]
    return fade.atMs.map((millis, i) => ({ at: at(millis), value: values[i] ?? 1 }))
  }
  const { inMs, outMs } = fade
  const length = (to - from) * 1000
  // Where there is no room for both, it comes as far as it gets, and then goes on from where going would have been.
  const outFrom = Math.max(length - outMs, inMs > length - outMs ? inMs + 1 : 0)
  return [
    ...(inMs > 0
      ? [
          { at: from, value: 0 },
          { at: at(inMs), value: 1 },
        ]
      : []),
    ...(outMs > 0 && outFrom < length
      ? [
          { at: at(outFrom), value: Math.min(1, (length - outFrom) / outMs) },
          { at: to, value: 0 },
        ]
      : []),
  ]
}

function motionMoments(place: AssPlace, { from, to, canvas, frame }: Span): SubtitleCue['motion'] {
  if (place.kind === 'still') return []
  const moved = ([x, y]: readonly [number, number]): readonly [number, number] => [
    x / canvas.width - frame.x,
    y / canvas.height - frame.y,
  ]
  const begin = place.fromMs === undefined ? from : from + place.fromMs / 1000
  const end = place.toMs === undefined ? to : from + place.toMs / 1000
  return [
    { at: begin, value: moved(place.from) },
    { at: end, value: moved(place.to) },
  ]
}
