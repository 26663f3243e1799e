import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { safeText } from '../output/text.js'
import { actionWith, type CommandHost } from './action.js'
import { defineCommand, type CommonOptions } from './define-command.js'

/** `sheaf cancel JOB`: ends a job for good. */
export function addCancel(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'cancel',
    summary: 'cancel a job',
    description: 'Cancel a job for good. JOB is its id or the beginning of it, as sheaf jobs shows.',
    examples: [
      { line: 'sheaf cancel 01k7f2', does: 'the beginning of the id is enough' },
      { line: 'sheaf pause 01k7f2', does: 'what to do instead if it shall go on later' },
    ],
  })
    .argument('<job>', 'job id')
    .action(
      actionWith<string, CommonOptions>(host, async (session, jobId) => {
        const { client } = await session.connect()
        const job = await client.cancelJob(jobId, { signal: session.env.interrupted })
        if (session.json) session.printJson(job)
        else session.print(`canceled ${safeText(job.name)}  ${job.jobId}`)
        return exitCodes.ok
      }),
    )
}
