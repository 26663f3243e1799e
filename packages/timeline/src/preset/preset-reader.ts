import { PIXEL_FORMATS, type PixelFormat } from '../compile/frame-format.js'
import type { ValueReader } from '../manifest/value-reader.js'
import {
  ENCODER_NAMES,
  encoderRule,
  type ParameterName,
  type ParameterRule,
  type PictureCoding,
  PROFILE_PIXELS,
} from './picture-coding.js'
import type { Preset } from './preset.js'
import { AAC_KBITS, SOUND_CODECS, type SoundCoding } from './sound-coding.js'

/** Names of presets: they stand in file names and on the command line. */
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/

/**
 * Reads a preset, from a file or a manifest: known fields, known words, numbers within bounds and
 * nothing else, since all of it becomes arguments of ffmpeg. Throws the reader's error.
 */
export function readPreset(value: ValueReader): Preset {
  value.onlyFields('name', 'summary', 'endings', 'pixels', 'pictures', 'sound')
  const name = value.field('name').text(40)
  if (!NAME.test(name)) throw value.field('name').error('a name of small letters, digits and "-"')
  const pictures = value.field('pictures').optional(readPictures)
  const pixels = pictures && readPixels(value.field('pixels'), pictures)
  if (!pictures) value.field('pixels').optional((field) => field.onlyFields())
  const preset: Preset = {
    name,
    summary: value.field('summary').text(200),
    endings: value.field('endings').list(4, (ending) => ending.text(8)),
    ...(pictures && { pictures, pixels }),
    sound: readSound(value.field('sound')),
  }
  checkEndings(preset, value)
  return preset
}

function readPictures(value: ValueReader): PictureCoding {
  const encoder = value.field('encoder').oneOf(...ENCODER_NAMES)
  const rule = encoderRule(encoder)
  const names = Object.keys(rule.parameters) as ParameterName[]
  value.onlyFields('encoder', ...names)
  const parameters: Partial<Record<ParameterName, number | string>> = {}
  for (const name of names) {
    const parameter = rule.parameters[name]
    const found = parameter && value.field(name).optional((field) => readParameter(field, parameter))
    if (found !== undefined) parameters[name] = found
  }
  const coding = { encoder, ...parameters } as PictureCoding
  checkRates(coding, rule.oneOf, value)
  return coding
}

function readParameter(value: ValueReader, rule: ParameterRule): number | string {
  return rule.kind === 'integer' ? value.integer(rule.least, rule.most) : value.oneOf(...rule.words)
}

function readPixels(value: ValueReader, { encoder, profile }: PictureCoding): PixelFormat {
  const possible = (profile === undefined ? undefined : PROFILE_PIXELS[profile]) ?? encoderRule(encoder).pixels
  return value.oneOf(...PIXEL_FORMATS.filter((one) => possible.includes(one)))
}

/** Which parameters go together. */
function checkRates(coding: PictureCoding, oneOf: readonly ParameterName[], value: ValueReader): void {
  const given = oneOf.filter((name) => coding[name] !== undefined)
  if (oneOf.length > 0 && given.length !== 1) throw value.error(`one of ${oneOf.join(' and ')}`)
  if ((coding.maxrate === undefined) !== (coding.buffer === undefined)) {
    throw value.error('maxrate and buffer together')
  }
  if (coding.vbv !== undefined && coding.maxrate === undefined) throw value.error('vbv with maxrate alone')
  if (coding.passes !== undefined && coding.bitrate === undefined) throw value.error('passes with bitrate alone')
  if (coding.bitrate !== undefined && coding.maxrate !== undefined && coding.maxrate < coding.bitrate) {
    throw value.field('maxrate').error('at least bitrate')
  }
}

function readSound(value: ValueReader): SoundCoding {
  const codec = value.field('codec').oneOf(...(Object.keys(SOUND_CODECS) as SoundCoding['codec'][]))
  if (codec !== 'aac') {
    value.onlyFields('codec')
    return { codec }
  }
  value.onlyFields('codec', 'kbits')
  return { codec, kbits: value.field('kbits').integer(AAC_KBITS.least, AAC_KBITS.most) }
}

function checkEndings({ endings, pictures, sound }: Preset, value: ValueReader): void {
  const bySound: readonly string[] = pictures ? SOUND_CODECS[sound.codec].films : SOUND_CODECS[sound.codec].alone
  const possible = pictures ? encoderRule(pictures.encoder).endings.filter((one) => bySound.includes(one)) : bySound
  const field = value.field('endings')
  if (possible.length === 0) throw value.field('sound').error('sound that goes into the same file as these pictures')
  if (endings.length === 0) throw field.error('one ending at least')
  for (const ending of endings) {
    if (!possible.includes(ending)) throw field.error(`endings of ${possible.join(', ')}`)
  }
}
