import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { SubmitRequest, SubmitResponse } from '@sheaf/protocol'
import type { SheafClient } from '@sheaf/client'
import { baseName, formatCount } from '../display/format.js'
import { soundText } from '../display/job-amount.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { safeText } from '../output/text.js'
import { actionWith, type CommandHost } from './action.js'
import { defineCommand, wholeNumber } from './define-command.js'
import { addEditOptions, editRequest, type EditOptions } from './edit-options.js'
import { followJob } from './follow-job.js'
import type { Session } from './session.js'

interface RenderOptions extends EditOptions {
  readonly output: string
  readonly priority?: number
  readonly name?: string
  readonly overwrite?: boolean
  readonly stems?: boolean
  readonly watch: boolean
}

/** `sheaf render EDIT -o FILE`: submits an edit and shows how it is rendered. */
export function addRender(program: Command, host: CommandHost): void {
  const command = defineCommand(program, {
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
    ],
  })
    .argument(
      '<edit>',
      'OpenTimelineIO (.otio), a bundle (.otioz, .otiod), or a project of Timeline Studio (.tlsp, .tls, .json)',
    )
    .requiredOption('-o, --output <file>', 'where the film goes, on this machine')
  addEditOptions(command)
    .option('--priority <n>', '0 to 100, higher first (default: 50)', wholeNumber(0, 100))
    .option('--name <name>', 'how the job is listed (default: from the output)')
    .option('--overwrite', 'replace the output if it exists')
    .option('--stems', 'write each audio track beside the film too: "film.A1 Dialogue.wav"')
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
    session.print(`${safeText(baseName(request.editPath))}  ${countsOf(submitted)}  job ${submitted.jobId}`)
  }
  const { jobId, soundS } = submitted
  return followJob({ session, client, jobId, soundS, startedAtMs, json: session.json ? 'last' : 'no' })
}

/** `1,500 frames in 30 segments`, or `10.4 s of sound`. */
function countsOf({ frames, segments, soundS }: SubmitResponse): string {
  if (frames === 0) return soundText(soundS)
  return `${formatCount(frames)} frames in ${formatCount(segments)} ${segments === 1 ? 'segment' : 'segments'}`
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
    ...editRequest(env.cwd, edit, options),
    outputPath: resolve(env.cwd, options.output),
    ...(options.priority === undefined ? {} : { priority: options.priority }),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.overwrite === true ? { overwrite: true } : {}),
    ...(options.stems === true ? { stems: true } : {}),
  }
}
