import type { MediaIndex } from '../media/media-index.js'
import type { Edit, EditElement, EditItem, EditTrack } from '../model/edit.js'
import type { Preset } from '../preset/preset.js'
import { CallBuilder, COMMON_ARGS, type FfmpegCall } from './ffmpeg-call.js'
import { AUDIO_RATE, sampleOfFrame, soundOfMedium, STEREO } from './medium-sound.js'

/** What {@link compileAudio} compiles. */
export interface AudioRequest {
  readonly edit: Edit
  readonly media: ReadonlyMap<string, MediaIndex>
  readonly preset: Preset
  /** Where the sound goes, an absolute path that ends in {@link audioExtension}. */
  readonly output: string
}

/** A process that writes `samples` samples of stereo sound. */
export interface AudioCall extends FfmpegCall {
  readonly samples: number
}

/** Ending of the sound's file. */
export function audioExtension(preset: Preset): '.m4a' | '.mov' {
  return preset.id === 'h264' ? '.m4a' : '.mov'
}

/**
 * The one ffmpeg call that makes a job's whole sound, exactly round(frames × 48000 ÷ rate) samples;
 * undefined when the edit has no audio track. `-cpuflags 0` makes the bytes the same on every CPU.
 */
export function compileAudio(request: AudioRequest): AudioCall | undefined {
  const { edit, preset } = request
  if (edit.audio.length === 0) return undefined
  const samples = sampleOfFrame(edit.frames, edit.rate)
  const graph = new SoundGraph(request, new CallBuilder([...COMMON_ARGS, '-cpuflags', '0', '-copyts']))
  // At this rate the fast coder is as good by ffmpeg's own word and by measure, in half the time.
  const codec = preset.id === 'h264' ? ['-c:a', 'aac', '-aac_coder', 'fast', '-b:a', '192k'] : ['-c:a', 'pcm_s24le']
  const built = graph.finish([
    '-map',
    '[out]',
    ...codec,
    '-flags:a',
    '+bitexact',
    '-fflags',
    '+bitexact',
    '-map_metadata',
    '-1',
    '-f',
    preset.id === 'h264' ? 'mp4' : 'mov',
    `file:${request.output}`,
  ])
  return { ...built, samples }
}

interface FrameSpan {
  readonly from: number
  readonly to: number
}

/** Writes the sound as a filter graph: every chain is stereo at 48 kHz and exactly as long as its frames. */
class SoundGraph {
  readonly #request: AudioRequest
  readonly #call: CallBuilder
  readonly #chains: string[] = []
  #labels = 0

  constructor(request: AudioRequest, call: CallBuilder) {
    this.#request = request
    this.#call = call
  }

  finish(options: readonly string[]): FfmpegCall {
    const { edit } = this.#request
    const samples = sampleOfFrame(edit.frames, edit.rate)
    const mixed = this.#tracks(edit.audio, { from: 0, to: edit.frames })
    this.#chains.push(`[${mixed}]${counted},${exactly(samples)}[out]`)
    return this.#call.finish(this.#chains.join(';\n'), options)
  }

  #chain(chain: string): string {
    const label = `a${this.#labels++}`
    this.#chains.push(`${chain}[${label}]`)
    return label
  }

  /** Tracks at once, each as loud as it is. */
  #tracks(tracks: readonly EditTrack[], span: FrameSpan): string {
    const heard = tracks.filter(({ items }) => items.some((item) => item.kind !== 'gap'))
    const labels = heard.map((track) => this.#track(track, span))
    const [only] = labels
    if (only === undefined) return this.#silence(span)
    if (labels.length === 1) return only
    return this.#chain(`${bracketed(labels)}amix=inputs=${labels.length}:normalize=0,${STEREO}`)
  }

  #track({ items }: EditTrack, span: FrameSpan): string {
    const labels = items
      .filter((item) => item.from < span.to && item.to > span.from)
      .map((item) => this.#item(item, { from: Math.max(item.from, span.from), to: Math.min(item.to, span.to) }))
    const [only] = labels
    if (only !== undefined && labels.length === 1) return only
    return this.#chain(`${bracketed(labels)}concat=n=${labels.length}:v=0:a=1,${counted}`)
  }

  #item(item: EditItem, span: FrameSpan): string {
    if (item.kind !== 'transition') return this.#element(item, span)
    const { whole } = item
    const length = this.#samples(whole)
    // Equal power: two sounds that have nothing to do with each other stay as loud as they are.
    const out = this.#chain(`[${this.#element(item.out, whole)}]afade=t=out:ss=0:ns=${length}:curve=qsin`)
    const next = this.#chain(`[${this.#element(item.in, whole)}]afade=t=in:ss=0:ns=${length}:curve=qsin`)
    const before = this.#samples({ from: whole.from, to: span.from })
    const cut = `atrim=start_sample=${before}:end_sample=${before + this.#samples(span)}`
    return this.#chain(`${bracketed([out, next])}amix=inputs=2:normalize=0,${STEREO},${cut},${counted}`)
  }

  #element(element: EditElement, span: FrameSpan): string {
    if (element.kind === 'gap') return this.#silence(span)
    const { content } = element
    if (content.kind === 'stack') return this.#tracks(content.tracks, span)
    if (content.kind !== 'media' || content.speed.num === 0) return this.#silence(span)
    const index = this.#request.media.get(content.media)
    if (!index?.audio) throw new Error(`no sound for ${content.media} (${element.where})`)
    const { edit } = this.#request
    const place = { from: element.from, content, span, rate: edit.rate, samples: this.#samples(span) }
    return this.#chain(soundOfMedium({ ...place, index, audio: index.audio, call: this.#call }))
  }

  #silence(span: FrameSpan): string {
    return this.#chain(`anullsrc=r=${AUDIO_RATE}:cl=stereo,atrim=end_sample=${this.#samples(span)},${STEREO}`)
  }

  #samples({ from, to }: FrameSpan): number {
    const { rate } = this.#request.edit
    return sampleOfFrame(to, rate) - sampleOfFrame(from, rate)
  }
}

/** Concat and mixers count in other units; samples are counted anew behind them. */
const counted = `asettb=expr=1/${AUDIO_RATE},asetpts=NB_CONSUMED_SAMPLES`
const exactly = (samples: number): string => `apad=whole_len=${samples},atrim=end_sample=${samples}`
const bracketed = (labels: readonly string[]): string => labels.map((label) => `[${label}]`).join('')
