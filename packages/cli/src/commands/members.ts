import type { Command } from 'commander'
import type { KnockView, MembersView, MemberView } from '@sheaf/protocol'
import { formatDuration, shortPeer } from '../display/format.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { tableLines, type Column } from '../output/table.js'
import { safeText } from '../output/text.js'
import { action, type CommandHost } from './action.js'
import { defineCommand } from './define-command.js'
import type { Session } from './session.js'

/** `sheaf members`: who is in the farm, and who asks to be. */
export function addMembers(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'members',
    summary: 'list who is in the farm, and who asks to be',
    examples: [
      { line: 'sheaf members', does: 'names, roles, until when; the fingerprint of the farm' },
      { line: "sheaf members --json | jq '.pending[].name'", does: 'who asks to join' },
    ],
  }).action(action(host, runMembers))
}

async function runMembers(session: Session): Promise<ExitCode> {
  const { client } = await session.connect()
  const view = await client.members({ signal: session.env.interrupted })
  if (session.json) session.printJson(view)
  else session.print(...membersLines(view, session))
  return exitCodes.ok
}

const columns: readonly Column[] = [
  { title: 'NAME', shrinks: 'end' },
  { title: 'ROLE' },
  { title: 'NOW' },
  { title: 'CERTIFIED FOR', align: 'right' },
  { title: 'PEER' },
  { title: '' },
]

function membersLines(view: MembersView, { style, env }: Session): string[] {
  const nowMs = env.nowMs()
  const sorted = [...view.members].sort((a, b) => Number(b.self) - Number(a.self) || compare(a.name, b.name))
  return [
    `farm ${style.bold(safeText(view.farmName))}  ${view.farmFingerprint}`,
    ...tableLines(
      columns,
      sorted.map((member) => memberRow(member, nowMs)),
      env.stdout.columns,
    ),
    ...view.pending.flatMap((knock) => knockLines(knock, nowMs)),
  ]
}

function memberRow(member: MemberView, nowMs: number): string[] {
  const left = member.expiresAtMs - nowMs
  return [
    safeText(member.name),
    member.role,
    member.revoked === true ? 'put out' : member.self || member.connected ? 'here' : 'away',
    left <= 0 ? 'ran out' : formatDuration(left),
    shortPeer(member.peer),
    [...(member.self ? ['this machine'] : []), ...(member.forked === undefined ? [] : ['log in two branches'])].join(
      ', ',
    ),
  ]
}

function knockLines({ name, peer, fingerprint, atMs }: KnockView, nowMs: number): string[] {
  return [
    `${safeText(name)} (${fingerprint}) asked to join ${formatDuration(nowMs - atMs)} ago:  sheaf approve ${peer.slice(-6)}`,
  ]
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
