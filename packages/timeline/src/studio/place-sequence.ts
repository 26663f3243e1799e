import { type Rational, rational, ZERO } from '@sheaf/protocol'
import { MANIFEST_LIMITS } from '../manifest/manifest.js'
import { checkHandles } from '../model/check-handles.js'
import type { EditClip, EditElement, EditItem, EditTrack, FrameSpan, Level, Look } from '../model/edit.js'
import { layTransitions, type PlacedItem, type PlacedTransition } from '../model/lay-transitions.js'
import { resolveReference } from '../model/media-target.js'
import { mediaStart } from '../model/media-start.js'
import type { Notes } from '../model/refusal.js'
import type { TargetList } from '../model/target-list.js'
import type { TimeMap } from '../model/time-map.js'
import { isPossibleSpeed, multiplySpeeds } from '../model/time-warp.js'
import { cutTrack, fillSpan, reframe } from '../model/walk-edit.js'
import { type Lane, type LaneClip, layLanes, windowOf } from './lay-lanes.js'
import { placeLevel, placeLook } from './place-look.js'
import { soundElsewhere } from './sound-elsewhere.js'
import type { StudioClip, StudioSequence, StudioSource, StudioTrack } from './studio-project.js'
import { snapSource } from './studio-time.js'

/** What the tracks of a sequence show and let hear. */
export interface PlacedSequence {
  readonly video: readonly EditTrack[]
  readonly audio: readonly EditTrack[]
}

type Kind = 'video' | 'audio'

/** A clip, or the space between two, in a lane. */
interface LaneItem extends PlacedItem {
  readonly placed: LaneClip | undefined
}

/** What the track of a clip says about all of it. */
interface Around {
  readonly kind: Kind
  readonly map: TimeMap
  readonly track: StudioTrack
}

/** How deep sequences may stand in one another. */
const MAX_DEPTH = 32

/** Places the clips of sequences on whole frames of the edit, and notes what is refused on the way. */
export class SequencePlacer {
  readonly #targets: TargetList
  readonly #notes: Notes
  #depth = 0
  #placed = 0

  constructor(init: { readonly targets: TargetList; readonly notes: Notes }) {
    this.#targets = init.targets
    this.#notes = init.notes
  }

  /** All tracks of a sequence. */
  place(sequence: StudioSequence, map: TimeMap): PlacedSequence {
    return { video: this.#tracks(sequence, map, 'video'), audio: this.#tracks(sequence, map, 'audio') }
  }

  /** Those of one kind; names of nested ones begin with `prefix`. */
  #tracks(sequence: StudioSequence, map: TimeMap, kind: Kind, prefix = ''): EditTrack[] {
    const elsewhere = kind === 'audio' ? soundElsewhere(sequence) : new Set<StudioClip>()
    return sequence.tracks.flatMap((track) => {
      if (kind === 'video' ? track.kind === 'sound' || !track.shown : !track.heard) return []
      return layLanes(track, map, this.#notes).map((lane, i) => ({
        name: `${prefix}${track.name}${i === 0 ? '' : `-${i + 1}`}`,
        ...(track.title !== '' && { title: track.title }),
        items: this.#row(kind === 'video' ? lane : lane.map((one) => heard(one, elsewhere)), { kind, map, track }),
      }))
    })
  }

  #row(lane: Lane, around: Around): readonly EditItem[] {
    const items: LaneItem[] = []
    for (const placed of lane) {
      const at = items.at(-1)?.span.to ?? 0
      // A space of no frames is what a clip fades from that has another one right before it.
      items.push({
        span: { from: at, to: placed.span.from },
        isClip: false,
        where: placed.clip.where,
        placed: undefined,
      })
      items.push({ span: placed.span, isClip: true, where: placed.clip.where, placed })
    }
    const { kept, transitions } = this.#transitions(items, around)
    return layTransitions(kept, transitions, {
      notes: this.#notes,
      rate: around.map.rate,
      read: ({ placed }, visible) =>
        placed ? this.#element(placed, visible, around) : { kind: 'gap', from: visible.from, to: visible.to },
    })
  }

  /** The transitions of a lane, and its items without the spaces of no frames between clips that one leads over. */
  #transitions(
    items: readonly LaneItem[],
    { track, map }: Around,
  ): { readonly kept: readonly LaneItem[]; readonly transitions: readonly PlacedTransition[] } {
    const indexOf = (id: string | undefined, list: readonly LaneItem[]): number =>
      id === undefined ? -1 : list.findIndex(({ placed }) => placed?.clip.id === id)
    const between = track.transitions.filter((one) => one.out !== undefined && one.in !== undefined)
    const bridged = new Set(between.map((one) => indexOf(one.in, items) - 1))
    const kept = items.filter((item, i) => item.placed || item.span.to > item.span.from || !bridged.has(i))
    const transitions = track.transitions.flatMap((one): PlacedTransition[] => {
      const [out, next] = [indexOf(one.out, kept), indexOf(one.in, kept)]
      if (out === -1 && next === -1) return []
      const nextItem = next === -1 ? out + 1 : next
      if (one.out !== undefined && one.in !== undefined && out !== next - 1) {
        this.#notes.refuseOrDrop(`a transition (${one.name}) between clips that do not touch`, one.where)
        return []
      }
      const cut = next === -1 ? (kept[out]?.span.to ?? 0) : (kept[next]?.span.from ?? 0)
      const window = windowOf(one, { cut, map })
      if (window.from > cut || window.to < cut) {
        this.#notes.refuseOrDrop(`a transition (${one.name}) that does not lie at its cut`, one.where)
        return []
      }
      return [{ ...window, name: one.name, look: one.look, nextItem, where: one.where }]
    })
    return { kept, transitions }
  }

  /** A clip on all frames on which it is seen; a gap when it was refused. */
  #element({ clip, own }: LaneClip, visible: FrameSpan, around: Around): EditElement {
    const gap = { kind: 'gap', ...visible } as const
    if (own.to === own.from || !this.#hasRoom(clip)) return gap
    const { kind, map, track } = around
    const speed = multiplySpeeds(clip.speed, map.speed)
    if (!isPossibleSpeed(speed)) {
      this.#notes.refuse('a speed that is beyond 1/100 to 100 with those of its sequences', clip.where)
      return gap
    }
    const curves = { from: own.from, map, clip, track }
    const more = kind === 'video' ? this.#look(curves) : this.#level(curves)
    const base = { kind: 'clip', name: clip.name, ...own, where: clip.where } as const
    const whole = this.#whole(clip, { base, speed, own, visible, around })
    return whole ? reframe({ ...whole, ...more }, visible, map.rate) : gap
  }

  /** Sequences that stand in each other twice over grow without end in a small file: there is room for so many clips. */
  #hasRoom({ where }: StudioClip): boolean {
    this.#placed += 1
    if (this.#placed === MANIFEST_LIMITS.items + 1) {
      const what = `sequences that hold more than ${MANIFEST_LIMITS.items} clips, counted wherever they are used`
      this.#notes.refuse(what, where)
    }
    return this.#placed <= MANIFEST_LIMITS.items
  }

  #look(curves: Parameters<typeof placeLook>[0]): { readonly look?: Look } {
    const look = placeLook(curves, this.#notes)
    return look ? { look } : {}
  }

  #level(curves: Parameters<typeof placeLevel>[0]): { readonly level?: Level } {
    const level = placeLevel(curves, this.#notes)
    return level ? { level } : {}
  }

  #whole(
    clip: StudioClip,
    of: {
      readonly base: Omit<EditClip, 'content'>
      readonly speed: Rational
      readonly own: FrameSpan
      readonly visible: FrameSpan
      readonly around: Around
    },
  ): EditClip | undefined {
    const { base, speed, own, visible, around } = of
    const { source } = clip
    const { map, kind } = around
    switch (source.kind) {
      case 'nothing':
        return undefined
      case 'made':
        return kind === 'video' ? { ...base, content: source.content } : undefined
      case 'text': {
        if (kind === 'audio') return undefined
        const media = this.#targets.addText(source.picture, clip.where)
        return { ...base, content: { kind: 'media', media, start: ZERO, speed: rational(1) } }
      }
      case 'file': {
        if (kind === 'video' ? source.holds === 'sound' : source.holds === 'picture') return undefined
        const media = this.#medium(source, clip.where)
        if (media === undefined) return undefined
        const begin = snapSource(clip.sourceStart, map.rate)
        const start = mediaStart(begin, { speed, span: own, map, localStart: clip.start })
        const along = kind === 'audio' && around.track.kind === 'pictures' ? ({ ifAny: true } as const) : {}
        const sound = kind === 'audio' && source.stream !== undefined ? { sound: source.stream } : {}
        return { ...base, content: { kind: 'media', media, start, speed, ...sound, ...along } }
      }
      case 'sequence':
        return this.#nested(clip, source.sequence, { base, own, visible, around })
    }
  }

  /** Notes that a file is used; undefined, and refused, when it is none. */
  #medium(source: Extract<StudioSource, { kind: 'file' }>, where: string): string | undefined {
    const target = resolveReference(source.path)
    if (target.kind === 'refused') {
      this.#notes.refuse(target.reason, where)
      return undefined
    }
    this.#targets.add({ ...target, decodedPath: source.elsewhere ?? target.decodedPath }, where)
    return target.path
  }

  #nested(
    clip: StudioClip,
    sequence: StudioSequence,
    of: {
      readonly base: Omit<EditClip, 'content'>
      readonly own: FrameSpan
      readonly visible: FrameSpan
      readonly around: Around
    },
  ): EditClip | undefined {
    const { base, own, visible, around } = of
    if (this.#depth >= MAX_DEPTH) {
      this.#notes.refuse(`sequences more than ${MAX_DEPTH} deep in one another, or one in itself`, clip.where)
      return undefined
    }
    if (clip.speed.num <= 0) {
      this.#notes.refuse('a nested sequence that runs backwards or stands still', clip.where)
      return undefined
    }
    this.#depth += 1
    const map = around.map.nested(clip.start, { origin: clip.sourceStart, speed: clip.speed })
    const placed = this.#tracks(sequence, map, around.kind, `${around.track.name}.`)
    this.#depth -= 1
    const tracks = placed
      .filter(({ items }) => items.some((item) => item.kind !== 'gap'))
      .map((track) => ({ ...track, items: fillSpan(cutTrack(track, visible, map.rate).items, visible) }))
    if (tracks.length === 0) return undefined
    checkHandles(tracks, { span: own, visible }, clip.where, this.#notes)
    return { ...base, ...visible, content: { kind: 'stack', tracks } }
  }
}

/** A clip on a track of pictures whose sound an audio track has is not heard twice. */
function heard(placed: LaneClip, elsewhere: ReadonlySet<StudioClip>): LaneClip {
  const { clip } = placed
  if (clip.sound.heard && !elsewhere.has(clip)) return placed
  return { ...placed, clip: { ...clip, source: { kind: 'nothing' } } }
}
