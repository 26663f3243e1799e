import type { Rational } from '@sheaf/protocol'
import type { MediaIndex } from '../media/media-index.js'
import type { EditElement, EditItem, EditTrack, FrameSpan, Level } from '../model/edit.js'
import { bracketed, type FilterChains } from './filter-chains.js'
import { levelFilters } from './level-chain.js'
import { AUDIO_RATE, exactly, sampleOfFrame, silence, soundFormat, soundOfMedium } from './medium-sound.js'
import type { MixLayout } from './sound-layout.js'

/** What a sound graph depends on besides the tracks. */
export interface SoundGraphInit {
  readonly rate: Rational
  readonly media: ReadonlyMap<string, MediaIndex>
  readonly mix: MixLayout
  readonly chains: FilterChains
}

/** Writes sound as a filter graph: every chain is of one format and exactly as long as its frames. */
export class SoundGraph {
  readonly #init: SoundGraphInit
  readonly #format: string

  constructor(init: SoundGraphInit) {
    this.#init = init
    this.#format = soundFormat(init.mix)
  }

  /** Tracks at once, each as loud as it is: the label of the chain. */
  tracks(tracks: readonly EditTrack[], span: FrameSpan): string {
    const heard = tracks.filter(({ items }) => items.some((item) => item.kind !== 'gap'))
    const labels = heard.map((track) => this.track(track, span))
    const [only] = labels
    if (only === undefined) return this.#silence(span)
    if (labels.length === 1) return only
    return this.#chains.add(`${bracketed(labels)}amix=inputs=${labels.length}:normalize=0,${this.#format}`)
  }

  /** A track: the label of the chain. */
  track({ items, level }: EditTrack, span: FrameSpan): string {
    const labels = items
      .filter((item) => item.from < span.to && item.to > span.from)
      .map((item) => this.#item(item, { from: Math.max(item.from, span.from), to: Math.min(item.to, span.to) }))
    const [only] = labels
    const row =
      only !== undefined && labels.length === 1
        ? only
        : this.#chains.add(`${bracketed(labels)}concat=n=${labels.length}:v=0:a=1,${counted}`)
    return this.#levelled(row, level, span)
  }

  #item(item: EditItem, span: FrameSpan): string {
    if (item.kind !== 'transition') return this.#element(item, span)
    const { whole } = item
    const length = this.#samples(whole)
    // Equal power: two sounds that have nothing to do with each other stay as loud as they are.
    const out = this.#chains.add(`[${this.#element(item.out, whole)}]afade=t=out:ss=0:ns=${length}:curve=qsin`)
    const next = this.#chains.add(`[${this.#element(item.in, whole)}]afade=t=in:ss=0:ns=${length}:curve=qsin`)
    const before = this.#samples({ from: whole.from, to: span.from })
    const cut = `atrim=start_sample=${before}:end_sample=${before + this.#samples(span)}`
    return this.#chains.add(`${bracketed([out, next])}amix=inputs=2:normalize=0,${this.#format},${cut},${counted}`)
  }

  #element(element: EditElement, span: FrameSpan): string {
    if (element.kind === 'gap') return this.#silence(span)
    const { content, level } = element
    if (content.kind === 'stack') return this.#levelled(this.tracks(content.tracks, span), level, span)
    if (content.kind !== 'media' || content.speed.num === 0) return this.#silence(span)
    const { rate, media, mix } = this.#init
    const index = media.get(content.media)
    if (!index?.audio) throw new Error(`no sound for ${content.media} (${element.where})`)
    const place = { from: element.from, content, span, rate, samples: this.#samples(span) }
    const sound = this.#chains.add(soundOfMedium({ ...place, index, mix, chains: this.#chains }))
    return this.#levelled(sound, level, span)
  }

  #levelled(label: string, level: Level | undefined, span: FrameSpan): string {
    const { rate, mix } = this.#init
    const filters = level ? levelFilters(level, { span, rate, mix }) : []
    return filters.length === 0 ? label : this.#chains.add(`[${label}]${[...filters, this.#format].join(',')}`)
  }

  #silence(span: FrameSpan): string {
    return this.#chains.add(silence(this.#samples(span), this.#init.mix))
  }

  #samples({ from, to }: FrameSpan): number {
    const { rate } = this.#init
    return sampleOfFrame(to, rate) - sampleOfFrame(from, rate)
  }

  get #chains(): FilterChains {
    return this.#init.chains
  }
}

/** Concat and mixers count in other units; samples are counted anew behind them. */
const counted = `asettb=expr=1/${AUDIO_RATE},asetpts=NB_CONSUMED_SAMPLES`

/** What a film's sound ends in: so many samples, counted. */
export const counting = (samples: number): string => `${counted},${exactly(samples)}`
