import type { EditMarker } from './edit.js'
import type { Notes } from './refusal.js'

/** Markers that an edit keeps. */
const MOST_MARKERS = 10_000
/** What is kept of a marker's name, in UTF-16 units, as the manifest counts them. */
const NAME_LENGTH = 200

/**
 * The markers that lie on the frames of an edit, the earlier first, each frame and name once. Names are kept as they
 * are, on one or more lines; what no text may hold (control characters, halves of characters) is replaced. A warning
 * says so when there are more than are kept.
 */
export function keepMarkers(
  found: Iterable<EditMarker>,
  { frames, notes }: { readonly frames: number; readonly notes: Notes },
): EditMarker[] {
  const kept = new Map<string, EditMarker>()
  for (const { frame, name } of found) {
    if (frame < 0 || frame >= frames) continue
    const marker = { frame, name: shortened(clean(name)) }
    kept.set(`${frame} ${marker.name}`, marker)
  }
  const sorted = [...kept.values()].sort((a, b) => a.frame - b.frame || compareNames(a.name, b.name))
  if (sorted.length > MOST_MARKERS) {
    notes.warn(`the edit holds ${sorted.length} markers; the first ${MOST_MARKERS} are kept`)
  }
  return sorted.slice(0, MOST_MARKERS)
}

const compareNames = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const clean = (name: string): string =>
  name
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]+/g, ' ')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .trim()

/** Cut between two characters, never inside one that takes two units. */
function shortened(name: string): string {
  if (name.length <= NAME_LENGTH) return name
  const end = /[\ud800-\udbff]/.test(name.charAt(NAME_LENGTH - 1)) ? NAME_LENGTH - 1 : NAME_LENGTH
  return name.slice(0, end)
}
