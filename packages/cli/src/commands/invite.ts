import type { Command } from 'commander'
import { InvalidArgumentError, Option } from 'commander'
import type { InviteRequest } from '@sheaf/protocol'
import { formatDuration } from '../display/format.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { action, type CommandHost } from './action.js'
import { defineCommand, type CommonOptions } from './define-command.js'
import type { Session } from './session.js'

interface InviteOptions extends CommonOptions {
  readonly role?: InviteRequest['role']
  readonly ttl?: number
}

/** `sheaf invite`: a code with which one machine may join. */
export function addInvite(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'invite',
    summary: 'make a code with which one machine may join',
    description: 'Make a code with which one machine may join this farm. It is shown once and easy to read aloud.',
    examples: [
      { line: 'sheaf invite', does: 'for one machine, good for 15 minutes' },
      { line: 'sheaf invite --role worker --ttl 1h', does: 'for a machine that only renders' },
    ],
  })
    .addOption(roleOption())
    .option('--ttl <time>', 'how long the code is good: 90s, 15m, 2h (default: 15m)', parseTtl)
    .action(action<InviteOptions>(host, runInvite))
}

/** `--role`, as invite and approve have it. */
export function roleOption(): Option {
  const text = 'artist submits and renders, worker renders, admin lets others in (default: artist)'
  return new Option('--role <role>', text).choices(['artist', 'worker', 'admin'])
}

async function runInvite(session: Session, { role, ttl }: InviteOptions): Promise<ExitCode> {
  const { client } = await session.connect()
  const request = { ...(role === undefined ? {} : { role }), ...(ttl === undefined ? {} : { ttlS: ttl }) }
  const invitation = await client.invite(request, { signal: session.env.interrupted })
  if (session.json) {
    session.printJson(invitation)
    return exitCodes.ok
  }
  const left = formatDuration(invitation.expiresAtMs - session.env.nowMs())
  session.print(
    session.style.bold(`  ${invitation.code}`),
    `On the other machine, within ${left}:  sheaf join ${invitation.code}`,
    session.style.dim(`One machine, as ${invitation.role}. Farm fingerprint: ${invitation.farmFingerprint}`),
  )
  return exitCodes.ok
}

const unitS = { s: 1, m: 60, h: 3600 } as const

/** `90s`, `15m`, `2h` as seconds, 10 s to a day. */
export function parseTtl(text: string): number {
  const [, count, unit] = /^(\d{1,5})([smh])$/.exec(text) ?? []
  const seconds = Number(count) * unitS[(unit ?? 's') as keyof typeof unitS]
  if (count === undefined || seconds < 10 || seconds > 86_400) {
    throw new InvalidArgumentError('It must be a time like 90s, 15m or 2h, at most 24h.')
  }
  return seconds
}
