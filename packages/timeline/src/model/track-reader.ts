import { addRational, assertNever, type Rational, rational, subRational, ZERO } from '@sheaf/protocol'
import { secondsOf } from '../otio/durations.js'
import type { OtioClip, OtioEffect, OtioGap, OtioStack, OtioTrack, OtioTransition } from '../otio/otio-types.js'
import { type LevelPlace, type LevelReading, readLevels } from '../otio/read-levels.js'
import { readManner } from '../otio/read-manner.js'
import { ClipReader } from './clip-reader.js'
import { curveAt, mapLook } from './curve.js'
import { checkHandles } from './check-handles.js'
import type { EditElement, EditItem, EditTimecode, EditTrack, FrameSpan } from './edit.js'
import { layTransitions, type PlacedItem, type PlacedTransition } from './lay-transitions.js'
import { warnOffGrid } from './off-grid.js'
import type { Notes } from './refusal.js'
import type { TargetList } from './target-list.js'
import type { TimeMap } from './time-map.js'
import { formatTimecode } from './timecode.js'
import { speedOf } from './time-warp.js'
import { lookOf } from './transition-style.js'
import { trackAround } from './track-around.js'
import { cutTrack, fillSpan, mediaTimeAt } from './walk-edit.js'

/** What reading a track writes to. */
export interface TrackReaderInit {
  readonly kind: 'Video' | 'Audio'
  readonly targets: TargetList
  readonly notes: Notes
  /** The time code that places are counted from. */
  readonly start?: EditTimecode | undefined
}

/** A track and where it goes. */
interface Placement {
  readonly name: string
  readonly map: TimeMap
  /** Frames of the edit that it may cover; without them as long as it is. */
  readonly bounds: FrameSpan | undefined
}

/** An item of a track, and the local second it begins at. */
interface OtioItem extends PlacedItem {
  readonly child: OtioClip | OtioGap | OtioStack | OtioTrack
  readonly localStart: Rational
  /** Its place among the children of its track, from 1. */
  readonly number: number
}

/** Places the items of tracks on whole frames of the edit, nested ones too, and notes what is refused on the way. */
export class TrackReader {
  readonly #init: TrackReaderInit
  readonly #clips: ClipReader

  constructor(init: TrackReaderInit) {
    this.#init = init
    this.#clips = new ClipReader(init)
  }

  /** A track of the timeline. What was refused is in the notes. */
  read(track: OtioTrack, placement: { readonly name: string; readonly map: TimeMap }): EditTrack {
    return this.#trimmed(track, { ...placement, bounds: undefined })
  }

  /** A track as its own source range and speed let it be seen, as loud as its fader says. */
  #trimmed(track: OtioTrack, placement: Placement): EditTrack {
    const begin = placement.map.frameAt(ZERO)
    const place = { span: { from: begin, to: begin }, map: placement.map, where: `track ${placement.name}` }
    const { level, rest } = this.#levels(track.effects, place)
    const read = this.#timed({ ...track, effects: rest }, placement)
    return level ? { ...read, level } : read
  }

  #levels(effects: readonly OtioEffect[], place: Omit<LevelPlace, 'notes'>): LevelReading {
    const { kind, notes } = this.#init
    return kind === 'Audio' ? readLevels(effects, { ...place, notes }) : { level: undefined, rest: effects }
  }

  #timed(track: OtioTrack, { name, map, bounds }: Placement): EditTrack {
    const where = `track ${name}`
    const asked = speedOf(track.effects, where, this.#init.notes)
    if (asked.num <= 0) this.#init.notes.refuse('a whole track that stands still or runs backwards', where)
    const speed = asked.num > 0 ? asked : rational(1)
    const trim = track.sourceRange && this.#trim(track, where)
    if (!trim) return this.#untrimmed(track, { name, bounds, map: map.nested(ZERO, { origin: ZERO, speed }) })
    const [from, to] = [map.frameAt(ZERO), map.frameAt(trim.duration)]
    const inner = map.nested(ZERO, { origin: trim.start, speed })
    const inside = { from: Math.max(from, bounds?.from ?? from), to: Math.min(to, bounds?.to ?? to) }
    const cut = this.#untrimmed(track, { name, map: inner, bounds: inside })
    return bounds === undefined ? cut : { name, items: fillSpan(cut.items, bounds) }
  }

  #untrimmed(track: OtioTrack, { name, map, bounds }: Placement): EditTrack {
    const { items, transitions } = this.#place(track, name, map)
    const laid = layTransitions(items, transitions, {
      notes: this.#init.notes,
      rate: map.rate,
      read: (item, visible) => this.#element(item, visible, { name, map }),
    })
    if (bounds === undefined) return { name, items: laid }
    return { name, items: fillSpan(cutTrack({ name, items: laid }, bounds, map.rate).items, bounds) }
  }

  /** First pass: where everything lies. */
  #place(
    track: OtioTrack,
    name: string,
    map: TimeMap,
  ): { readonly items: readonly OtioItem[]; readonly transitions: readonly PlacedTransition[] } {
    const items: OtioItem[] = []
    const transitions: PlacedTransition[] = []
    let now: Rational = ZERO
    for (const [index, child] of track.children.entries()) {
      const at = Math.max(0, map.frameAt(now))
      const title = child.name ? ` "${child.name}"` : ''
      const where = `track ${name} item ${index + 1}${title} at ${formatTimecode(at, map.rate, this.#init.start)}`
      if (child.schema === 'unknown') {
        this.#init.notes.refuse(`an item of the unknown kind ${child.written || '(no schema)'}`, where)
      } else if (child.schema === 'Transition') {
        const placed = child.enabled ? this.#transition(child, now, { map, where, before: items.length }) : undefined
        if (placed) transitions.push(placed)
      } else {
        const end = addRational(now, this.#clips.duration(child, where) ?? ZERO)
        const span = { from: map.frameAt(now), to: map.frameAt(end) }
        warnOffGrid(map.framesAt(end), span.to, where, this.#init.notes)
        items.push({ child, span, isClip: child.schema === 'Clip', localStart: now, number: index + 1, where })
        now = end
      }
    }
    return { items, transitions }
  }

  #transition(
    transition: OtioTransition,
    now: Rational,
    at: { readonly map: TimeMap; readonly where: string; readonly before: number },
  ): PlacedTransition | undefined {
    const [before, after] = [transition.inOffset, transition.outOffset].map((time) => (time ? secondsOf(time) : ZERO))
    if (!before || !after || before.num < 0 || after.num < 0) {
      this.#init.notes.refuse('a transition with a negative or unusable offset', at.where)
      return undefined
    }
    // What would begin before its track does begins with it.
    const start = at.before === 0 && before.num > 0 ? ZERO : subRational(now, before)
    const from = at.map.frameAt(start)
    const { transitionType, name } = transition
    return {
      from,
      to: at.map.frameAt(addRational(now, after)),
      name: name || transitionType,
      // "Custom_Transition" says nothing; what it is then stands in the name.
      look: lookOf(transitionType, name),
      nextItem: at.before,
      where: at.where,
    }
  }

  /** Second pass: an item on all the frames on which any of it is seen, its shares of transitions included. */
  #element(item: OtioItem, visible: FrameSpan, track: { readonly name: string; readonly map: TimeMap }): EditElement {
    const { child, span, where } = item
    const { notes } = this.#init
    switch (child.schema) {
      case 'Gap':
        speedOf(child.effects, where, notes)
        return { kind: 'gap', ...visible }
      case 'Clip':
        return this.#clips.read(child, { span, localStart: item.localStart, visible, map: track.map, where })
      case 'Stack':
      case 'Track':
        return this.#nested(child, item, { visible, track })
      default:
        return assertNever(child)
    }
  }

  #nested(
    child: OtioStack | OtioTrack,
    { localStart, number, where, span }: OtioItem,
    place: {
      readonly visible: FrameSpan
      readonly track: { readonly name: string; readonly map: TimeMap }
    },
  ): EditElement {
    const { visible, track } = place
    const { notes } = this.#init
    const gap = { kind: 'gap', ...visible } as const
    const { level, look, rest } = readManner(this.#init.kind, child.effects, { span, map: track.map, notes, where })
    const speed = speedOf(rest, where, notes)
    if (!child.enabled) {
      notes.switchedOff(where, this.#init.kind)
      return gap
    }
    if (speed.num < 0) {
      notes.refuse(`a nested ${child.schema.toLowerCase()} that runs backwards`, where)
      return gap
    }
    const trim = child.sourceRange ? this.#trim(child, where) : undefined
    const origin = trim?.start ?? ZERO
    const still = speed.num === 0
    // Of what stands still the first frame is read, and stopped on all others below.
    const map = track.map.nested(localStart, { origin, speed: still ? rational(1) : speed })
    const bounds = still ? { from: span.from, to: span.from + 1 } : visible
    const prefix = `${track.name}.${number}`
    const inner = (name: string) => ({ name, map, bounds })
    const tracks =
      child.schema === 'Track'
        ? child.kind === this.#init.kind
          ? [this.#untrimmed(child, inner(`${prefix}.1`))]
          : []
        : this.#tracksOf(child, where).map((one, index) => this.#trimmed(one, inner(`${prefix}.${index + 1}`)))
    if (span.to === span.from) return gap
    const shown = still ? tracks.map((inner) => stopTrack(inner, visible, { at: span.from, rate: map.rate })) : tracks
    if (!still) checkHandles(tracks, { span, visible }, where, notes)
    const manner = { ...(level && { level }), ...(look && { look }), where }
    return { kind: 'clip', name: child.name, ...visible, content: { kind: 'stack', tracks: shown }, ...manner }
  }

  /** The tracks of this kind that a stack holds; a clip that lies in a stack is a track by itself. */
  #tracksOf(stack: OtioStack, where: string): readonly OtioTrack[] {
    const { kind, notes } = this.#init
    return stack.children.flatMap((inner): OtioTrack[] => {
      const inside = `${where}, ${inner.written}${inner.name ? ` "${inner.name}"` : ''} in it`
      if (inner.schema === 'Transition' || inner.schema === 'unknown') {
        notes.refuse('what is no track in a stack', inside)
        return []
      }
      if (inner.schema !== 'Track') {
        return [trackAround(inner, kind)]
      }
      const holds = inner.children.some((child) => child.schema !== 'Gap')
      if (inner.kind === kind && inner.enabled) return [inner]
      if (inner.kind === kind) {
        if (holds) notes.switchedOff(inside, kind)
      } else if (holds && kind === 'Video' && inner.enabled) this.#otherKind(inner, inside)
      return []
    })
  }

  /** A stack among pictures shows its pictures; what else it holds must not go without a word. */
  #otherKind(track: OtioTrack, where: string): void {
    const { notes } = this.#init
    if (track.kind === 'Audio') notes.warn(`${where} is not heard: it lies on a video track`)
    else notes.refuseOrDrop(`a track of kind ${track.kind}`, where)
  }

  #trim(
    { sourceRange }: OtioStack | OtioTrack,
    where: string,
  ): { readonly start: Rational; readonly duration: Rational } | undefined {
    const start = sourceRange && secondsOf(sourceRange.start)
    const duration = sourceRange && secondsOf(sourceRange.duration)
    if (start && duration && duration.num >= 0) return { start, duration }
    this.#init.notes.refuse('a source range with a negative or unusable time', where)
    return undefined
  }
}

interface Moment {
  readonly at: number
  readonly rate: Rational
}

/** What a track shows at one moment, on all frames of `span`, standing still. */
function stopTrack(track: EditTrack, span: FrameSpan, moment: Moment): EditTrack {
  const item =
    track.items.find(({ from, to }) => from <= moment.at && to > moment.at) ?? ({ kind: 'gap', ...span } as const)
  return { ...track, items: [stopElement(nearerSide(item, moment.at), span, moment)] }
}

/** In the middle of a transition: the side that is seen more of. */
function nearerSide(item: EditItem, at: number): EditElement {
  if (item.kind !== 'transition') return item
  return 2 * at < item.whole.from + item.whole.to ? item.out : item.in
}

function stopElement(element: EditElement, span: FrameSpan, moment: Moment): EditElement {
  if (element.kind === 'gap') return { kind: 'gap', ...span }
  const { content, look } = element
  const stopped = { ...element, ...span, ...(look && { look: mapLook(look, (curve) => curveAt(curve, moment.at)) }) }
  switch (content.kind) {
    case 'media': {
      const start = mediaTimeAt({ from: element.from, content }, moment.at, moment.rate)
      return { ...stopped, content: { ...content, start, speed: ZERO } }
    }
    case 'stack': {
      const tracks = content.tracks.map((track) => stopTrack(track, span, moment))
      return { ...stopped, content: { ...content, tracks } }
    }
    default:
      return stopped
  }
}
