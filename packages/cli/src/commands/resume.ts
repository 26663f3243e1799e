import type { Command } from 'commander'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { safeText } from '../output/text.js'
import { actionWith, type CommandHost } from './action.js'
import { defineCommand, type CommonOptions } from './define-command.js'
import type { Session } from './session.js'

/** `sheaf resume [JOB]`: the opposite of `sheaf pause [JOB]`. */
export function addResume(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'resume',
    summary: 'resume this machine, or a job',
    examples: [
      { line: 'sheaf resume', does: 'this machine renders again' },
      { line: 'sheaf resume 01k7f2', does: 'this job goes on' },
    ],
  })
    .argument('[job]', 'job id; without it: this machine')
    .action(actionWith<string | undefined, CommonOptions>(host, runResume))
}

async function runResume(session: Session, jobId: string | undefined): Promise<ExitCode> {
  const { client } = await session.connect()
  const call = { signal: session.env.interrupted }
  if (jobId === undefined) {
    const agent = await client.resumeAgent(call)
    if (session.json) session.printJson(agent)
    else session.print('this machine renders again')
  } else {
    const job = await client.resumeJob(jobId, call)
    if (session.json) session.printJson(job)
    else session.print(`resumed ${safeText(job.name)}  ${job.jobId}`)
  }
  return exitCodes.ok
}
