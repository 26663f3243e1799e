import type { Command } from 'commander'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { safeText } from '../output/text.js'
import { actionWith, type CommandHost } from './action.js'
import { defineCommand, type CommonOptions } from './define-command.js'
import type { Session } from './session.js'

/** `sheaf pause [JOB]`: this machine, or a job everywhere. */
export function addPause(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'pause',
    summary: 'pause this machine, or a job',
    description: 'Without JOB this machine takes no more segments; with JOB nobody renders that job. Until resumed.',
    examples: [
      { line: 'sheaf pause', does: 'this machine is mine for now' },
      { line: 'sheaf pause 01k7f2', does: 'this job waits, on every machine' },
    ],
  })
    .argument('[job]', 'job id; without it: this machine')
    .action(actionWith<string | undefined, CommonOptions>(host, runPause))
}

async function runPause(session: Session, jobId: string | undefined): Promise<ExitCode> {
  const { client } = await session.connect()
  const call = { signal: session.env.interrupted }
  if (jobId === undefined) {
    const agent = await client.pauseAgent(call)
    if (session.json) session.printJson(agent)
    else session.print(`this machine renders no more; go on with: sheaf resume${session.storeFlag}`)
  } else {
    const job = await client.pauseJob(jobId, call)
    if (session.json) session.printJson(job)
    else session.print(`paused ${safeText(job.name)}; go on with: sheaf resume ${job.jobId}${session.storeFlag}`)
  }
  return exitCodes.ok
}
