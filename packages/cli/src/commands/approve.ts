import type { Command } from 'commander'
import type { ApproveRequest } from '@sheaf/protocol'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { safeText } from '../output/text.js'
import { actionWith, type CommandHost } from './action.js'
import { defineCommand, type CommonOptions } from './define-command.js'
import { roleOption } from './invite.js'
import type { Session } from './session.js'

interface ApproveOptions extends CommonOptions {
  readonly role?: ApproveRequest['role']
}

/** `sheaf approve`: lets a machine in that has asked. */
export function addApprove(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'approve <machine>',
    summary: 'let a machine in that asks to join',
    examples: [
      { line: 'sheaf approve x9Qz4f', does: 'the end of its peer id, its fingerprint or its name: sheaf members' },
      { line: 'sheaf approve studio-7 --role worker', does: 'it only renders' },
    ],
  })
    .addOption(roleOption())
    .action(actionWith<string, ApproveOptions>(host, runApprove))
}

async function runApprove(session: Session, machine: string, { role }: ApproveOptions): Promise<ExitCode> {
  const { client } = await session.connect()
  const peer = machine.replace(/^…/, '')
  const member = await client.approve({ peer, ...(role === undefined ? {} : { role }) })
  if (session.json) session.printJson(member)
  else session.print(`${safeText(member.name)} may come in as ${member.role}; its sheaf join fetches the certificate`)
  return exitCodes.ok
}
