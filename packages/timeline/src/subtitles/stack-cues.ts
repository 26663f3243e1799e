import { type Rational, rationalToNumber } from '@sheaf/protocol'
import type { Notes } from '../model/refusal.js'
import type { SubtitleCue } from './cue.js'

/** A subtitle that stands already: from and up to which distance of its place it holds room, in canvas heights. */
interface Standing {
  readonly toFrame: number
  readonly from: number
  readonly to: number
}

/**
 * Moves subtitles that are seen at once, in one place of one layer, away from each other: those that begin later stand
 * above those that are there, or below at the upper edge. How tall they are is estimated: fonts are not known here.
 * Those that say where they stand stay. Warns of those for which the picture is not tall enough.
 */
export function stackCues(cues: readonly SubtitleCue[], rate: Rational, notes: Notes): SubtitleCue[] {
  const places = new Map<string, Standing[]>()
  const frameAt = (seconds: number): number => Math.round(seconds * rationalToNumber(rate))
  return [...cues]
    .sort((a, b) => a.from - b.from)
    .map((cue) => {
      if (cue.isPlaced) return cue
      const { style } = cue
      const key = [cue.layer, style.anchorX, style.anchorY, style.y].join(' ')
      const standing = (places.get(key) ?? []).filter(({ toFrame }) => toFrame > frameAt(cue.from))
      const height = tallness(cue)
      const from = freeRoom(standing, height)
      places.set(key, [...standing, { toFrame: frameAt(cue.to), from, to: from + height }])
      if (from === 0) return cue
      const y = style.y + (style.anchorY === 0 ? from : -from)
      if (y - style.anchorY * height < 0 || y + (1 - style.anchorY) * height > 1) {
        notes.warn(`${cue.where}: so many subtitles are seen at once that it reaches out of the picture`)
      }
      return { ...cue, style: { ...style, y } }
    })
}

/** The least distance at which nothing stands in the way. */
function freeRoom(standing: readonly Standing[], height: number): number {
  let at = 0
  for (const { from, to } of [...standing].sort((a, b) => a.from - b.from)) {
    if (from < at + height - TINY && to > at + TINY) at = to
  }
  return at
}

/** What sums of lengths may be off. */
const TINY = 1e-9
/** From one line to the next, in sizes, and how wide letters are, as most fonts have them. */
const [LINE, LETTER] = [1.25, 0.5]
/** Of most pictures: width by height. */
const ASPECT = 16 / 9

function tallness({ text, style, runs = [] }: SubtitleCue): number {
  const fits = Math.max(1, Math.floor((style.maxWidth * ASPECT) / (style.size * LETTER)))
  let at = 0
  return text.split('\n').reduce((sum, line) => {
    const [from, to] = [at, at + line.length]
    at = to + 1
    const largest = runs.filter((run) => run.from < to && run.to > from).map((run) => run.style.size)
    const lines = style.wrap === 'none' ? 1 : Math.max(1, Math.ceil(line.length / fits))
    const size = Math.max(style.size, ...largest)
    return sum + lines * size * style.lineHeight * (style.measure === 'line' ? 1 : LINE)
  }, 0)
}
