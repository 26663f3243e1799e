import type { MediaIndex } from '../media/media-index.js'
import type { Edit } from '../model/edit.js'
import type { Preset } from '../preset/preset.js'
import { CallBuilder, COMMON_ARGS, type FfmpegCall } from './ffmpeg-call.js'
import { FilterChains } from './filter-chains.js'
import { sampleOfFrame } from './medium-sound.js'
import { soundArgs, soundFile, type SoundFile } from './sound-args.js'
import { counting, SoundGraph } from './sound-graph.js'
import { mixLayoutOf, outOfMix, type SoundLayout } from './sound-layout.js'

/** What {@link compileAudio} compiles. */
export interface AudioRequest {
  readonly edit: Edit
  readonly media: ReadonlyMap<string, MediaIndex>
  readonly preset: Preset
  /** Stereo when absent. */
  readonly layout?: SoundLayout | undefined
  /** Where the sound goes, an absolute path that ends in {@link audioExtension}. */
  readonly output: string
}

/** A process that writes `samples` samples of sound. */
export interface AudioCall extends FfmpegCall {
  readonly samples: number
}

/** Ending of the sound's file. */
export function audioExtension(preset: Preset): SoundFile['extension'] {
  return soundFile(preset).extension
}

/**
 * The one ffmpeg call that makes a job's whole sound, exactly round(frames × 48000 ÷ rate) samples;
 * undefined when the edit has no audio track or the preset
 * no sound. `-cpuflags 0` makes the bytes the same on every CPU.
 */
export function compileAudio(request: AudioRequest): AudioCall | undefined {
  const { edit, media, preset, layout = 'stereo' } = request
  if (edit.audio.length === 0 || preset.sound.codec === 'none') return undefined
  const samples = sampleOfFrame(edit.frames, edit.rate)
  const chains = new FilterChains(new CallBuilder([...COMMON_ARGS, '-cpuflags', '0', '-copyts']), 'a')
  const graph = new SoundGraph({ rate: edit.rate, media, mix: mixLayoutOf(layout), chains })
  const mixed = graph.tracks(edit.audio, { from: 0, to: edit.frames })
  const chain = [`[${mixed}]${counting(samples)}`, ...outOfMix(layout)].join(',')
  return { ...chains.finish(chain, soundOutput({ preset, output: request.output, layout })), samples }
}

/** The options behind a graph whose `[out]` is a job's sound in the layout of its film. */
export function soundOutput({
  preset,
  output,
  layout,
}: {
  readonly preset: Preset
  readonly output: string
  readonly layout: SoundLayout
}): readonly string[] {
  const { container } = soundFile(preset)
  return [
    '-map',
    '[out]',
    ...soundArgs(preset, layout),
    '-flags:a',
    '+bitexact',
    '-fflags',
    '+bitexact',
    '-map_metadata',
    '-1',
    // Else a file of more than 4 GiB could not say how long it is.
    ...(container === 'wav' ? ['-rf64', 'auto'] : []),
    '-f',
    container,
    `file:${output}`,
  ]
}
