import type { Rational } from '@sheaf/protocol'
import type { Preset } from '../preset/preset.js'
import { colourArgs, segmentFile } from './compile-encoder.js'
import { deviceArgs, encoderArgs } from './encoder-args.js'
import { COMMON_ARGS } from './ffmpeg-call.js'
import type { FrameFormat } from './frame-format.js'

/** What {@link compileFilmEncoder} compiles. */
export interface FilmEncoderRequest {
  readonly preset: Preset
  readonly format: FrameFormat
  readonly rate: Rational
  /** The film without loss, an absolute path. */
  readonly input: string
  readonly output: string
  /** Name, without folders, that both passes keep their notes under, in the folder that they run in. */
  readonly passLog: string
}

/**
 * The ffmpeg calls, one after another, that encode a whole film: one, or two where the preset says so. They write
 * their progress to standard output.
 */
export function compileFilmEncoder({
  preset,
  format,
  rate,
  input,
  output,
  passLog,
}: FilmEncoderRequest): readonly (readonly string[])[] {
  const { pictures: coding } = preset
  if (!coding) throw new Error(`preset ${preset.name} has no pictures to encode`)
  const { container, timescale } = segmentFile(preset, rate)
  const passes = coding.passes === 2 ? ([1, 2] as const) : (['only'] as const)
  return passes.map((pass) => [
    ...COMMON_ARGS,
    ...deviceArgs(coding),
    ...['-progress', 'pipe:1', '-protocol_whitelist', 'file', '-i', `file:${input}`],
    ...['-map', '0:v:0', '-fps_mode', 'passthrough'],
    ...encoderArgs({ coding, format, part: { kind: 'film', pass, passLog } }),
    ...colourArgs(coding, format.colour),
    ...['-map_metadata', '-1', '-fflags', '+bitexact'],
    ...(pass === 1
      ? ['-f', 'null', '-']
      : ['-video_track_timescale', String(timescale), '-f', container, `file:${output}`]),
  ])
}
