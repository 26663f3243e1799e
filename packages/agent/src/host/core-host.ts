import { performance } from 'node:perf_hooks'
import {
  farmView,
  followingOf,
  initialState,
  isCoordinator,
  isLive,
  step,
  type Command,
  type CoreState,
  type Decision,
  type FarmState,
  type Input,
} from '@sheaf/coordinator'
import type {
  AgentAbility,
  Fact,
  FactIntent,
  FarmView,
  Heartbeat,
  PeerId,
  Role,
  SegmentReport,
  Term,
} from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import { watchStall } from './stall.js'

/** What an agent says of itself in a heartbeat; the election's part is added by the host. */
export type SelfReport = Omit<Heartbeat, 'kind' | 'following' | 'highestCounter'>

export interface CoreHostComponents {
  /** Authors facts: on disk when it resolves. */
  readonly append: (intents: readonly FactIntent[]) => Promise<readonly Fact[]>
  /** Keeps the highest term counter: on disk when it resolves. */
  readonly keepCounter: (counter: number) => Promise<void>
  /** Carries a lease or a revocation to an agent, which may be this one. */
  readonly command: (command: Extract<Command, { kind: 'lease' | 'revoke' }>) => void
  readonly selfReport: () => SelfReport
  readonly broadcast: (heartbeat: Heartbeat) => void
  readonly log: Log
}

export interface CoreHostInit {
  readonly self: PeerId
  readonly role: Role
  readonly highestCounter: number
  readonly onChange: () => void
}

const heartbeatMs = 500

/** An input before the host has stamped it. */
type Unstamped = Input extends infer I ? (I extends { readonly atMs: number } ? Omit<I, 'atMs'> : never) : never

/**
 * Hosts the pure core: stamps what happens, lets the core decide, writes the facts, then carries out
 * the commands, one input after the other. Nothing else in the agent decides who renders what.
 */
export class CoreHost {
  readonly #components: CoreHostComponents
  readonly #init: CoreHostInit
  #state: CoreState
  #inputs: Unstamped[] = []
  #working: Promise<void> | undefined
  #beat: NodeJS.Timeout | undefined
  #stall: ReturnType<typeof watchStall> | undefined

  constructor(components: CoreHostComponents, init: CoreHostInit) {
    this.#components = components
    this.#init = init
    this.#state = initialState({
      self: init.self,
      role: init.role,
      atMs: performance.now(),
      highestCounter: init.highestCounter,
    })
  }

  get farm(): FarmState {
    return this.#state.farm
  }

  /** What each agent that was heard says that it can do. */
  abilities(): readonly AgentAbility[] {
    return this.#state.peers.flatMap(({ heartbeat }) => (heartbeat ? [heartbeat.ability] : []))
  }

  /** Agents that live and take work, this one too. */
  workers(): readonly { readonly peer: PeerId; readonly ability: AgentAbility }[] {
    return this.#state.peers.flatMap((record) => {
      const { peer, heartbeat } = record
      if (!heartbeat || !isLive(this.#state, record) || heartbeat.ability.slots < 1) return []
      const works = ['starting', 'awake', 'busy'].includes(heartbeat.status)
      return works ? [{ peer, ability: heartbeat.ability }] : []
    })
  }

  /** Whom this agent follows; its own term while it leads. */
  following(): Term | undefined {
    return followingOf(this.#state, performance.now())?.term
  }

  isCoordinator(): boolean {
    return isCoordinator(this.#state)
  }

  view(): FarmView {
    return { ...farmView(this.#state, performance.now()), atMs: Date.now() }
  }

  start(): void {
    if (this.#beat !== undefined) return
    this.#stall = watchStall()
    // Looking for others begins now: opening the store and the network took its time.
    this.#state = { ...this.#state, graceUntilMs: performance.now() + this.#state.config.graceMs }
    this.#beat = setInterval(() => this.#onBeat(), heartbeatMs)
    this.#onBeat()
  }

  /** Resigns and says so; resolves when the last input is done. */
  async stop(): Promise<void> {
    if (this.#beat === undefined) return
    clearInterval(this.#beat)
    this.#beat = undefined
    this.#take({ kind: 'stopping' })
    await this.#working
  }

  /** Resolves when everything that was taken so far has been decided: the farm's state then shows it. */
  async settled(): Promise<void> {
    await this.#working
  }

  /** Facts that count: those on disk before the first beat, later what comes. */
  onFacts(facts: readonly Fact[]): void {
    this.#take({ kind: 'facts', facts })
  }

  /** All facts that count, after some that came before no longer do. */
  onFactsAnew(facts: readonly Fact[]): void {
    this.#take({ kind: 'facts-anew', facts })
  }

  onHeartbeat(from: PeerId, heartbeat: Heartbeat): void {
    this.#take({ kind: 'heartbeat', from, heartbeat })
  }

  onReport(from: PeerId, report: SegmentReport): void {
    this.#take({ kind: 'report', from, report })
  }

  onPeerConnected(peer: PeerId): void {
    this.#take({ kind: 'peer-connected', peer })
    // A newcomer need not wait for the next beat to learn who leads.
    this.announce()
  }

  onPeerLost(peer: PeerId): void {
    this.#take({ kind: 'peer-lost', peer })
  }

  /** Says at once what has changed here. */
  announce(): void {
    if (this.#beat === undefined) return
    const following = followingOf(this.#state, performance.now())
    const heartbeat: Heartbeat = {
      kind: 'heartbeat',
      ...this.#components.selfReport(),
      ...(following === undefined ? {} : { following }),
      highestCounter: this.#state.highestCounter,
    }
    this.#take({ kind: 'heartbeat', from: this.#init.self, heartbeat })
    this.#components.broadcast(heartbeat)
  }

  #onBeat(): void {
    const stoodStillMs = this.#stall?.check() ?? 0
    // Before anything that queued up while the machine slept.
    if (stoodStillMs > 0) this.#inputs.unshift({ kind: 'stalled', stoodStillMs })
    this.#take({ kind: 'tick' })
    this.announce()
  }

  #take(input: Unstamped): void {
    this.#inputs.push(input)
    // Begun in a turn of its own: what a decision sets off may bring the next input while it is carried out.
    this.#working ??= Promise.resolve().then(() => this.#work())
  }

  /** Never rejects: an input that breaks is logged, and the next one is taken. */
  async #work(): Promise<void> {
    for (let input = this.#inputs.shift(); input !== undefined; input = this.#inputs.shift()) {
      try {
        await this.#decide({ ...input, atMs: performance.now() })
      } catch (error) {
        this.#components.log.error({ input: input.kind, error }, 'a decision could not be carried out')
      }
    }
    this.#working = undefined
  }

  async #decide(input: Input): Promise<void> {
    const { state, facts, commands, decisions } = step(this.#state, input)
    this.#state = state
    for (const decision of decisions) this.#note(decision)
    // Only what must be on disk is waited for, so that a tick costs no turn of the loop.
    if (facts.length > 0) await this.#components.append(facts)
    for (const command of commands) await this.#carryOut(command)
    if (input.kind !== 'tick') this.#init.onChange()
  }

  async #carryOut(command: Command): Promise<void> {
    switch (command.kind) {
      case 'keep-counter':
        return this.#components.keepCounter(command.counter)
      case 'announce':
        return this.announce()
      case 'lease':
      case 'revoke':
        return this.#components.command(command)
    }
  }

  #note(decision: Decision): void {
    const { atMs: _monotonic, kind, ...fields } = decision
    if (kind === 'refuse' || kind === 'ignore') this.#components.log.debug({ decision: kind, ...fields }, 'refused')
    else this.#components.log.info({ decision: kind, ...fields }, 'decided')
  }
}
