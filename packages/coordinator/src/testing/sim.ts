import type { FactIntent, Fact, JobId, PeerId, SegmentKey } from '@sheaf/protocol'
import type { Command } from '../core/command.js'
import { initialState } from '../core/core-state.js'
import type { Decision } from '../core/decision.js'
import type { Input } from '../core/input.js'
import { step } from '../core/step.js'
import { homeOf, jobRecord, landedBlob, landedRuns } from '../facts/selectors.js'
import { runsContain } from '../facts/runs.js'
import { deepFreeze, landing, randomOf } from './make.js'
import {
  beginWork,
  dropWork,
  endWork,
  heartbeatOf,
  keyText,
  sign,
  simAgent,
  type SimAbility,
  type SimAgent,
} from './sim-agent.js'

/** A lease as the simulator saw it leave. */
export interface SeenLease {
  readonly atMs: number
  readonly by: string
  readonly to: string
  readonly jobId: JobId
  readonly indexes: readonly number[]
  readonly reason: string
}

/** A farm in simulated time. Deterministic: the same seed and calls give the same run. */
export function simulate(
  seed: number,
  names: readonly string[],
  abilities: Readonly<Record<string, Partial<SimAbility>>> = {},
) {
  const random = randomOf(seed)
  const agents = new Map(names.map((name) => [name, simAgent(name, abilities[name])]))
  const events: { atMs: number; order: number; run: () => void }[] = []
  const cuts = new Set<string>()
  const linked = new Set<string>()
  const leases: SeenLease[] = []
  const decisions: (Decision & { by: string })[] = []
  const faults: string[] = []
  let nowMs = 0
  let order = 0
  let doubleMs = 0
  const all = [...agents.values()]
  const pair = (a: SimAgent, b: SimAgent): string => [a.name, b.name].sort().join('-')
  const at = (atMs: number, run: () => void): unknown => events.push({ atMs, order: order++, run })
  const delay = (): number => 1 + random() * 9
  const byPeer = (peer: PeerId): SimAgent | undefined => all.find((agent) => agent.peer === peer)
  const agentOf = (name: string): SimAgent => {
    const agent = agents.get(name)
    if (!agent) throw new Error(`no agent ${name}`)
    return agent
  }
  const reachable = (a: SimAgent, b: SimAgent): boolean =>
    a.up && b.up && a.plugged && b.plugged && !cuts.has(pair(a, b))

  /** Delivers in order; a frozen agent finds it when it thaws. */
  const lastArrival = new Map<string, number>()
  const send = (from: SimAgent, to: SimAgent, run: () => void): void => {
    if (from === to) return void at(nowMs, run)
    if (!linked.has(pair(from, to)) || !reachable(from, to)) return
    const { life } = to
    const lane = `${from.name}>${to.name}`
    const arrival = Math.max(nowMs + delay(), (lastArrival.get(lane) ?? 0) + 0.001)
    lastArrival.set(lane, arrival)
    at(arrival, () => {
      if (!to.up || to.life !== life) return
      if (to.frozenAtMs === undefined) run()
      else to.inbox.push(run)
    })
  }

  const feed = (agent: SimAgent, input: Input): void => {
    const before = agent.core
    const result = step(before, deepFreeze(input))
    agent.core = deepFreeze(result.state)
    for (const one of result.decisions) decisions.push({ ...one, by: agent.name })
    for (const intent of result.facts) author(agent, intent)
    for (const command of result.commands) carryOut(agent, command)
  }

  const author = (agent: SimAgent, intent: FactIntent): void => {
    const signed = sign(agent, intent)
    learn(agent, [signed])
    for (const other of all) if (other !== agent) send(agent, other, () => learn(other, [signed]))
  }
  const learn = (agent: SimAgent, facts: readonly Fact[]): void => {
    const fresh = facts.filter(({ stamp }) => !agent.disk.facts.has(stamp.hash))
    for (const one of fresh) {
      agent.disk.facts.set(one.stamp.hash, one)
      agent.disk.lamport = Math.max(agent.disk.lamport, one.stamp.lamport)
    }
    if (fresh.length > 0) feed(agent, { kind: 'facts', atMs: nowMs, facts: fresh })
  }

  const carryOut = (agent: SimAgent, command: Command): void => {
    switch (command.kind) {
      case 'keep-counter':
        agent.disk.counter = command.counter
        return
      case 'announce':
        return beat(agent)
      case 'lease': {
        const to = byPeer(command.to)
        const { message } = command
        leases.push({
          atMs: nowMs,
          by: agent.name,
          to: to?.name ?? '?',
          jobId: message.jobId,
          indexes: message.indexes,
          reason: command.reason,
        })
        const landed = landedRuns(agent.core.farm, message.jobId)
        for (const index of message.indexes)
          if (runsContain(landed, index)) faults.push(`${agent.name} leased landed ${index}`)
        if (agent.core.election.kind !== 'leading')
          faults.push(`${agent.name} leased while ${agent.core.election.kind}`)
        if (to)
          send(agent, to, () => {
            to.leases.push({ message, left: [...message.indexes] })
            work(to)
          })
        return
      }
      case 'revoke': {
        const to = byPeer(command.to)
        const { jobId, indexes, stopRunning } = command.message
        if (to)
          send(agent, to, () => {
            dropWork(to, jobId, indexes, stopRunning)
            work(to)
          })
      }
    }
  }

  const framesOf =
    (agent: SimAgent) =>
    ({ jobId, index }: SegmentKey): number =>
      jobRecord(agent.core.farm, jobId)?.submitted.segmentFrames[index] ?? 50
  const work = (agent: SimAgent): void => {
    const { life } = agent
    for (const rendering of beginWork(agent, nowMs, framesOf(agent), random)) {
      const end = (): void => {
        if (!agent.running.includes(rendering)) return
        const report = endWork(agent, rendering)
        const leader = agent.core.election.kind === 'following' ? byPeer(agent.core.election.term.peer) : agent
        if (leader) send(agent, leader, () => feed(leader, { kind: 'report', atMs: nowMs, from: agent.peer, report }))
        offer(agent)
        work(agent)
      }
      at(rendering.endMs, () => {
        if (agent.life !== life) return
        if (agent.frozenAtMs === undefined) end()
        else agent.inbox.push(end)
      })
    }
  }

  /** The home lands what is offered once, and answers when the fact is durable. */
  const offer = (agent: SimAgent): void => {
    for (const held of agent.disk.held.values()) {
      const named = homeOf(agent.core.farm, held.jobId)
      const home = named && byPeer(named.home)
      if (!home) continue
      send(agent, home, () => {
        if (!landedBlob(home.core.farm, held.jobId, held.index)) {
          author(
            home,
            landing(held.jobId, [held.index], agent.peer, { renderMs: held.renderMs, generation: held.generation }),
          )
        }
        send(home, agent, () => agent.disk.held.delete(keyText(held)))
      })
    }
  }

  const beat = (agent: SimAgent): void => {
    const heartbeat = deepFreeze(heartbeatOf(agent, nowMs))
    at(
      nowMs,
      () =>
        agent.up &&
        agent.frozenAtMs === undefined &&
        feed(agent, { kind: 'heartbeat', atMs: nowMs, from: agent.peer, heartbeat }),
    )
    for (const other of all)
      if (other !== agent)
        send(agent, other, () => feed(other, { kind: 'heartbeat', atMs: nowMs, from: agent.peer, heartbeat }))
  }

  const link = (a: SimAgent, b: SimAgent): void => {
    if (linked.has(pair(a, b)) || !reachable(a, b)) return
    linked.add(pair(a, b))
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      send(other, one, () => {
        feed(one, { kind: 'peer-connected', atMs: nowMs, peer: other.peer })
        send(one, other, () => learn(other, [...one.disk.facts.values()]))
        beat(one)
      })
    }
  }
  const unlink = (a: SimAgent, b: SimAgent): void => {
    if (!linked.delete(pair(a, b))) return
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const { life } = one
      if (!one.up) continue
      const tell = (): void => feed(one, { kind: 'peer-lost', atMs: nowMs, peer: other.peer })
      at(nowMs + delay(), () => {
        if (!one.up || one.life !== life || linked.has(pair(a, b))) return
        if (one.frozenAtMs === undefined) tell()
        else one.inbox.push(tell)
      })
    }
  }

  const every = (agent: SimAgent, ms: number, run: () => void): void => {
    const { life } = agent
    const again = (): void => {
      if (!agent.up || agent.life !== life) return
      if (agent.frozenAtMs === undefined) run()
      at(nowMs + ms, again)
    }
    at(nowMs + random() * ms, again)
  }

  const actions = {
    up(name: string): void {
      const agent = agentOf(name)
      if (agent.up) return
      Object.assign(agent, {
        up: true,
        life: agent.life + 1,
        upAtMs: nowMs,
        leases: [],
        running: [],
        inbox: [],
        frozenAtMs: undefined,
      })
      agent.core = initialState({
        self: agent.peer,
        role: agent.ability.role,
        atMs: nowMs,
        highestCounter: agent.disk.counter,
      })
      feed(agent, { kind: 'facts', atMs: nowMs, facts: [...agent.disk.facts.values()] })
      beat(agent)
      every(agent, 50, () => feed(agent, { kind: 'tick', atMs: nowMs }))
      every(agent, 500, () => {
        beat(agent)
        offer(agent)
      })
      for (const other of all) if (other !== agent) every(agent, 200, () => link(agent, other))
    },
    crash(name: string): void {
      const agent = agentOf(name)
      agent.up = false
      agent.life++
      for (const other of all) if (other !== agent) unlink(agent, other)
    },
    stop(name: string): void {
      feed(agentOf(name), { kind: 'stopping', atMs: nowMs })
      at(nowMs + 20, () => actions.crash(name))
    },
    /** The cable is out: nothing arrives and no connection closes. */
    unplug: (name: string): void => void (agentOf(name).plugged = false),
    plug: (name: string): void => void (agentOf(name).plugged = true),
    cut: (a: string, b: string): unknown => cuts.add(pair(agentOf(a), agentOf(b))),
    heal: (a: string, b: string): unknown => cuts.delete(pair(agentOf(a), agentOf(b))),
    freeze: (name: string): void => void (agentOf(name).frozenAtMs = nowMs),
    thaw(name: string): void {
      const agent = agentOf(name)
      const stoodStillMs = nowMs - (agent.frozenAtMs ?? nowMs)
      agent.frozenAtMs = undefined
      feed(agent, { kind: 'stalled', atMs: nowMs, stoodStillMs })
      for (const run of agent.inbox.splice(0)) run()
    },
    author: (name: string, intent: FactIntent): void => author(agentOf(name), intent),
  }

  const leaders = (): string[] =>
    all
      .filter(
        ({ up, frozenAtMs, core }) =>
          up && frozenAtMs === undefined && ['leading', 'listening'].includes(core.election.kind),
      )
      .map(({ name }) => name)

  /** Runs until `untilMs`. */
  const run = (untilMs: number): void => {
    for (;;) {
      events.sort((a, b) => a.atMs - b.atMs || a.order - b.order)
      const next = events[0]
      if (!next || next.atMs > untilMs) break
      events.shift()
      const names = leaders().map(agentOf)
      if (names.some((a, i) => names.some((b, j) => j > i && linked.has(pair(a, b)) && reachable(a, b))))
        doubleMs += next.atMs - nowMs
      nowMs = next.atMs
      next.run()
    }
    nowMs = untilMs
  }

  return {
    agents,
    leases,
    decisions,
    faults,
    run,
    random,
    leaders,
    at: (atMs: number, act: () => void): unknown => at(atMs, act),
    ...actions,
    /** How long two connected agents led at once, in all. */
    doubleMs: (): number => doubleMs,
    nowMs: (): number => nowMs,
  }
}
/** A running simulation. */
export type Sim = ReturnType<typeof simulate>
