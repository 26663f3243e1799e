import { SheafError } from '@sheaf/protocol'
import type { PixelFormat } from '../compile/frame-format.js'
import { encoderRule, type PictureCoding } from './picture-coding.js'
import { SOUND_CODECS, type SoundCoding } from './sound-coding.js'

/** How a job is encoded and what its file is: all that a preset file says, checked. */
export interface Preset {
  readonly name: string
  readonly summary: string
  /** File name endings that the output may have. */
  readonly endings: readonly string[]
  /** Absent, with `pixels`: the sound alone. */
  readonly pictures?: PictureCoding | undefined
  /** Layout of the raw pictures that the encoder is given. */
  readonly pixels?: PixelFormat | undefined
  readonly sound: SoundCoding
}

/** What a job's output is made of. */
export type OutputKind = 'film' | 'images' | 'sound'

/** Encoders whose every picture is a file of its own. */
const IMAGE_ENCODERS: readonly string[] = ['png', 'exr', 'mjpeg']

/** Whether a preset makes one film, a file for each picture, or sound alone. */
export function outputKind({ pictures }: Preset): OutputKind {
  if (!pictures) return 'sound'
  return IMAGE_ENCODERS.includes(pictures.encoder) ? 'images' : 'film'
}

/**
 * Whether only one encoder that sees the whole film can keep to the preset: a mean bit rate, or a decoder's
 * buffer that must hold across segments. Such a job is rendered losslessly and encoded once, at its home.
 */
export function needsFinalEncode({ pictures }: Preset): boolean {
  return pictures?.bitrate !== undefined || pictures?.vbv === 'strict'
}

/** The container of a preset's segments, and of sound beside them: QuickTime's for what MP4 has no entry for. */
export function containerOf({ pictures, sound }: Preset): 'mp4' | 'mov' {
  const withSound: readonly string[] = pictures ? SOUND_CODECS[sound.codec].films : ['.mp4']
  const endings = pictures ? encoderRule(pictures.encoder).endings : ['.mp4']
  return endings.includes('.mp4') && withSound.includes('.mp4') ? 'mp4' : 'mov'
}

/** Rough bytes of a job's output. */
export function expectedOutputBytes(
  { pictures }: Preset,
  job: { readonly frames: number; readonly width: number; readonly height: number },
): number {
  if (!pictures) return 0
  return Math.ceil((job.frames * job.width * job.height * encoderRule(pictures.encoder).bitsPerPixel) / 8)
}

/** Throws SHEAF_OUTPUT_FORMAT unless the preset can be written to a file of this name. */
export function checkOutputName(preset: Preset, fileName: string): void {
  const slash = Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\'))
  const base = fileName.slice(slash + 1)
  const extension = base.includes('.') ? base.slice(base.lastIndexOf('.')).toLowerCase() : ''
  const { endings, name } = preset
  if (!endings.includes(extension)) {
    const why =
      extension === '.mkv' ? ' (Matroska rounds times to milliseconds, so frames would not lie on the grid)' : ''
    throw new SheafError({
      code: 'SHEAF_OUTPUT_FORMAT',
      message: `${fileName}: preset ${name} is written to ${endings.join(' or ')}, not to ${extension || 'a name without an ending'}${why}`,
      hint: `Name the output with ${endings.join(' or ')}.`,
    })
  }
  if (outputKind(preset) === 'images' && (base.match(/#+/g) ?? []).length !== 1) {
    throw new SheafError({
      code: 'SHEAF_OUTPUT_FORMAT',
      message: `${fileName}: preset ${name} writes a file for each picture, so its name needs a place for the number`,
      hint: `Write one row of # in it, a digit each: film_######${extension}`,
    })
  }
}
