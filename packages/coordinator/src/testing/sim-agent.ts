import type {
  AgentStatus,
  Fact,
  FactIntent,
  Heartbeat,
  HeldSegment,
  LeaseMessage,
  PeerId,
  Role,
  RunningSegment,
  SegmentKey,
  SegmentReport,
} from '@sheaf/protocol'
import { initialState, type CoreState } from '../core/core-state.js'
import { followingOf } from '../election/words.js'
import { blobOf, peerOf } from './make.js'

/** What a simulated machine is like. */
export interface SimAbility {
  readonly role: Role
  readonly slots: number
  /** Percent; the machine really renders score / 1000 frames a millisecond, times `truth`. */
  readonly score: number
  readonly truth: number
  readonly fingerprint: string
}

interface Rendering extends SegmentKey {
  readonly lease: LeaseMessage
  readonly startMs: number
  readonly endMs: number
}

/** One simulated agent: a core, a queue, slots, and a disk that survives crashes. */
export interface SimAgent {
  readonly name: string
  readonly peer: PeerId
  ability: SimAbility
  up: boolean
  frozenAtMs: number | undefined
  plugged: boolean
  status: AgentStatus
  /** Counts starts: what was under way for an earlier one is void. */
  life: number
  upAtMs: number
  core: CoreState
  readonly disk: {
    counter: number
    lamport: number
    facts: Map<string, Fact>
    held: Map<string, HeldSegment & { renderMs: number }>
  }
  leases: { message: LeaseMessage; left: number[] }[]
  running: Rendering[]
  /** What waits while frozen. */
  inbox: (() => void)[]
  /** Segments that it began to render, of all its lives. */
  begun: string[]
  /** Rendering of these fails with a strike. */
  fails: (key: SegmentKey) => boolean
}

export const keyText = ({ jobId, generation, index }: SegmentKey): string => `${jobId}/${generation}/${index}`

/** A machine that is switched off. */
export function simAgent(name: string, ability: Partial<SimAbility> = {}): SimAgent {
  const peer = peerOf(name)
  return {
    name,
    peer,
    ability: { role: 'artist', slots: 2, score: 100, truth: 1, fingerprint: 'print', ...ability },
    up: false,
    frozenAtMs: undefined,
    plugged: true,
    status: 'awake',
    life: 0,
    upAtMs: 0,
    core: initialState({ self: peer, role: 'artist', atMs: 0, highestCounter: 0 }),
    disk: { counter: 0, lamport: 0, facts: new Map(), held: new Map() },
    leases: [],
    running: [],
    inbox: [],
    begun: [],
    fails: () => false,
  }
}

/** The heartbeat that an agent would send now. */
export function heartbeatOf(agent: SimAgent, atMs: number): Heartbeat {
  const { ability, core } = agent
  const following = followingOf(core, atMs)
  const running = agent.running.map((one): RunningSegment => ({
    jobId: one.jobId,
    generation: one.generation,
    index: one.index,
    leaseId: one.lease.leaseId,
    term: one.lease.term,
    progress: Math.min(1, (atMs - one.startMs) / (one.endMs - one.startMs)),
  }))
  return {
    kind: 'heartbeat',
    status: agent.status,
    uptimeMs: atMs - agent.upAtMs,
    ability: {
      name: agent.name,
      version: '1',
      role: ability.role,
      slots: ability.slots,
      scores: { ffmpeg: ability.score },
      fingerprints: { ffmpeg: ability.fingerprint },
    },
    ...(following ? { following } : {}),
    highestCounter: core.highestCounter,
    leases: agent.leases.map(({ message, left }) => ({
      leaseId: message.leaseId,
      term: message.term,
      jobId: message.jobId,
      generation: message.generation,
      indexes: left,
    })),
    running,
    held: [...agent.disk.held.values()].map(({ renderMs: _, ...held }) => held),
  }
}

/** Begins what free slots can begin; returns the renderings begun. */
export function beginWork(
  agent: SimAgent,
  atMs: number,
  framesOf: (key: SegmentKey) => number,
  jitter: () => number,
): Rendering[] {
  const begun: Rendering[] = []
  if (agent.status === 'asleep' || agent.status === 'draining') return begun
  const queue = [...agent.leases].sort((a, b) => a.message.order - b.message.order)
  for (const { message, left } of queue) {
    for (const index of left) {
      if (agent.running.length >= agent.ability.slots) return begun
      const key = { jobId: message.jobId, generation: message.generation, index }
      if (agent.running.some((one) => keyText(one) === keyText(key)) || agent.disk.held.has(keyText(key))) continue
      const perMs = (agent.ability.score * agent.ability.truth) / 1000 / agent.ability.slots
      const rendering = {
        ...key,
        lease: message,
        startMs: atMs,
        endMs: atMs + (framesOf(key) / perMs) * (0.8 + 0.4 * jitter()),
      }
      agent.running.push(rendering)
      agent.begun.push(keyText(key))
      begun.push(rendering)
    }
  }
  return begun
}

/** Ends a rendering; returns what is to be reported. */
export function endWork(agent: SimAgent, rendering: Rendering): SegmentReport {
  const { jobId, generation, index, lease } = rendering
  dropWork(agent, jobId, [index], true)
  const renderMs = rendering.endMs - rendering.startMs
  const failed = agent.fails({ jobId, generation, index })
  if (!failed)
    agent.disk.held.set(keyText(rendering), {
      jobId,
      generation,
      index,
      blob: blobOf(`${index}`),
      sizeBytes: 10,
      renderMs,
    })
  return {
    kind: 'segment-report',
    jobId,
    generation,
    index,
    leaseId: lease.leaseId,
    outcome: failed
      ? { kind: 'failed', code: 'SHEAF_ENGINE_FAILED', message: 'no picture', strike: true }
      : { kind: 'rendered', renderMs },
  }
}

/** Drops segments from the queue, and from the slots if `stopRunning`. */
export function dropWork(agent: SimAgent, jobId: string, indexes: readonly number[], stopRunning: boolean): void {
  const hit = (one: { jobId: string; index: number }): boolean => one.jobId === jobId && indexes.includes(one.index)
  if (stopRunning) agent.running = agent.running.filter((one) => !hit(one))
  const runs = (index: number): boolean => agent.running.some((one) => one.jobId === jobId && one.index === index)
  agent.leases = agent.leases
    .map(({ message, left }) => ({
      message,
      left: left.filter((index) => !hit({ jobId: message.jobId, index }) || runs(index)),
    }))
    .filter(({ left }) => left.length > 0)
}

/** Signs an intent: the next Lamport number of this agent. */
export function sign(agent: SimAgent, intent: FactIntent): Fact {
  const lamport = ++agent.disk.lamport
  const stamp = {
    lamport,
    author: agent.peer,
    hash: `${agent.name}${String(lamport).padStart(6, '0')}` as Fact['stamp']['hash'],
  }
  return { ...intent, stamp, logId: agent.name as Fact['logId'], seq: lamport }
}
