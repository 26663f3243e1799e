import type { Command } from 'commander'
import type { PeerView } from '@sheaf/protocol'
import { formatDuration, shortPeer } from '../display/format.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { tableLines, type Column } from '../output/table.js'
import { safeText } from '../output/text.js'
import { action, type CommandHost } from './action.js'
import { defineCommand } from './define-command.js'
import type { Session } from './session.js'

/** `sheaf peers`: every agent of the farm with its score. */
export function addPeers(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'peers',
    summary: 'list the agents of the farm',
    description: 'List the agents of the farm. A score of 100 is the speed of the reference machine.',
    examples: [
      { line: 'sheaf peers', does: 'names, scores, what they do' },
      { line: 'sheaf peers --json | jq length', does: 'how many there are' },
    ],
  }).action(action(host, runPeers))
}

const columns: readonly Column[] = [
  { title: 'NAME', shrinks: 'end' },
  { title: 'STATUS' },
  { title: 'SCORE', align: 'right' },
  { title: 'SLOTS', align: 'right' },
  { title: 'UP', align: 'right' },
  { title: 'PEER' },
  { title: '' },
]

async function runPeers(session: Session): Promise<ExitCode> {
  const { client } = await session.connect()
  const { peers } = await client.farm({ signal: session.env.interrupted })
  if (session.json) {
    session.printJson(peers)
    return exitCodes.ok
  }
  session.print(...peerLines(peers, session.env.stdout.columns))
  if (peers.length <= 1)
    session.note(
      'No other machine yet: type sheaf invite here, and sheaf join with its code there. sheaf doctor looks for what is in the way.',
    )
  return exitCodes.ok
}

/** The table of peers, oneself first, then by name. */
export function peerLines(peers: readonly PeerView[], width: number): string[] {
  const sorted = [...peers].sort(
    (a, b) => Number(b.self) - Number(a.self) || compare(a.name, b.name) || compare(a.peer, b.peer),
  )
  return tableLines(columns, sorted.map(peerRow), width)
}

function peerRow(peer: PeerView): string[] {
  const marks = [...(peer.self ? ['this machine'] : []), ...(peer.coordinator ? ['coordinator'] : [])]
  return [
    safeText(peer.name),
    peer.connected || peer.self ? peer.status : 'unreachable',
    peer.score === undefined ? '–' : String(Math.round(peer.score)),
    `${peer.running}/${peer.slots}`,
    formatDuration(peer.uptimeMs),
    shortPeer(peer.peer),
    marks.join(', '),
  ]
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
