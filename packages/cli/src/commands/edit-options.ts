import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import {
  colourChoices,
  type ColourChoice,
  contiguousFrames,
  formatFrameRange,
  parseFrameRange,
  SheafError,
  type SubmitRequest,
} from '@sheaf/protocol'
import { wholeNumber, type CommonOptions } from './define-command.js'

/** How an edit is to be read and rendered, as commands take it that render one or compare with one. */
export interface EditOptions extends CommonOptions {
  readonly preset?: string
  readonly frames?: string
  readonly segmentFrames?: number
  readonly size?: string
  readonly dropUnknown?: boolean
  readonly font: readonly string[]
  readonly allowMissing?: boolean
  readonly colour?: string
  readonly mediaRoot?: readonly string[]
  readonly subtitles?: string
  readonly subtitleFont?: string
  readonly draft?: boolean
  readonly intermediate?: boolean
  readonly direct?: boolean
  readonly channels?: string
  readonly loudness?: number
  readonly truePeak?: number
  readonly faststart?: boolean
  readonly chapters?: boolean
}

/** What these options say of a job. */
export type EditRequest = Omit<SubmitRequest, 'outputPath' | 'overwrite' | 'name' | 'priority'>

/** Adds the options; returns the command. */
export function addEditOptions(command: Command): Command {
  return command
    .option('--preset <preset>', 'h264:crf=23,speed=fast, ./ours.json; see sheaf presets (default: h264)')
    .option('--frames <range>', 'one range of frames, both ends included: 100-199')
    .option('--segment-frames <n>', 'frames of one segment (default: from the length)', wholeNumber(1, 10_000))
    .option('--size <WxH>', "1920x1080 (default: the first clip's)")
    .option('--draft', 'half the size, and fast rather than good')
    .option('--chapters', "the edit's markers as chapters")
    .option('--faststart', 'the index before the pictures, for films that are played while they load')
    .option('--intermediate', 'render without loss and encode once, here: more agents agree (default: if faster)')
    .option('--direct', 'never so: only agents with the same ffmpeg take part')
    .option('--drop-unknown', 'leave out effects and transitions that Sheaf does not know')
    .option('--subtitles <file>', 'show these in the film: .srt, .vtt, .ass, .ssa')
    .option('--subtitle-font <family>', 'their font, where they name none (default: a usual one of this machine)')
    .option('--font <path>', 'a font file, or a folder of them; may be given again', collect, [])
    .option('--allow-missing', 'show a slate with its name instead of a medium that is missing')
    .option('--colour <colour>', "auto, bt709, hlg, pq (default: auto, the footage's)")
    .option('--media-root <OLD=NEW>', 'media below OLD in the edit are now below NEW; may be repeated', collect)
    .option('--channels <layout>', 'speakers of the sound: mono, stereo, 5.1 (default: stereo)')
    .option('--loudness <LUFS>', 'loudness of the film: -23 for television, -14 for the web (default: as it is)', level)
    .option('--true-peak <dBTP>', 'highest true peak, with --loudness (default: -1)', level)
}

/** The request that options say; paths are taken from `cwd`. Throws SHEAF_REQUEST_INVALID, SHEAF_FRAMES_MALFORMED. */
export function editRequest(cwd: string, edit: string, options: EditOptions): EditRequest {
  return {
    editPath: resolve(cwd, edit),
    ...(options.preset === undefined ? {} : { preset: presetText(cwd, options.preset) }),
    ...(options.frames === undefined ? {} : { frames: oneRange(options.frames) }),
    ...(options.segmentFrames === undefined ? {} : { segmentFrames: options.segmentFrames }),
    ...(options.size === undefined ? {} : { size: checkSize(options.size) }),
    ...(options.dropUnknown === true ? { dropUnknown: true } : {}),
    ...(options.draft === true ? { draft: true } : {}),
    ...wishOf(options),
    ...(options.faststart === true ? { faststart: true } : {}),
    ...(options.chapters === true ? { chapters: true } : {}),
    ...(options.subtitles === undefined ? {} : { subtitles: resolve(cwd, options.subtitles) }),
    ...(options.subtitleFont === undefined ? {} : { subtitleFont: options.subtitleFont }),
    ...(options.font.length === 0 ? {} : { fonts: options.font.map((path) => resolve(cwd, path)) }),
    ...(options.allowMissing === true ? { allowMissing: true } : {}),
    ...(options.colour === undefined ? {} : { colour: checkColour(options.colour) }),
    ...(options.mediaRoot === undefined ? {} : { mediaRoots: options.mediaRoot.map((text) => mediaRoot(text, cwd)) }),
    ...(options.channels === undefined ? {} : { channels: soundLayout(options.channels) }),
    ...(options.loudness === undefined ? {} : { loudness: options.loudness }),
    ...(options.truePeak === undefined ? {} : { truePeak: options.truePeak }),
  }
}

function wishOf({ intermediate, direct }: EditOptions): Pick<SubmitRequest, 'intermediate'> {
  if (intermediate !== true && direct !== true) return {}
  if (intermediate !== direct) return { intermediate: intermediate === true }
  throw new SheafError({
    code: 'SHEAF_REQUEST_INVALID',
    message: '--intermediate and --direct are two ways to make one film',
    hint: 'Give one of them, or none: then the faster one is taken.',
  })
}

/** A preset's file is named from where the person is; the agent runs elsewhere. */
function presetText(cwd: string, text: string): string {
  return /\.json(?::|$)/i.test(text) ? resolve(cwd, text) : text
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value]

/** `OLD=NEW`: OLD as the edit writes it, so nothing of it is changed; NEW on this machine. */
function mediaRoot(text: string, cwd: string): { readonly from: string; readonly to: string } {
  const at = text.indexOf('=')
  const [from, to] = [text.slice(0, at), text.slice(at + 1)]
  if (at > 0 && to !== '') return { from, to: resolve(cwd, to) }
  throw new SheafError({
    code: 'SHEAF_REQUEST_INVALID',
    message: `"${text}" is no media root`,
    hint: "Write OLD=NEW, the folder in the edit and the one on this machine: --media-root 'P:\\shots=/mnt/shots'",
  })
}

function oneRange(text: string): string {
  const range = parseFrameRange(text)
  if (contiguousFrames(range) === undefined) {
    throw new SheafError({
      code: 'SHEAF_FRAMES_MALFORMED',
      message: `a film is one range of frames without holes; ${formatFrameRange(range)} has holes`,
      hint: 'Render each range as a job of its own.',
    })
  }
  return formatFrameRange(range)
}

function checkColour(text: string): ColourChoice {
  const choice = colourChoices.find((one) => one === text)
  if (choice !== undefined) return choice
  throw new SheafError({
    code: 'SHEAF_REQUEST_INVALID',
    message: `"${text}" are no colours of a film`,
    hint: `Write one of: ${colourChoices.join(', ')}`,
  })
}

function checkSize(text: string): string {
  if (/^[1-9]\d{0,4}x[1-9]\d{0,4}$/.test(text)) return text
  throw new SheafError({
    code: 'SHEAF_REQUEST_INVALID',
    message: `"${text}" is no size`,
    hint: 'Write width x height: --size 1920x1080',
  })
}

function soundLayout(text: string): NonNullable<SubmitRequest['channels']> {
  const layout = (['mono', 'stereo', '5.1'] as const).find((one) => one === text)
  if (layout) return layout
  throw new SheafError({
    code: 'SHEAF_REQUEST_INVALID',
    message: `"${text}" is no layout of speakers`,
    hint: 'There are --channels mono, stereo and 5.1',
  })
}

/** A level in decibels. */
function level(text: string): number {
  const value = /^-?\d{1,3}(\.\d{1,2})?$/.test(text) ? Number(text) : Number.NaN
  if (value <= 0 && value >= -100) return value
  throw new InvalidArgumentError('It is a number from -100 to 0, such as -23.')
}
