import { closedJobStatuses, type FarmView } from '@sheaf/protocol'
import { plainStyle, type Style } from '../output/style.js'
import { padText, safeText, truncate } from '../output/text.js'
import { agentMarks } from './agent-marks.js'
import { jobLines } from './job-lines.js'

/** What the display of the whole farm is drawn from. */
export interface FarmLinesInput {
  readonly farm: FarmView
  readonly width: number
  readonly nowMs: number
  readonly style?: Style
}

/** One line an agent, then every open job with its bar. No line is longer than `width` columns. */
export function farmLines({ farm, width, nowMs, style = plainStyle }: FarmLinesInput): string[] {
  const marks = agentMarks(farm, undefined)
  const nameWidth = Math.min(24, ...[Math.max(4, ...[...marks.values()].map((mark) => mark.name.length))])
  const agents = [...marks.values()].flatMap((mark) => {
    const peer = farm.peers.find((one) => one.peer === mark.peer)
    if (peer === undefined) return []
    const score = peer.score === undefined ? '  –' : String(Math.round(peer.score)).padStart(3)
    const role = peer.coordinator ? '  coordinator' : ''
    const name = padText(truncate(mark.name, nameWidth), nameWidth)
    const text = truncate(`${name}  ${score}  ${peer.running}/${peer.slots}  ${peer.status}${role}`, width - 2)
    return [`${style.agent(mark.colour, mark.pattern)} ${text}`]
  })
  const open = farm.jobs.filter((job) => !(closedJobStatuses as readonly string[]).includes(job.status))
  const jobs = open.flatMap((job) => [
    '',
    style.bold(truncate(`${safeText(job.name)}  ${job.jobId}`, width)),
    ...jobLines({ farm, jobId: job.jobId, width, nowMs, style }),
  ])
  return [...agents, ...(jobs.length === 0 ? ['', truncate('no open jobs', width)] : jobs)]
}
