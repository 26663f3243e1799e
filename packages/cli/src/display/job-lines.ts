import { assertNever, type FarmView, type JobView } from '@sheaf/protocol'
import { plainStyle, type Style } from '../output/style.js'
import { safeText, textWidth, truncate } from '../output/text.js'
import { agentMarks, type AgentMark } from './agent-marks.js'
import { barCells, renderBar } from './bar.js'
import { baseName, formatCount, formatDuration, shortPeer } from './format.js'
import { amountText, jobPercent } from './job-amount.js'
import { checkWords, statusWords } from './status-words.js'

/** What the display is drawn from. `fps` comes from a `ProgressMeter`: one view alone does not tell it. */
export interface JobLinesInput {
  readonly farm: FarmView
  readonly jobId: string
  readonly width: number
  readonly nowMs: number
  readonly fps?: number | undefined
  /** Seconds of a job of sound alone, where they are known. */
  readonly soundS?: number | undefined
  readonly style?: Style
}

const widestBar = 60

/**
 * The moving display of one job: a bar that shows who holds what, the numbers, and one entry an
 * agent. No line is longer than `width` columns. Empty when the farm does not know the job.
 */
export function jobLines({ farm, jobId, width, nowMs, fps, soundS, style = plainStyle }: JobLinesInput): string[] {
  const job = farm.jobs.find((one) => one.jobId === jobId)
  if (job === undefined) return []
  const marks = agentMarks(farm, job)
  const percent = jobPercent(job).padStart(5)
  const barWidth = Math.max(1, Math.min(widestBar, width - percent.length - 1))
  const bar = renderBar(barCells(job, barWidth), marks, style)
  return [
    `${bar} ${style.bold(percent)}`,
    ...wrap(numbers(job, farm, { nowMs, fps, soundS }), width, (text) => text),
    ...wrap(shareEntries(job, farm, marks), width, (text, mark) => paintMark(text, mark, style)),
    ...routeLines(job, farm).map((line) => style.dim(truncate(line, width))),
  ]
}

/** The same on one line of plain text, for a log or a pipe. */
export function jobSummary({ farm, jobId, nowMs, fps, soundS }: JobLinesInput): string {
  const job = farm.jobs.find((one) => one.jobId === jobId)
  if (job === undefined) return `job ${jobId} is not known yet`
  const facts = numbers(job, farm, { nowMs, fps, soundS }).map((entry) => entry.text)
  return [jobPercent(job), ...facts].join('  ')
}

/** What was seen of a job on its way. */
export interface SeenJob {
  /** Only where the start was seen. */
  readonly elapsedMs?: number | undefined
  /** Frames that were rendered when it was last seen open: of a canceled job the rest is thrown away. */
  readonly framesDone?: number | undefined
  /** Seconds of a job of sound alone. */
  readonly soundS?: number | undefined
}

/** What stands on the last line when a job has ended. */
export function closingLine(job: JobView, seen: SeenJob, style: Style = plainStyle): string {
  const { elapsedMs, soundS } = seen
  const amount = amountText(job, job.framesLanded, soundS)
  const name = safeText(baseName(job.outputPath))
  switch (job.status) {
    case 'completed': {
      const sha = job.outputSha256 === undefined ? [] : [`sha256 ${job.outputSha256.slice(0, 12)}…`]
      const time = elapsedMs === undefined ? [] : [`in ${formatDuration(elapsedMs)}`]
      const check = job.borders === undefined ? [] : [checkWords(job.borders)]
      return [style.bold(name), amount, ...sha, ...time, ...check].join('  ')
    }
    case 'canceled':
      return `${style.yellow('✗')} ${name} was canceled${job.frames === 0 ? '' : ` at ${reached(job, seen)}`}`
    case 'failed':
      return `${style.red('✗')} ${name} failed: ${safeText(job.message ?? failedSegments(job))}`
    case 'ingesting':
    case 'queued':
    case 'active':
    case 'paused':
    case 'rendered':
      return `${name} is ${job.status}`
    default:
      return assertNever(job.status)
  }
}

interface Entry {
  readonly text: string
  readonly mark?: AgentMark
}

function numbers(
  job: JobView,
  farm: FarmView,
  { nowMs, fps, soundS }: Pick<JobLinesInput, 'nowMs' | 'fps' | 'soundS'>,
): Entry[] {
  const facts = [amountText(job, job.framesDone, soundS)]
  switch (job.status) {
    case 'active': {
      if (fps !== undefined && fps > 0) facts.push(`${fps >= 10 ? Math.round(fps) : fps.toFixed(1)} fps`)
      if (job.etaMs !== undefined) facts.push(`ETA ${formatDuration(job.etaMs - (nowMs - farm.atMs))}`)
      break
    }
    case 'rendered':
    case 'ingesting':
    case 'queued':
    case 'paused':
    case 'completed':
    case 'failed':
    case 'canceled':
      facts.push(statusWords(job))
      break
    default:
      assertNever(job.status)
  }
  if (job.failed.length > 0) facts.push(failedSegments(job))
  return facts.map((text) => ({ text }))
}

function shareEntries(job: JobView, farm: FarmView, marks: ReadonlyMap<string, AgentMark>): Entry[] {
  const away = new Set(farm.peers.filter((peer) => peer.status === 'unreachable').map((peer) => peer.peer))
  const order = [...marks.keys()]
  return [...job.shares]
    .sort((a, b) => order.indexOf(a.peer) - order.indexOf(b.peer))
    .flatMap((share) => {
      const mark = marks.get(share.peer)
      if (mark === undefined) return []
      const doing = away.has(share.peer) ? ' lost' : share.running > 0 ? ` +${share.running}` : ''
      return [{ text: `${mark.pattern} ${mark.name} ${formatCount(share.landedFrames)}${doing}`, mark }]
    })
}

/** Why the film is made as it is, and who cannot take part. */
function routeLines({ route, leftOut = [] }: JobView, farm: FarmView): string[] {
  const names = leftOut.map(({ peer, reason, engineVersion }) => {
    const name = farm.peers.find((one) => one.peer === peer)?.name ?? shortPeer(peer)
    const version = engineVersion === undefined ? '' : ` ${engineVersion}`
    const why =
      reason === 'fingerprint-differs' ? `its ffmpeg${version} makes other bytes` : 'not known yet what it makes'
    return `${name} (${why})`
  })
  const out = names.length === 0 ? [] : [`left out: ${names.join(', ')}`]
  return [...(route === undefined ? [] : [route]), ...out].map(safeText)
}

/** Puts entries on as few lines as fit; one that is too long alone is cut. */
function wrap(
  entries: readonly Entry[],
  width: number,
  paint: (text: string, mark: AgentMark | undefined) => string,
): string[] {
  const lines: string[] = []
  let line = ''
  let used = 0
  for (const { text, mark } of entries) {
    const cut = truncate(text, width)
    const columns = textWidth(cut)
    const joins = used > 0 && used + 3 + columns <= width
    if (!joins && used > 0) lines.push(line)
    line = joins ? `${line}   ${paint(cut, mark)}` : paint(cut, mark)
    used = joins ? used + 3 + columns : columns
  }
  return used > 0 ? [...lines, line] : lines
}

const paintMark = (text: string, mark: AgentMark | undefined, style: Style): string =>
  mark === undefined
    ? text
    : style.agent(mark.colour, text.slice(0, mark.pattern.length)) + text.slice(mark.pattern.length)

/** As far as the person saw it come: what was being rendered when it was canceled no longer counts as landed. */
function reached(job: JobView, { framesDone = 0 }: SeenJob): string {
  return amountText(job, Math.max(job.framesLanded, framesDone))
}

function failedSegments({ failed }: JobView): string {
  return failed.length === 1 ? `segment ${failed[0] ?? ''} failed` : `${formatCount(failed.length)} segments failed`
}
