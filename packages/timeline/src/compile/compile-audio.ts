import type { MediaIndex } from '../media/media-index.js'
import type { Edit } from '../model/edit.js'
import type { Preset } from '../preset/preset.js'
import { CallBuilder, COMMON_ARGS, type FfmpegCall } from './ffmpeg-call.js'
import { FilterChains } from './filter-chains.js'
import { sampleOfFrame } from './medium-sound.js'
import { counting, SoundGraph } from './sound-graph.js'
import { channelsOf, mixLayoutOf, outOfMix, type SoundLayout } from './sound-layout.js'

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
export function audioExtension(preset: Preset): '.m4a' | '.mov' {
  return preset.id === 'h264' ? '.m4a' : '.mov'
}

/**
 * The one ffmpeg call that makes a job's whole sound, exactly round(frames × 48000 ÷ rate) samples;
 * undefined when the edit has no audio track. `-cpuflags 0` makes the bytes the same on every CPU.
 */
export function compileAudio(request: AudioRequest): AudioCall | undefined {
  const { edit, media, preset, layout = 'stereo' } = request
  if (edit.audio.length === 0) return undefined
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
  const bitRate = `${96 * Math.min(4, channelsOf(layout))}k`
  // At this rate the fast coder is as good by ffmpeg's own word and by measure, in half the time.
  const codec = preset.id === 'h264' ? ['-c:a', 'aac', '-aac_coder', 'fast', '-b:a', bitRate] : ['-c:a', 'pcm_s24le']
  return [
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
    `file:${output}`,
  ]
}
