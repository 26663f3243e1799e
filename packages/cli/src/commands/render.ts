import { resolve } from 'node:path'
import type { Command } from 'commander'
import {
  contiguousFrames,
  formatFrameRange,
  parseFrameRange,
  SheafError,
  type SubmitRequest,
  type SubmitResponse,
} from '@sheaf/protocol'
import type { SheafClient } from '@sheaf/client'
import { baseName, formatCount } from '../display/format.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { safeText } from '../output/text.js'
import { actionWith, type CommandHost } from './action.js'
import { defineCommand, wholeNumber, type CommonOptions } from './define-command.js'
import { followJob } from './follow-job.js'
import type { Session } from './session.js'

interface RenderOptions extends CommonOptions {
  readonly output: string
  readonly preset?: string
  readonly frames?: string
  readonly priority?: number
  readonly segmentFrames?: number
  readonly size?: string
  readonly name?: string
  readonly overwrite?: boolean
  readonly dropUnknown?: boolean
  readonly font: readonly string[]
  readonly allowMissing?: boolean
  readonly mediaRoot?: readonly string[]
  readonly subtitles?: string
  readonly subtitleFont?: string
  readonly watch: boolean
}

/** `sheaf render EDIT -o FILE`: submits an edit and shows how it is rendered. */
export function addRender(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'render',
    summary: 'render an edit on the farm',
    description: 'Render an edit on all machines of the farm. The file appears under its name when it is whole.',
    examples: [
      { line: 'sheaf render film.otio -o film.mp4', does: 'H.264, with a progress display' },
      { line: 'sheaf render film.otio -o film.mov --preset ffv1', does: 'lossless' },
      { line: 'sheaf render film.otio -o part.mp4 --frames 100-199', does: 'frames 100 to 199, both included' },
      {
        line: "sheaf render film.otio -o film.mp4 --media-root 'P:\\shots=/mnt/shots'",
        does: 'media that lie elsewhere now',
      },
      { line: 'sheaf render film.otio -o film.mp4 --no-watch', does: 'submit and print the job id' },
    ],
  })
    .argument('<edit>', 'OpenTimelineIO file (.otio), or a bundle (.otioz, .otiod)')
    .requiredOption('-o, --output <file>', 'where the film goes, on this machine')
    .option('--preset <preset>', 'h264, h264:crf=23,preset=fast, ffv1 (default: h264)')
    .option('--frames <range>', 'one range of frames, both ends included: 100-199')
    .option('--priority <n>', '0 to 100, higher first (default: 50)', wholeNumber(0, 100))
    .option('--segment-frames <n>', 'frames of one segment (default: from the length)', wholeNumber(1, 10_000))
    .option('--size <WxH>', "1920x1080 (default: the first clip's)")
    .option('--name <name>', 'how the job is listed (default: from the output)')
    .option('--overwrite', 'replace the output if it exists')
    .option('--drop-unknown', 'leave out effects and transitions that Sheaf does not know')
    .option('--subtitles <file>', 'show these in the film: .srt, .vtt, .ass, .ssa')
    .option('--subtitle-font <family>', 'their font, where they name none')
    .option('--font <path>', 'a font file, or a folder of them; may be given again', collect, [])
    .option('--allow-missing', 'show a slate with its name instead of a medium that is missing')
    .option('--media-root <OLD=NEW>', 'media below OLD in the edit are now below NEW; may be repeated', collect)
    .option('--no-watch', 'submit only')
    .action(actionWith<string, RenderOptions>(host, runRender))
}

async function runRender(session: Session, edit: string, options: RenderOptions): Promise<ExitCode> {
  const request = toRequest(session, edit, options)
  const { client } = await session.connect()
  const startedAtMs = session.env.nowMs()
  const submitted = await submit(session, client, request)
  for (const warning of submitted.warnings) session.note(`${session.style.yellow('!')} ${safeText(warning)}`)
  if (!options.watch) {
    if (session.json) session.printJson(submitted)
    else session.print(submitted.jobId)
    return exitCodes.ok
  }
  if (!session.json) {
    const counts = `${formatCount(submitted.frames)} frames in ${formatCount(submitted.segments)} segments`
    session.print(`${safeText(baseName(request.editPath))}  ${counts}  job ${submitted.jobId}`)
  }
  return followJob({ session, client, jobId: submitted.jobId, startedAtMs, json: session.json ? 'last' : 'no' })
}

/** Reading and indexing the media can take a while: somebody at a terminal is told what goes on. */
async function submit(session: Session, client: SheafClient, request: SubmitRequest): Promise<SubmitResponse> {
  const { env } = session
  const live = env.stdout.isTty && !session.json ? env.liveDisplay() : undefined
  live?.draw([session.style.dim(`reading ${safeText(baseName(request.editPath))} and its media …`)])
  try {
    return await client.submit(request, { signal: env.interrupted })
  } catch (error) {
    if (env.interrupted.aborted) {
      session.note(
        `interrupted before the agent answered; sheaf jobs${session.storeFlag} shows whether it took the job`,
      )
    }
    throw error
  } finally {
    live?.end('clear')
  }
}

function toRequest({ env }: Session, edit: string, options: RenderOptions): SubmitRequest {
  return {
    editPath: resolve(env.cwd, edit),
    outputPath: resolve(env.cwd, options.output),
    ...(options.preset === undefined ? {} : { preset: options.preset }),
    ...(options.frames === undefined ? {} : { frames: oneRange(options.frames) }),
    ...(options.priority === undefined ? {} : { priority: options.priority }),
    ...(options.segmentFrames === undefined ? {} : { segmentFrames: options.segmentFrames }),
    ...(options.size === undefined ? {} : { size: checkSize(options.size) }),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.overwrite === true ? { overwrite: true } : {}),
    ...(options.dropUnknown === true ? { dropUnknown: true } : {}),
    ...(options.subtitles === undefined ? {} : { subtitles: resolve(env.cwd, options.subtitles) }),
    ...(options.subtitleFont === undefined ? {} : { subtitleFont: options.subtitleFont }),
    ...(options.font.length === 0 ? {} : { fonts: options.font.map((path) => resolve(env.cwd, path)) }),
    ...(options.allowMissing === true ? { allowMissing: true } : {}),
    ...(options.mediaRoot === undefined
      ? {}
      : { mediaRoots: options.mediaRoot.map((text) => mediaRoot(text, env.cwd)) }),
  }
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

function checkSize(text: string): string {
  if (/^[1-9]\d{0,4}x[1-9]\d{0,4}$/.test(text)) return text
  throw new SheafError({
    code: 'SHEAF_REQUEST_INVALID',
    message: `"${text}" is no size`,
    hint: 'Write width x height: --size 1920x1080',
  })
}
