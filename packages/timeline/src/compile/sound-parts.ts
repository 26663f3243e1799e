import { type Rational, rational } from '@sheaf/protocol'
import type { MediaIndex } from '../media/media-index.js'
import type { EditClip, EditElement, EditItem, EditTrack, FrameSpan, MediaClip } from '../model/edit.js'
import { AUDIO_RATE, sampleOfFrame } from './medium-sound.js'
import { channelsOf, type MixLayout } from './sound-layout.js'

/** Sound that is made by a call of its own, before what uses it: one track on some frames. */
export interface SoundPart {
  /** Names it where a clip names its medium. */
  readonly id: string
  readonly track: EditTrack
  readonly span: FrameSpan
}

/** Tracks of which no more files are open at once than may be, and the parts that they use, each before its users. */
export interface PartedSound {
  readonly tracks: readonly EditTrack[]
  readonly parts: readonly SoundPart[]
  /** The part that each track is, by its id; none unless they were asked for. */
  readonly stems: readonly string[]
}

/**
 * Divides an edit's sound so that no call opens more than `most` files (2 or more, and no less than there are tracks
 * beside each other). Only whole items of a track are put together into a part, so that no clip is cut and all samples
 * are those of one call; parts are 32-bit floats, as chains hand them on. `each`: every track becomes a part, for its stem.
 */
export function partSound(
  tracks: readonly EditTrack[],
  { span, most, each }: { readonly span: FrameSpan; readonly most: number; readonly each: boolean },
): PartedSound {
  const divider = new SoundDivider(most)
  const divided = divider.tracks(tracks)
  if (!each) return { tracks: divided, parts: divider.parts, stems: [] }
  // A stem has the level of its track; the mix does not give it once more.
  const stems = divided.map((track) => divider.part(divider.packed(track), span))
  return {
    tracks: stems.map((item, index) => ({ name: divided[index]?.name ?? '', items: [item] })),
    parts: divider.parts,
    stems: stems.map(({ content }) => content.media),
  }
}

/** A part as a medium. */
export function partIndex(
  { span }: SoundPart,
  { rate, mix }: { readonly rate: Rational; readonly mix: MixLayout },
): MediaIndex {
  const duration = sampleOfFrame(span.to, rate) - sampleOfFrame(span.from, rate)
  const timeBase = rational(1, AUDIO_RATE)
  const sound = { stream: 0, codec: 'pcm_f32le', sampleRate: AUDIO_RATE, channels: channelsOf(mix), timeBase }
  return { container: 'w64', video: undefined, audio: { ...sound, startPts: 0, duration } }
}

/** Files that the sound of an item opens. */
export function countSoundInputs(item: EditItem): number {
  if (item.kind === 'gap') return 0
  if (item.kind === 'transition') return countSoundInputs(item.out) + countSoundInputs(item.in)
  const { content } = item
  if (content.kind === 'stack') return sum(content.tracks)
  return content.kind === 'media' && content.speed.num !== 0 ? 1 : 0
}

const inputsOf = ({ items }: EditTrack): number => items.reduce((count, item) => count + countSoundInputs(item), 0)
const sum = (tracks: readonly EditTrack[]): number => tracks.reduce((count, track) => count + inputsOf(track), 0)

class SoundDivider {
  readonly parts: SoundPart[] = []
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  /** The same tracks with at most so many inputs together, or one each. */
  tracks(tracks: readonly EditTrack[]): readonly EditTrack[] {
    const divided = tracks.map((track) => ({ ...track, items: track.items.map((item) => this.#item(item)) }))
    if (sum(divided) <= this.#most) return divided
    const packed = divided.map((track) => this.packed(track))
    if (sum(packed) <= this.#most) return packed
    return packed.map((track) => (inputsOf(track) > 1 ? { ...track, items: [this.#row(track)] } : track))
  }

  /** A track of at most so many inputs: its items in runs, each of them a part. */
  packed(track: EditTrack): EditTrack {
    if (inputsOf(track) <= this.#most) return track
    const items = runsOf(track.items, this.#most).flatMap((run) => this.#run(track.name, run))
    return this.packed({ ...track, items })
  }

  /** A part of a track as it is on the span, its level too. */
  part(track: EditTrack, span: FrameSpan): MediaClip {
    const id = `part-${this.parts.length}`
    this.parts.push({ id, track, span: { from: span.from, to: span.to } })
    const content = { kind: 'media', media: id, start: rational(0), speed: rational(1) } as const
    return { kind: 'clip', name: id, from: span.from, to: span.to, content, where: `track ${track.name}` }
  }

  #item(item: EditItem): EditItem {
    if (item.kind !== 'transition') return this.#element(item)
    const sides = { out: this.#element(item.out), in: this.#element(item.in) }
    if (countSoundInputs({ ...item, ...sides }) <= this.#most) return { ...item, ...sides }
    return { ...item, out: this.#side(sides.out), in: this.#side(sides.in) }
  }

  #element(element: EditElement): EditElement {
    if (element.kind === 'gap' || element.content.kind !== 'stack') return element
    return { ...element, content: { ...element.content, tracks: this.tracks(element.content.tracks) } }
  }

  #side(element: EditElement): EditElement {
    if (countSoundInputs(element) <= 1) return element
    return this.part({ name: 'a transition', items: [element] }, element)
  }

  /** All items of a track as one part, without the track's level: that is given to the whole. */
  #row({ name, items }: EditTrack): EditClip {
    const [first, last] = [items[0], items.at(-1)]
    return this.part({ name, items }, { from: first?.from ?? 0, to: last?.to ?? 0 })
  }

  /** A run as one part; the silence around it is left as it is, and so is a run of one file. */
  #run(name: string, run: readonly EditItem[]): readonly EditItem[] {
    const heard = run.map((item) => item.kind !== 'gap')
    const [from, to] = [heard.indexOf(true), heard.lastIndexOf(true) + 1]
    const items = run.slice(from, to)
    if (inputsOf({ name, items }) <= 1) return run
    return [...run.slice(0, from), this.#row({ name, items }), ...run.slice(to)]
  }
}

/** Items in runs that open at most so many files each; an item that opens more is a run by itself. */
function runsOf(items: readonly EditItem[], most: number): readonly (readonly EditItem[])[] {
  const runs: EditItem[][] = []
  let opened = Number.POSITIVE_INFINITY
  for (const item of items) {
    const inputs = countSoundInputs(item)
    if (opened + inputs > most) {
      runs.push([])
      opened = 0
    }
    runs.at(-1)?.push(item)
    opened += inputs
  }
  return runs
}
