import type { Edit, EditTrack, FrameSpan } from '../model/edit.js'
import type { MediaIndex } from '../media/media-index.js'
import type { Preset } from '../preset/preset.js'
import { changeFilters, gainOf, type LoudnessChange } from '../sound/loudness.js'
import type { SoundSettings } from '../sound/sound-settings.js'
import { type AudioCall, soundOutput } from './compile-audio.js'
import { CallBuilder, COMMON_ARGS, type FfmpegCall } from './ffmpeg-call.js'
import { FilterChains } from './filter-chains.js'
import { sampleOfFrame } from './medium-sound.js'
import { counting, SoundGraph } from './sound-graph.js'
import { mixLayoutOf, outOfMix, type SoundLayout } from './sound-layout.js'
import { partIndex, partSound, type SoundPart } from './sound-parts.js'

/** What {@link compileSound} compiles. */
export interface SoundRequest {
  readonly edit: Edit
  readonly media: ReadonlyMap<string, MediaIndex>
  readonly preset: Preset
  readonly settings: SoundSettings
  /** Files that one call may open: at least as many as there are tracks beside each other. */
  readonly mostInputs: number
  /** Where a file on the way goes: a part by its id, `mix`, or `stem-0` and so on. Absolute paths. */
  readonly pathOf: (id: string) => string
  /** Where the sound goes, an absolute path that ends in `audioExtension`. */
  readonly output: string
}

/** A call that makes something that later calls read, by the id that they name it by. */
export interface PartCall extends AudioCall {
  readonly id: string
}

/** All calls that make a job's sound, in their order. What they read besides media are files that calls before made. */
export interface SoundPlan {
  readonly samples: number
  readonly parts: readonly PartCall[]
  /** The mix as it goes into the film, or, when its loudness is to be changed, as floats under the id `mix`. */
  readonly mix: AudioCall
  /** How loud the mix is when it is changed so: ffmpeg says it on standard error. */
  readonly measure: (change?: LoudnessChange) => FfmpegCall
  /** The mix, changed, as it goes into the film. */
  readonly encode: (change: LoudnessChange) => AudioCall
  /** A file for each audio track, none unless they were asked for; with the gain of the mix, so that they add up to it. */
  readonly stems: (change: LoudnessChange | undefined) => readonly PartCall[]
}

/** The medium that stands for the mix. */
const MIX = 'mix'
const FLOATS: readonly string[] = ['-c:a', 'pcm_f32le']

/**
 * The calls that make a job's whole sound, exactly round(frames × 48000 ÷ rate) samples of it; undefined when the edit
 * has no audio track or the preset no sound. Without loudness, stems and more files than may be open it is one call,
 * and `compileAudio`'s; otherwise the samples are the same.
 */
export function compileSound(request: SoundRequest): SoundPlan | undefined {
  const { edit, preset } = request
  return edit.audio.length === 0 || preset.sound.codec === 'none' ? undefined : new SoundCompiler(request).plan()
}

class SoundCompiler {
  readonly #request: SoundRequest
  readonly #layout: SoundLayout
  readonly #samples: number
  readonly #media: Map<string, MediaIndex>

  constructor(request: SoundRequest) {
    this.#request = request
    this.#layout = request.settings.layout ?? 'stereo'
    this.#samples = sampleOfFrame(request.edit.frames, request.edit.rate)
    this.#media = new Map(request.media)
  }

  plan(): SoundPlan {
    const { edit, settings, mostInputs, pathOf } = this.#request
    const span = { from: 0, to: edit.frames }
    const each = settings.stems === true
    const { tracks, parts, stems } = partSound(edit.audio, { span, most: mostInputs, each })
    const mix = mixLayoutOf(this.#layout)
    for (const part of parts) this.#media.set(part.id, partIndex(part, { rate: edit.rate, mix }))
    const floats = settings.loudness !== undefined
    const mixOutput = floats ? floatOutput(pathOf(MIX)) : this.#encoded()
    return {
      samples: this.#samples,
      parts: parts.map((part) => this.#part(part)),
      mix: this.#call(tracks, span, outOfMix(this.#layout), mixOutput),
      measure: (change) => this.#measure(change),
      encode: (change) => this.#copy(MIX, changeFilters(change, this.#samples), this.#encoded()),
      stems: (change) => stems.map((id, index) => this.#stem(id, index, change)),
    }
  }

  #part({ id, track, span }: SoundPart): PartCall {
    return { id, ...this.#call([track], span, [], floatOutput(this.#request.pathOf(id))) }
  }

  #call(tracks: readonly EditTrack[], span: FrameSpan, last: readonly string[], output: readonly string[]): AudioCall {
    const { rate } = this.#request.edit
    const samples = sampleOfFrame(span.to, rate) - sampleOfFrame(span.from, rate)
    const chains = new FilterChains(new CallBuilder(SOUND_ARGS), 'a')
    const graph = new SoundGraph({ rate, media: this.#media, mix: mixLayoutOf(this.#layout), chains })
    const chain = [`[${graph.tracks(tracks, span)}]${counting(samples)}`, ...last].join(',')
    return { ...chains.finish(chain, output), samples }
  }

  /** One file into another, through filters. */
  #copy(id: string, filters: readonly string[], output: readonly string[]): AudioCall {
    const chains = new FilterChains(new CallBuilder(SOUND_ARGS), 'a')
    const input = chains.input(id, ['-f', 'w64'])
    const chain = `[${input}:0]${[...filters, counting(this.#samples)].join(',')}`
    return { ...chains.finish(chain, output), samples: this.#samples }
  }

  #measure(change: LoudnessChange | undefined): FfmpegCall {
    const chains = new FilterChains(new CallBuilder(MEASURE_ARGS), 'a')
    const input = chains.input(MIX, ['-f', 'w64'])
    const filters = [...changeFilters(change, this.#samples), 'ebur128=peak=true:framelog=verbose']
    return chains.finish(`[${input}:0]${filters.join(',')}`, ['-map', '[out]', '-f', 'null', '-'])
  }

  #stem(id: string, index: number, change: LoudnessChange | undefined): PartCall {
    const stem = `stem-${index}`
    const filters = [...outOfMix(this.#layout), ...changeFilters(gainOf(change), this.#samples)]
    const path = this.#request.pathOf(stem)
    const output = ['-map', '[out]', '-c:a', 'pcm_s24le', ...BITEXACT, '-rf64', 'auto', '-f', 'wav', `file:${path}`]
    return { id: stem, ...this.#copy(id, filters, output) }
  }

  #encoded(): readonly string[] {
    const { preset, output } = this.#request
    return soundOutput({ preset, output, layout: this.#layout })
  }
}

/** `-cpuflags 0` makes the bytes the same on every CPU. */
const SOUND_ARGS: readonly string[] = [...COMMON_ARGS, '-cpuflags', '0', '-copyts']
/** The meter says its summary as information. */
const MEASURE_ARGS: readonly string[] = ['-hide_banner', '-nostdin', '-v', 'info', '-nostats', '-y', '-cpuflags', '0']
const BITEXACT: readonly string[] = ['-flags:a', '+bitexact', '-fflags', '+bitexact', '-map_metadata', '-1']

const floatOutput = (path: string): readonly string[] => [
  ...['-map', '[out]', ...FLOATS, ...BITEXACT],
  ...['-f', 'w64', `file:${path}`],
]
