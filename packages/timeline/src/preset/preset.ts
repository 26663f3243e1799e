import { SheafError } from '@sheaf/protocol'

/** Speeds of x264, fastest first. */
export const X264_SPEEDS = [
  'ultrafast',
  'superfast',
  'veryfast',
  'faster',
  'fast',
  'medium',
  'slow',
  'slower',
  'veryslow',
] as const
/** A speed of x264. */
export type X264Speed = (typeof X264_SPEEDS)[number]

/** How segments and sound are encoded. */
export type Preset = { readonly id: 'h264'; readonly crf: number; readonly speed: X264Speed } | { readonly id: 'ffv1' }

/** What a person is told about a preset. */
export interface PresetInfo {
  readonly id: Preset['id']
  readonly summary: string
  /** File name endings that the output may have. */
  readonly extensions: readonly string[]
  readonly options: readonly string[]
}

const INFO: Readonly<Record<Preset['id'], PresetInfo>> = {
  h264: {
    id: 'h264',
    summary: 'H.264 at constant quality, AAC sound',
    extensions: ['.mp4', '.mov'],
    options: ['crf=0-51 (20)', `preset=${X264_SPEEDS.join('|')} (medium)`],
  },
  ffv1: { id: 'ffv1', summary: 'FFV1, lossless, 24-bit PCM sound', extensions: ['.mov'], options: [] },
}

/** All presets. */
export function listPresets(): PresetInfo[] {
  return Object.values(INFO)
}

/**
 * Reads `h264`, `h264:crf=23,preset=fast` or `ffv1`. Throws SHEAF_PRESET_UNKNOWN, which names what
 * there is.
 */
export function parsePreset(text: string): Preset {
  const [id = '', rest, ...more] = text.split(':')
  const options = rest === undefined || rest === '' ? [] : rest.split(',')
  if (more.length > 0) throw unknownPreset(text, 'it has more than one ":"')
  if (id === 'ffv1') {
    if (options.length > 0) throw unknownPreset(text, 'ffv1 has no options')
    return { id: 'ffv1' }
  }
  if (id !== 'h264') throw unknownPreset(text, `there is no preset "${id}"`)
  let preset: Preset = { id: 'h264', crf: 20, speed: 'medium' }
  for (const option of options) preset = { ...preset, ...readOption(text, option) }
  return preset
}

/** The text that {@link parsePreset} reads back. */
export function formatPreset(preset: Preset): string {
  return preset.id === 'ffv1' ? 'ffv1' : `h264:crf=${preset.crf},preset=${preset.speed}`
}

/** Throws SHEAF_OUTPUT_FORMAT unless the preset can be written to a file of this name. */
export function checkOutputName(preset: Preset, fileName: string): void {
  const dot = fileName.lastIndexOf('.')
  const extension =
    dot > Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) ? fileName.slice(dot).toLowerCase() : ''
  const { extensions } = INFO[preset.id]
  if (extensions.includes(extension)) return
  const why =
    extension === '.mkv' ? ' (Matroska rounds times to milliseconds, so frames would not lie on the grid)' : ''
  throw new SheafError({
    code: 'SHEAF_OUTPUT_FORMAT',
    message: `${fileName}: preset ${preset.id} is written to ${extensions.join(' or ')}, not to ${extension || 'a name without an ending'}${why}`,
    hint: `Name the output with ${extensions.join(' or ')}.`,
  })
}

function readOption(text: string, option: string): { crf: number } | { speed: X264Speed } {
  const [key, value = ''] = option.split('=')
  if (key === 'crf' && /^\d{1,2}$/.test(value) && Number(value) <= 51) return { crf: Number(value) }
  const speed = X264_SPEEDS.find((name) => name === value)
  if (key === 'preset' && speed) return { speed }
  throw unknownPreset(text, `"${option}" is not understood`)
}

function unknownPreset(text: string, problem: string): SheafError {
  const known = listPresets().map(({ id, options }) => `${id}${options.length > 0 ? `:${options.join(',')}` : ''}`)
  return new SheafError({
    code: 'SHEAF_PRESET_UNKNOWN',
    message: `preset "${text.slice(0, 80)}": ${problem}`,
    hint: `Presets: ${known.join('; ')}`,
  })
}
