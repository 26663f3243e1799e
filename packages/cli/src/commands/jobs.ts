import type { Command } from 'commander'
import type { JobView } from '@sheaf/protocol'
import { formatDuration } from '../display/format.js'
import { jobPercent } from '../display/job-amount.js'
import { statusWords } from '../display/status-words.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { tableLines, type Column } from '../output/table.js'
import { safeText } from '../output/text.js'
import { action, type CommandHost } from './action.js'
import { defineCommand } from './define-command.js'
import type { Session } from './session.js'

/** `sheaf jobs`: every job the farm knows, the newest first. */
export function addJobs(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'jobs',
    summary: 'list the jobs of the farm',
    examples: [
      { line: 'sheaf jobs', does: 'the newest first' },
      { line: `sheaf jobs --json | jq '.[] | select(.status == "failed")'`, does: 'those that failed' },
    ],
  }).action(action(host, runJobs))
}

const columns: readonly Column[] = [
  { title: 'JOB' },
  { title: 'NAME', shrinks: 'middle' },
  { title: 'STATUS' },
  { title: 'DONE', align: 'right' },
  { title: 'PRIO', align: 'right' },
  { title: 'AGE', align: 'right' },
  { title: 'OUTPUT', shrinks: 'start' },
]

async function runJobs(session: Session): Promise<ExitCode> {
  const { client } = await session.connect()
  const jobs = await client.jobs({ signal: session.env.interrupted })
  if (session.json) session.printJson(jobs)
  else if (jobs.length === 0) session.print('no jobs yet; submit one with: sheaf render film.otio -o film.mp4')
  else session.print(...jobTable(jobs, session.env.stdout.columns, session.env.nowMs()))
  return exitCodes.ok
}

/** The table of jobs; `nowMs` is the wall clock. */
export function jobTable(jobs: readonly JobView[], width: number, nowMs: number): string[] {
  const sorted = [...jobs].sort((a, b) => b.submittedAtMs - a.submittedAtMs || (a.jobId < b.jobId ? 1 : -1))
  const rows = sorted.map((job) => [
    job.jobId,
    safeText(job.name),
    statusWords(job),
    jobPercent(job),
    String(job.priority),
    formatDuration(nowMs - job.submittedAtMs),
    safeText(job.outputPath),
  ])
  return tableLines(columns, rows, width)
}
