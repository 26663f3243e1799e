import type { Command } from 'commander'
import type { SheafClient } from '@sheaf/client'
import type { FarmView } from '@sheaf/protocol'
import { farmEvents } from '../display/farm-events.js'
import { farmLines } from '../display/farm-lines.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { actionWith, type CommandHost } from './action.js'
import { defineCommand, type CommonOptions } from './define-command.js'
import { followJob } from './follow-job.js'
import type { Session } from './session.js'

/** `sheaf watch [JOB]`: a job until it has ended, or the whole farm until Ctrl-C. */
export function addWatch(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'watch',
    summary: 'watch a job, or the farm',
    description: 'Watch a job until it has ended, or without JOB the whole farm. Ctrl-C leaves; jobs go on.',
    examples: [
      { line: 'sheaf watch 01k7f2', does: 'come back to a job; the beginning of its id is enough' },
      { line: 'sheaf watch', does: 'all machines and open jobs' },
      { line: 'sheaf watch 01k7f2 --json', does: 'a JSON line whenever something changes' },
    ],
  })
    .argument('[job]', 'job id; without it: the farm')
    .action(actionWith<string | undefined, CommonOptions>(host, runWatch))
}

async function runWatch(session: Session, prefix: string | undefined): Promise<ExitCode> {
  const { client } = await session.connect()
  if (prefix === undefined) return watchWholeFarm(session, client)
  const { jobId } = await client.job(prefix, { signal: session.env.interrupted })
  return followJob({ session, client, jobId, json: session.json ? 'lines' : 'no' })
}

async function watchWholeFarm(session: Session, client: SheafClient): Promise<ExitCode> {
  const { env, json, style } = session
  const live = !json && env.stdout.isTty ? env.liveDisplay() : undefined
  let before: FarmView | undefined
  try {
    for await (const farm of client.watchFarm({ signal: env.interrupted })) {
      if (json) session.printJson(farm)
      else {
        for (const { text } of before === undefined ? [] : farmEvents(before, farm)) {
          if (live === undefined) session.print(text)
          else live.persist(text)
        }
        const lines = farmLines({ farm, width: env.stdout.columns, nowMs: env.nowMs(), style })
        if (live !== undefined) live.draw(lines)
        else if (before === undefined) session.print(...lines)
      }
      before = farm
    }
    return exitCodes.ok
  } catch (error) {
    // Watching the farm has no other end.
    if (env.interrupted.aborted) return exitCodes.ok
    throw error
  } finally {
    live?.end('keep')
  }
}
