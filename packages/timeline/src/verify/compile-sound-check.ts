import { compileAudio, type AudioRequest } from '../compile/compile-audio.js'
import type { FfmpegCall } from '../compile/ffmpeg-call.js'
import { CHECK_RATE } from './match-sound.js'

/** What an output needs to write sound for comparison to standard output. */
export const SOUND_CHECK_OUTPUT: readonly string[] = ['-f', 's16le', 'pipe:1']

/** The filters that make a sound comparable. */
export const SOUND_CHECK_FILTER =
  `aresample=${CHECK_RATE},` + `aformat=sample_fmts=s16:sample_rates=${CHECK_RATE}:channel_layouts=stereo`

/** A process that makes the edit's sound as {@link compileAudio} does, to be compared; undefined when it has none. */
export function compileSoundCheck(request: Omit<AudioRequest, 'output'>): FfmpegCall | undefined {
  const call = compileAudio({ ...request, output: '/sound' })
  if (!call) return undefined
  const { args, inputs, graphArgIndex } = call
  const graph = `${args[graphArgIndex] ?? ''};\n[out]${SOUND_CHECK_FILTER}[checked]`
  return {
    args: [...args.slice(0, graphArgIndex), graph, '-map', '[checked]', ...SOUND_CHECK_OUTPUT],
    inputs,
    graphArgIndex,
  }
}
