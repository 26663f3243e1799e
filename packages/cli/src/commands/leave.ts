import type { Command } from 'commander'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { safeText } from '../output/text.js'
import { action, type CommandHost } from './action.js'
import { defineCommand, type CommonOptions } from './define-command.js'
import type { Session } from './session.js'

interface LeaveOptions extends CommonOptions {
  readonly force?: boolean
}

/** `sheaf leave`: takes this machine out of its farm. */
export function addLeave(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'leave',
    summary: 'take this machine out of its farm',
    description: 'Take this machine out of its farm and stop its agent. Files of its jobs stay where they are.',
    examples: [
      { line: 'sheaf leave', does: 'refused while jobs are open, or the farm key lies here' },
      { line: 'sheaf leave && sheaf join CODE', does: 'go over to another farm' },
    ],
  })
    .option('--force', 'leave in any case')
    .action(action<LeaveOptions>(host, runLeave))
}

async function runLeave(session: Session, { force = false }: LeaveOptions): Promise<ExitCode> {
  const { client } = await session.connect()
  const { farmName } = await client.membership()
  await client.leave({ force })
  if (session.json) session.printJson({ left: farmName })
  else session.print(`left the farm ${safeText(farmName)}; the agent stops`)
  return exitCodes.ok
}
