import type { Command } from 'commander'
import type { AgentView } from '@sheaf/protocol'
import { formatDuration, shortPeer } from '../display/format.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { safeText } from '../output/text.js'
import { action, type CommandHost } from './action.js'
import { defineCommand } from './define-command.js'
import type { Session } from './session.js'

/** `sheaf status`: this machine's agent. */
export function addStatus(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'status',
    summary: "show this machine's agent",
    examples: [
      { line: 'sheaf status', does: 'name, status, addresses, score' },
      { line: 'sheaf status --json | jq -r .addresses[0]', does: 'where other machines reach it' },
    ],
  }).action(action(host, runStatus))
}

async function runStatus(session: Session): Promise<ExitCode> {
  const { client } = await session.connect()
  const view = await client.status({ signal: session.env.interrupted })
  if (session.json) session.printJson(view)
  else session.print(...statusLines(view, session))
  return exitCodes.ok
}

function statusLines(view: AgentView, { style }: Session): string[] {
  const [first = 'none: no other machine can reach this one', ...others] = view.addresses
  const scores = Object.entries(view.scores).map(([engine, score]) => `${Math.round(score)} (${safeText(engine)})`)
  const status = view.paused ? style.yellow(`${view.status}, paused`) : view.status
  return [
    `${style.bold(safeText(view.name))}  ${shortPeer(view.peer)}  sheaf ${safeText(view.version)}`,
    `  status     ${status}, up ${formatDuration(view.uptimeMs)}, process ${view.pid}`,
    `  farm       ${plural(view.peers, 'peer')}, ${plural(view.openJobs, 'open job')}`,
    `  score      ${scores.length === 0 ? 'not measured yet: sheaf bench' : scores.join(', ')}, ${plural(view.slots, 'slot')}`,
    `  reachable  ${safeText(first)}`,
    ...others.map((address) => `             ${safeText(address)}`),
    `  store      ${safeText(view.storePath)}`,
  ]
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
