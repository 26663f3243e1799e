import { addRational, ZERO } from '@sheaf/protocol'
import type { FrameSpan } from '../model/edit.js'
import type { Notes } from '../model/refusal.js'
import type { TimeMap } from '../model/time-map.js'
import { snapFrame } from './studio-time.js'
import type { StudioClip, StudioTrack, StudioTransition } from './studio-project.js'
import { quoted } from './project-fields.js'

/** A clip on the edit. */
export interface LaneClip {
  readonly clip: StudioClip
  /** As the project places it. */
  readonly own: FrameSpan
  /** What is left of that beside its neighbours, transitions left aside. */
  readonly span: FrameSpan
}

/** Clips that do not overlap, in rising order. */
export type Lane = readonly LaneClip[]

/**
 * The clips of a track in lanes: the first holds all of a track whose clips do not overlap. What overlaps lies over
 * what began before it, in a lane of its own, with a warning; unless a transition leads from one to the other, which
 * is what they overlap for.
 */
export function layLanes(track: StudioTrack, map: TimeMap, notes: Notes): readonly Lane[] {
  const lanes: LaneClip[][] = []
  const joined = new Map(
    track.transitions.flatMap((one) => (one.out !== undefined && one.in !== undefined ? [[one.in, one] as const] : [])),
  )
  const placed = track.clips.map((clip): LaneClip => {
    const span = spanOf(clip, map, notes)
    return { clip, own: span, span }
  })
  for (const next of placed.toSorted((a, b) => a.span.from - b.span.from)) {
    const before = lanes.find((lane) => isJoin(joined.get(next.clip.id), lane.at(-1), next))
    if (before) joinAt(before, next, { transition: joined.get(next.clip.id), map })
    else addToFirstFree(lanes, next, notes)
  }
  return lanes
}

function spanOf(clip: StudioClip, map: TimeMap, notes: Notes): FrameSpan {
  const { where } = clip
  const from = snapFrame(clip.start, map, { verb: 'begins', where, notes })
  return { from, to: Math.max(from, snapFrame(clip.end, map, { verb: 'ends', where, notes })) }
}

/** Whether a transition leads from the end of a lane to a clip that overlaps or touches it. */
function isJoin(transition: StudioTransition | undefined, last: LaneClip | undefined, next: LaneClip): boolean {
  return last !== undefined && transition?.out === last.clip.id && next.span.from <= last.span.to
}

/** Of two clips that overlap for their transition, the cut is its middle as far as both are there. */
function joinAt(
  lane: LaneClip[],
  next: LaneClip,
  { transition, map }: { readonly transition: StudioTransition | undefined; readonly map: TimeMap },
): void {
  const last = lane.at(-1)
  if (!last) return
  const [least, most] = [next.span.from, Math.min(last.span.to, next.span.to)]
  const window = transition && windowOf(transition, { cut: Math.floor((least + most) / 2), map })
  const middle = window ? Math.floor((window.from + window.to) / 2) : most
  const cut = Math.min(most, Math.max(least, middle))
  lane[lane.length - 1] = { ...last, span: { from: last.span.from, to: cut } }
  lane.push({ ...next, span: { from: cut, to: next.span.to } })
}

/** The frames of a transition at a cut; without a clip on one side it lies beside the cut. */
export function windowOf(
  transition: StudioTransition,
  { cut, map }: { readonly cut: number; readonly map: TimeMap },
): FrameSpan {
  const { start, duration } = transition
  if (start) return { from: map.frameAt(start), to: map.frameAt(addRational(start, duration)) }
  const frames = map.frameAt(duration) - map.frameAt(ZERO)
  const before = transition.out === undefined ? 0 : transition.in === undefined ? frames : Math.floor(frames / 2)
  return { from: cut - before, to: cut - before + frames }
}

function addToFirstFree(lanes: LaneClip[][], next: LaneClip, notes: Notes): void {
  const free = lanes.find((lane) => (lane.at(-1)?.span.to ?? 0) <= next.span.from)
  if (free) {
    free.push(next)
    return
  }
  const under = lanes.at(-1)?.at(-1)
  if (under) {
    const frames = Math.min(under.span.to, next.span.to) - next.span.from
    notes.warn(`${next.clip.where} overlaps${quoted(under.clip.name)} before it by ${frames} frames; it lies over it`)
  }
  lanes.push([next])
}
