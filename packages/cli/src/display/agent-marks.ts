import type { FarmView, JobView } from '@sheaf/protocol'
import { safeText } from '../output/text.js'
import { shortPeer } from './format.js'

/** How one agent is shown: its name, its pattern in the bar, and the number of its colour. */
export interface AgentMark {
  readonly peer: string
  readonly name: string
  readonly pattern: string
  readonly colour: number
}

const patterns = ['▓', '▒', '░', '█', '▚', '▞', '▙', '▟'] as const

/**
 * Marks of all agents of the farm and of those that only the job remembers, by name then peer id, so
 * that every terminal of the farm shows an agent alike.
 */
export function agentMarks(farm: FarmView, job: JobView | undefined): ReadonlyMap<string, AgentMark> {
  const names = new Map(farm.peers.map((peer) => [peer.peer, safeText(peer.name)]))
  for (const share of job?.shares ?? []) if (!names.has(share.peer)) names.set(share.peer, shortPeer(share.peer))
  const sorted = [...names].sort(([peerA, nameA], [peerB, nameB]) => compare(nameA, nameB) || compare(peerA, peerB))
  return new Map(
    sorted.map(([peer, name], colour) => [
      peer,
      { peer, name, pattern: patterns[colour % patterns.length] ?? '▓', colour },
    ]),
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
