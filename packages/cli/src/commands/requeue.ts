import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { safeText } from '../output/text.js'
import { actionWith, type CommandHost } from './action.js'
import { defineCommand, type CommonOptions } from './define-command.js'

/** `sheaf requeue JOB`: tries what failed again; what landed stays. */
export function addRequeue(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'requeue',
    summary: 'try a failed job again',
    description: 'Try a failed job again once its cause is mended. What was rendered stays; only the rest is rendered.',
    examples: [
      { line: 'sheaf requeue 01k7f2', does: 'the beginning of the id is enough' },
      { line: 'sheaf cancel 01k7f2', does: 'give up instead, and free what was kept for it' },
    ],
  })
    .argument('<job>', 'job id')
    .action(
      actionWith<string, CommonOptions>(host, async (session, jobId) => {
        const { client } = await session.connect()
        const job = await client.requeueJob(jobId, { signal: session.env.interrupted })
        if (session.json) session.printJson(job)
        else session.print(`requeued ${safeText(job.name)}  ${job.jobId}`)
        return exitCodes.ok
      }),
    )
}
