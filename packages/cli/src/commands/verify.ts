import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { isSheafError, SheafError, type JobView } from '@sheaf/protocol'
import type { FilmReport } from '../agent-contract.js'
import { baseName, formatCount, formatPercent } from '../display/format.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { safeText } from '../output/text.js'
import { actionWith, type CommandHost } from './action.js'
import { defineCommand } from './define-command.js'
import { addEditOptions, editRequest, type EditOptions, type EditRequest } from './edit-options.js'
import { jobCalled, jobThatWrote, type KnownJob, rendersOf } from './known-job.js'
import type { Session } from './session.js'

interface VerifyOptions extends EditOptions {
  readonly edit?: string
  readonly job?: string
  readonly quick?: boolean
}

/** `sheaf verify [FILE] [--edit EDIT] [--job JOB]`: compares a film with its edit. Runs in this process: no agent is needed. */
export function addVerify(program: Command, host: CommandHost): void {
  const command = defineCommand(program, {
    usage: 'verify',
    summary: 'compare a film with its edit',
    description:
      'Compare every picture and the sound of a film with its edit, rendered again on this machine. Needs ffmpeg and ' +
      'the media, no agent; with one, a film that was submitted here is compared with what its job was asked for, ' +
      'and faults name who rendered them. Exit code 5 when something is wrong.',
    examples: [
      { line: 'sheaf verify film.mp4', does: 'what a job of this machine has rendered' },
      { line: 'sheaf verify --job 01k7f2', does: 'the same, by the job' },
      { line: 'sheaf verify film.mp4 --edit film.otio', does: 'every frame and all of the sound' },
      { line: 'sheaf verify film.mp4 --edit film.otio --quick', does: 'pictures at the borders of segments only' },
    ],
  })
    .argument('[file]', "the finished film (default: the job's output)")
    .option('--edit <edit>', "the edit that it should show (default: the job's)")
    .option('--job <job>', 'job that rendered it (default: the last one of this machine that wrote FILE)')
    .option('--quick', 'compare pictures at the borders of segments only')
  addEditOptions(command).action(actionWith<string | undefined, VerifyOptions>(host, runVerify))
}

async function runVerify(session: Session, file: string | undefined, options: VerifyOptions): Promise<ExitCode> {
  const report = await compare(session, await findFilm(session, file, options), options)
  if (session.json) session.printJson(report)
  else show(session, report)
  return report.faults.length === 0 ? exitCodes.ok : exitCodes.faultsFound
}

/** What is compared: a film, what it was asked for, and the job that made it, if one is known. */
interface Film {
  readonly filePath: string
  readonly request: EditRequest
  readonly job: KnownJob | undefined
}

/** What the person says counts before what the job was asked for. */
async function findFilm(session: Session, file: string | undefined, options: VerifyOptions): Promise<Film> {
  const { cwd } = session.env
  const given = file === undefined ? undefined : resolve(cwd, file)
  const job =
    options.job !== undefined
      ? await jobCalled(session, options.job)
      : given === undefined
        ? undefined
        : await jobThatWrote(session, given)
  const filePath = given ?? job?.view.outputPath
  if (filePath === undefined) throw missing('No film is named to be compared.', 'Give its path, or the job with --job.')
  const edit = options.edit ?? job?.asked?.editPath
  if (edit === undefined) {
    throw missing(
      `${filePath} has no edit here that it can be compared with.`,
      'Give the edit with --edit, and what else it was rendered with.',
    )
  }
  const {
    outputPath: _path,
    overwrite: _over,
    name: _name,
    priority: _first,
    stems: _stems,
    ...asked
  } = job?.asked ?? {
    editPath: edit,
    outputPath: filePath,
  }
  const preset = asked.preset ?? job?.view.preset
  return {
    filePath,
    request: { ...asked, ...(preset !== undefined && { preset }), ...editRequest(cwd, edit, options) },
    job,
  }
}

function missing(message: string, hint: string): SheafError {
  return new SheafError({ code: 'SHEAF_REQUEST_INVALID', message, hint })
}

const redrawMs = 250

async function compare(session: Session, film: Film, options: VerifyOptions): Promise<FilmReport> {
  const { env, style } = session
  const { filePath, request, job } = film
  const live = env.stdout.isTty && !session.json ? env.liveDisplay() : undefined
  let drawnAtMs = Number.NEGATIVE_INFINITY
  try {
    return await env.verifyFilm({
      filePath,
      request,
      depth: options.quick === true ? 'borders' : 'whole',
      presetFolder: join(session.storePath, 'presets'),
      renders: job && rendersOf(job),
      signal: env.interrupted,
      onProgress: (done, total) => {
        if (live === undefined || env.nowMs() - drawnAtMs < redrawMs) return
        drawnAtMs = env.nowMs()
        live.draw([style.dim(`comparing ${safeText(baseName(filePath))} with its edit: ${formatPercent(done, total)}`)])
      },
    })
  } catch (error) {
    throw options.preset === undefined && job ? withoutPreset(error, job.view) : error
  } finally {
    live?.end('clear')
  }
}

/** Nobody asked for the preset that is unknown here: it is the job's, from a file that only its submitter named. */
function withoutPreset(error: unknown, { preset }: JobView): unknown {
  if (!isSheafError(error, 'SHEAF_PRESET_UNKNOWN') && !isSheafError(error, 'SHEAF_PRESET_INVALID')) return error
  return new SheafError({
    code: error.code,
    message: `the job that wrote this film has the preset "${preset}", which cannot be found again by these words: ${error.message}`,
    hint: 'Say what the film was rendered with: --preset NAME, or the path of its file, such as --preset ./ours.json',
    cause: error,
  })
}

function show(session: Session, report: FilmReport): void {
  const { style } = session
  for (const warning of report.warnings) session.note(`${style.yellow('!')} ${safeText(warning)}`)
  const name = safeText(baseName(report.file))
  for (const fault of report.faults) session.print(`${style.red('✗')} ${safeText(fault.message)}`)
  const compared = `${formatCount(report.picturesCompared)} of ${formatCount(report.frames)} pictures compared`
  const sound = report.soundCompared === 0 ? 'no sound' : `${formatCount(report.soundCompared)} s of sound`
  const count = report.faults.length
  const verdict =
    count === 0
      ? `${style.green('✓')} ${name} is what the edit asks for`
      : `${name}: ${count} ${count === 1 ? 'thing is' : 'things are'} wrong`
  session.print(`${verdict}  (${compared}, ${sound})`)
}
