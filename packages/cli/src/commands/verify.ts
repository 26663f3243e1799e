import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { isSheafError, SheafError, type FarmView, type JobView } from '@sheaf/protocol'
import type { FilmReport, KnownRenders } from '../agent-contract.js'
import { baseName, formatCount, formatPercent } from '../display/format.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { safeText } from '../output/text.js'
import { actionWith, type CommandHost } from './action.js'
import { defineCommand } from './define-command.js'
import { addEditOptions, editRequest, type EditOptions } from './edit-options.js'
import type { Session } from './session.js'

interface VerifyOptions extends EditOptions {
  readonly edit: string
  readonly quick?: boolean
}

/** `sheaf verify FILE --edit EDIT`: compares a film with its edit. Runs in this process: no agent is needed. */
export function addVerify(program: Command, host: CommandHost): void {
  const command = defineCommand(program, {
    usage: 'verify',
    summary: 'compare a film with its edit',
    description:
      'Compare every picture and the sound of a film with its edit, rendered again on this machine. Needs ffmpeg and ' +
      'the media, no agent; with one, faults name who rendered them. Exit code 5 when something is wrong.',
    examples: [
      { line: 'sheaf verify film.mp4 --edit film.otio', does: 'every frame and all of the sound' },
      { line: 'sheaf verify film.mp4 --edit film.otio --quick', does: 'pictures at the borders of segments only' },
      { line: 'sheaf verify film.mov --edit film.otio --preset ffv1', does: 'lossless: bit for bit' },
    ],
  })
    .argument('<file>', 'the finished film')
    .requiredOption('--edit <edit>', 'the edit that it should show')
    .option('--quick', 'compare pictures at the borders of segments only')
  addEditOptions(command).action(actionWith<string, VerifyOptions>(host, runVerify))
}

async function runVerify(session: Session, file: string, options: VerifyOptions): Promise<ExitCode> {
  const report = await compare(session, resolve(session.env.cwd, file), options)
  if (session.json) session.printJson(report)
  else show(session, report)
  return report.faults.length === 0 ? exitCodes.ok : exitCodes.faultsFound
}

const redrawMs = 250

async function compare(session: Session, filePath: string, options: VerifyOptions): Promise<FilmReport> {
  const { env, style } = session
  const request = editRequest(env.cwd, options.edit, options)
  const job = await findJob(session, filePath)
  const preset = options.preset ?? job?.view.preset
  const live = env.stdout.isTty && !session.json ? env.liveDisplay() : undefined
  let drawnAtMs = Number.NEGATIVE_INFINITY
  try {
    return await env.verifyFilm({
      filePath,
      request: { ...request, ...(preset === undefined ? {} : { preset }) },
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

interface KnownJob {
  readonly farm: FarmView
  readonly view: JobView
}

/** The newest job that wrote this file, when an agent runs and knows it. */
async function findJob(session: Session, filePath: string): Promise<KnownJob | undefined> {
  try {
    const { client } = await session.connect()
    const farm = await client.farm({ signal: session.env.interrupted })
    const views = farm.jobs.filter(({ outputPath, submitter }) => outputPath === filePath && submitter === farm.self)
    const view = views.sort((a, b) => b.submittedAtMs - a.submittedAtMs)[0]
    return view && { farm, view }
  } catch (error) {
    // Without an agent nothing is known of who rendered what; the film can be compared all the same.
    if (isSheafError(error)) return undefined
    throw error
  }
}

function rendersOf({ farm, view }: KnownJob): KnownRenders {
  const names = new Map(farm.peers.map(({ peer, name }) => [peer, name]))
  return {
    frames: view.frames,
    segments: view.segments,
    renderedBy: (segment) => {
      const holder = view.runs.find(
        ({ from, to, status }) => status === 'landed' && segment >= from && segment < to,
      )?.holder
      return holder && (names.get(holder) ?? holder)
    },
  }
}
