import type { Command } from 'commander'
import type { LogLine } from '@sheaf/protocol'
import { newLines, logText } from '../display/log-text.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { actionWith, type CommandHost } from './action.js'
import { defineCommand, wholeNumber, type CommonOptions } from './define-command.js'
import type { Session } from './session.js'

interface LogsOptions extends CommonOptions {
  readonly lines: number
  readonly follow?: boolean
}

const pollMs = 500
/** How far back a poll looks; more lines than this between two polls are lost to `--follow`. */
const followWindow = 1000

/** `sheaf logs [JOB]`: what this machine's agent wrote down, all of it or about one job. */
export function addLogs(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'logs',
    summary: "show this machine's log, or what it says about a job",
    examples: [
      { line: 'sheaf logs', does: 'the newest 50 lines' },
      { line: 'sheaf logs 01k7f2 -n 200', does: 'about one job' },
      { line: 'sheaf logs --follow --json', does: 'JSON lines as they come; Ctrl-C ends' },
    ],
  })
    .argument('[job]', 'job id; without it: everything')
    .option('-n, --lines <n>', 'how many of the newest lines', wholeNumber(1, followWindow), 50)
    .option('-f, --follow', 'go on with new lines until Ctrl-C')
    .action(actionWith<string | undefined, LogsOptions>(host, runLogs))
}

async function runLogs(session: Session, jobId: string | undefined, options: LogsOptions): Promise<ExitCode> {
  const { client } = await session.connect()
  const { interrupted, sleep } = session.env
  const read = (lines: number): Promise<readonly LogLine[]> => {
    const call = { lines, signal: interrupted }
    return jobId === undefined ? client.agentLog(call) : client.jobLog(jobId, call)
  }
  if (options.follow !== true) {
    const lines = await read(options.lines)
    if (session.json) session.printJson(lines)
    else session.print(...lines.map((line) => logText(line, session.style)))
    return exitCodes.ok
  }
  let seen = await read(followWindow)
  printEach(session, seen.slice(-options.lines))
  try {
    for (;;) {
      await sleep(pollMs, interrupted)
      const next = await read(followWindow)
      printEach(session, newLines(seen, next))
      seen = next
    }
  } catch (error) {
    if (interrupted.aborted) return exitCodes.ok
    throw error
  }
}

function printEach(session: Session, lines: readonly LogLine[]): void {
  for (const line of lines) {
    if (session.json) session.printJson(line)
    else session.print(logText(line, session.style))
  }
}
