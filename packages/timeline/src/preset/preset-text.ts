import { isSheafError, SheafError } from '@sheaf/protocol'
import { PIXEL_FORMATS, type PixelFormat } from '../compile/frame-format.js'
import { ValueReader } from '../manifest/value-reader.js'
import { BUILT_IN_PRESETS } from './built-in-presets.js'
import { presetHint } from './preset-hint.js'
import { encoderRule, type ParameterName, type ParameterRule, PROFILE_PIXELS } from './picture-coding.js'
import type { Preset } from './preset.js'
import { readPreset } from './preset-reader.js'

/** Characters of a preset file at most. */
const FILE_LIMIT = 64 * 1024

/** What stands before and after the ":" of `h264:crf=23,speed=fast`; a path that ends in `.json` may hold ":". */
export function splitPresetText(text: string): { readonly name: string; readonly options: string } {
  const file = /^(.*\.json)(?::(.*))?$/is.exec(text)
  if (file) return { name: file[1] ?? '', options: file[2] ?? '' }
  const colon = text.indexOf(':')
  return colon < 0 ? { name: text, options: '' } : { name: text.slice(0, colon), options: text.slice(colon + 1) }
}

/**
 * The preset that a text such as `h264`, `h264:crf=23,speed=fast` or `our-h265` asks for, from the shipped ones
 * and `own`. Throws SHEAF_PRESET_UNKNOWN, which names what there is, or SHEAF_PRESET_INVALID for an option.
 */
export function parsePreset(text: string, own: readonly Preset[] = []): Preset {
  const { name, options } = splitPresetText(text)
  const known = [...BUILT_IN_PRESETS, ...own]
  const preset = known.find((one) => one.name === name)
  if (!preset) {
    throw new SheafError({
      code: 'SHEAF_PRESET_UNKNOWN',
      message: `there is no preset "${name.slice(0, 80)}"`,
      hint: presetHint(
        name,
        known.map((one) => one.name),
      ),
    })
  }
  return withOptions(preset, options)
}

/** Reads a preset file. Throws SHEAF_PRESET_INVALID with the file and the field. */
export function parsePresetFile(text: string, path: string): Preset {
  if (text.length > FILE_LIMIT) throw invalidPreset(`${path} is longer than a preset can be`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw invalidPreset(`${path} is not JSON: ${cause instanceof Error ? cause.message : ''}`)
  }
  return readPreset(readerOf(value, path))
}

/** The text of a preset's file: what `sheaf presets show` prints, to be copied and changed. */
export function presetFileText(preset: Preset): string {
  return `${JSON.stringify(asFile(preset), undefined, 2)}\n`
}

/** A preset with options such as `crf=23,speed=fast` in place of its own. Throws SHEAF_PRESET_INVALID. */
export function withOptions(preset: Preset, options: string): Preset {
  if (options === '') return preset
  const file = asFile(preset)
  for (const option of options.split(',')) {
    const [written = '', value = '', ...more] = option.split('=')
    const name = written === 'preset' ? 'speed' : written
    if (more.length > 0 || value === '') throw unknownOption(preset, option)
    if (name === 'pixels' && preset.pictures) file.pixels = value
    else if (name === 'kbits' && file.sound.codec === 'aac') file.sound = { codec: 'aac', kbits: integerOf(value) }
    else setParameter(preset, file, { name: name as ParameterName, value, option })
  }
  const subject = `"${preset.name}:${options.slice(0, 80)}"`
  try {
    return readPreset(readerOf(file, subject))
  } catch (error) {
    throw byItsOption(error, `preset ${subject}`)
  }
}

/** Who wrote an option on the command line knows no fields of a file: `preset "h264:crf=99": crf: expected…`. */
function byItsOption(error: unknown, where: string): unknown {
  if (!isSheafError(error, 'SHEAF_PRESET_INVALID') || !error.message.startsWith(`${where}.`)) return error
  const { code, hint } = error
  const field = error.message.slice(where.length + 1).replace(/^(?:pictures|sound)\./, '')
  return new SheafError({ code, message: `${where}: ${field}`, ...(hint !== undefined && { hint }), cause: error })
}

/** The options that a preset takes, with what it has: `crf=0-51 (20)`. */
export function presetOptions(preset: Preset): string[] {
  const { pictures, pixels, sound } = preset
  const kbits = sound.codec === 'aac' ? [`kbits=32-512 (${sound.kbits})`] : []
  if (!pictures) return kbits
  const rule = encoderRule(pictures.encoder)
  const parameters = (Object.entries(rule.parameters) as [ParameterName, ParameterRule][]).map(([name, parameter]) => {
    const values = parameter.kind === 'integer' ? `${parameter.least}-${parameter.most}` : parameter.words.join('|')
    return `${name}=${values}${pictures[name] === undefined ? '' : ` (${pictures[name]})`}`
  })
  const possible = possiblePixels(preset)
  return [...parameters, ...(possible.length > 1 ? [`pixels=${possible.join('|')} (${pixels})`] : []), ...kbits]
}

/**
 * A preset in a few words, for lists of jobs: `h264:crf=20,speed=medium`. {@link parsePreset} reads it back, or
 * refuses it where a file of a studio's has a shipped name and another encoder or codec of sound.
 */
export function formatPreset(preset: Preset): string {
  const { name, pictures, pixels, sound } = preset
  const shipped = BUILT_IN_PRESETS.find((one) => one.name === name)
  const { encoder, ...parameters } = pictures ?? {}
  const values: Readonly<Record<string, number | string | undefined>> = {
    ...parameters,
    // What a shipped preset says of itself is left to its name.
    ...(pixels !== shipped?.pixels && hasChoice(preset) && { pixels }),
    ...(sound.codec === 'aac' && sound.kbits !== kbitsOf(shipped) && { kbits: sound.kbits }),
    ...(shipped && encoder !== shipped.pictures?.encoder && { encoder: encoder ?? 'none' }),
    ...(shipped && sound.codec !== shipped.sound.codec && { sound: sound.codec }),
  }
  const written = Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]))
  return [name, ...(written.length > 0 ? [written.join(',')] : [])].join(':')
}

const kbitsOf = (preset: Preset | undefined): number | undefined =>
  preset?.sound.codec === 'aac' ? preset.sound.kbits : undefined

/** Whether "pixels" can be chosen, and do not follow from the encoder and its profile. */
const hasChoice = (preset: Preset): boolean => possiblePixels(preset).length > 1

function possiblePixels({ pictures }: Preset): readonly PixelFormat[] {
  if (!pictures) return []
  const { profile, encoder } = pictures
  return (profile === undefined ? undefined : PROFILE_PIXELS[profile]) ?? encoderRule(encoder).pixels
}

interface PresetFile {
  name: string
  summary: string
  endings: readonly string[]
  pixels?: string | undefined
  pictures?: Record<string, unknown>
  sound: Preset['sound']
}

/** In the order in which people write it. */
function asFile({ name, summary, endings, pictures, pixels, sound }: Preset): PresetFile {
  return {
    ...{ name, summary, endings },
    ...(pictures && { pixels, pictures: { ...pictures } }),
    sound,
  }
}

function setParameter(
  preset: Preset,
  file: PresetFile,
  { name, value, option }: { readonly name: ParameterName; readonly value: string; readonly option: string },
): void {
  const rule = preset.pictures && encoderRule(preset.pictures.encoder)
  const parameter = rule && Object.hasOwn(rule.parameters, name) ? rule.parameters[name] : undefined
  if (!rule || !parameter || !file.pictures) throw unknownOption(preset, option)
  // Of constant quality and bit rate one goes when the other comes.
  const gone: readonly string[] = [
    ...(rule.oneOf.includes(name) ? rule.oneOf : []),
    ...(name === 'crf' ? ['passes'] : []),
  ]
  file.pictures = Object.fromEntries(Object.entries(file.pictures).filter(([key]) => !gone.includes(key)))
  if (name === 'bitrate') file.pictures['passes'] ??= 2
  if (name === 'maxrate') file.pictures['buffer'] ??= integerOf(value)
  file.pictures[name] = parameter.kind === 'integer' ? integerOf(value) : value
  // The profile decides what the encoder is given.
  const pixels = name === 'profile' ? PROFILE_PIXELS[value]?.[0] : undefined
  if (pixels !== undefined) file.pixels = pixels
}

/** `8000`, `8000k` and `8M` are the same; what is no number is left for the reader to refuse. */
function integerOf(text: string): number {
  const [, digits = 'NaN', unit = ''] = /^(\d{1,9})([kM]?)$/.exec(text) ?? []
  return Number(digits) * (unit === 'M' ? 1000 : 1)
}

function readerOf(value: unknown, subject: string): ValueReader {
  const hint = `See what a preset may say with: sheaf presets show h264. Raw pictures: ${PIXEL_FORMATS.join(', ')}.`
  return new ValueReader(value, '', { subject: `preset ${subject}`, code: 'SHEAF_PRESET_INVALID', hint })
}

function unknownOption(preset: Preset, option: string): SheafError {
  const options = presetOptions(preset)
  return new SheafError({
    code: 'SHEAF_PRESET_INVALID',
    message: `preset ${preset.name}: "${option.slice(0, 80)}" is not understood`,
    hint: options.length > 0 ? `Options: ${options.join(', ')}` : 'It has no options.',
  })
}

function invalidPreset(message: string): SheafError {
  return new SheafError({
    code: 'SHEAF_PRESET_INVALID',
    message,
    hint: 'Print one to begin with: sheaf presets show h264',
  })
}
