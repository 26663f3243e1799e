import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { safeText } from '../output/text.js'
import { actionWith, type CommandHost } from './action.js'
import { defineCommand, type CommonOptions } from './define-command.js'

interface RevokeOptions extends CommonOptions {
  readonly reason?: string
}

/** `sheaf revoke MEMBER`: puts a machine out of the farm for good. */
export function addRevoke(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'revoke',
    summary: 'put a machine out of the farm',
    description:
      'Put a machine out of the farm for good, wherever it is: it is disconnected, its work goes to others, and nothing that it says from now on counts. What it has done until now stays. MEMBER is its name or its peer id, as sheaf members shows them. Admins only.',
    examples: [
      { line: 'sheaf revoke studio-7', does: 'by its name' },
      { line: 'sheaf revoke studio-7 --reason "laptop stolen"', does: 'and say why' },
    ],
  })
    .argument('<member>', 'name or peer id')
    .option('--reason <text>', 'what others read about it')
    .action(
      actionWith<string, RevokeOptions>(host, async (session, member, { reason }) => {
        const { client } = await session.connect()
        const view = await client.revokeMember(member, {
          signal: session.env.interrupted,
          ...(reason === undefined ? {} : { reason }),
        })
        if (session.json) {
          session.printJson(view)
          return exitCodes.ok
        }
        session.print(`${safeText(view.name)} is out of the farm  ${view.peer}`)
        if (view.keeps.length > 0) {
          session.print(
            `those whom it let in stay: ${view.keeps.map(safeText).join(', ')}; put out whom you do not know`,
          )
        }
        return exitCodes.ok
      }),
    )
}
