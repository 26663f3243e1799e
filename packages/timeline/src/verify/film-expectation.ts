import type { Rational } from '@sheaf/protocol'
import { compileEncoder } from '../compile/compile-encoder.js'
import { AUDIO_RATE, sampleOfFrame } from '../compile/medium-sound.js'
import type { Manifest } from '../manifest/manifest.js'
import { encoderRule } from '../preset/picture-coding.js'
import { lightTags } from './light-tags.js'

/** What a film must be, read from the job that makes it. */
export interface FilmExpectation {
  readonly frames: number
  readonly rate: Rational
  /** What the file must say, in ffprobe's names and values. */
  readonly tags: Readonly<Record<string, string>>
  /** Of these tags those that may be missing, yet not be others. */
  readonly mayBeUnsaid?: ReadonlySet<string> | undefined
  /** Seconds of sound; undefined when the edit has none or the preset leaves it out. */
  readonly soundSeconds: number | undefined
  /** Whether its pictures must be the rendered ones bit for bit. */
  readonly exact: boolean
}

/** What a job's finished film must be. */
export function expectFilm({ edit, picture, preset }: Manifest): FilmExpectation {
  const output = '/film'
  const args = compileEncoder({ preset, format: picture, frames: 1, rate: edit.rate, output })
  const rule = preset.pictures && encoderRule(preset.pictures.encoder)
  const silent = edit.audio.length === 0 || preset.sound.codec === 'none'
  return {
    frames: edit.frames,
    rate: edit.rate,
    tags: {
      width: String(picture.width),
      height: String(picture.height),
      sample_aspect_ratio: '1:1',
      field_order: 'progressive',
      ...(rule && { codec_name: rule.codec }),
      ...encoderTags(args),
      ...lightTags(picture.light),
    },
    // A chip's stream may say nothing of colours, and ffprobe believes an H.265 stream more than the file around it.
    ...(rule?.hardware && { mayBeUnsaid: COLOUR_TAGS }),
    soundSeconds: silent ? undefined : sampleOfFrame(edit.frames, edit.rate) / AUDIO_RATE,
    exact: preset.pictures?.encoder === 'ffv1',
  }
}

/** An encoder's options and what ffprobe calls that which they ask for. */
const TAG_OPTIONS = {
  color_range: '-color_range',
  color_space: '-colorspace',
  color_primaries: '-color_primaries',
  color_transfer: '-color_trc',
} as const

const COLOUR_TAGS: ReadonlySet<string> = new Set(Object.keys(TAG_OPTIONS))

/** The encoder's own arguments are the one place that says what a preset asks for: they are read, not repeated. */
function encoderTags(args: readonly string[]): Record<string, string> {
  const tags: Record<string, string> = {}
  for (const [name, option] of Object.entries(TAG_OPTIONS)) {
    const value = optionOf(args, option)
    if (value !== undefined) tags[name] = value
  }
  const pixFmt = optionOf(args, '-pix_fmt') ?? optionOf(args, '-pixel_format')
  if (pixFmt !== undefined) tags['pix_fmt'] = pixFmt
  return tags
}

function optionOf(args: readonly string[], option: string): string | undefined {
  const at = args.lastIndexOf(option)
  return at < 0 ? undefined : args[at + 1]
}
