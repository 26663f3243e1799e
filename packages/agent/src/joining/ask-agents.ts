import { isSheafError, SheafError, toSheafError } from '@sheaf/protocol'
import type { Identity } from '../identity/index.js'
import { JoinNode, type FoundAgent } from '../network/index.js'

export interface AskAgentsInit {
  readonly identity: Identity
  /** Multiaddrs of agents to ask; without any they are looked for on the LAN. */
  readonly addresses: readonly string[]
  readonly signal: AbortSignal
  /** How long to look for an agent that has an answer. */
  readonly patienceMs: number
  /** Asks everybody again after so long, for as long as the signal lets; once when absent. */
  readonly againEveryMs?: number | undefined
  readonly mdnsPort?: number | undefined
}

/** One conversation: an answer, or `undefined` from who has none yet. */
export type Ask<T> = (node: JoinNode, agent: FoundAgent, signal: AbortSignal) => Promise<T | undefined>

const attemptMs = 10_000
const attemptsAtOnce = 8
const mostAgents = 256
/** When those who were found have all said no, and nobody new has come for so long, nobody will. */
const quietMs = 4_000
/** Who cannot be reached just now is tried again: a machine that renders answers late. */
const unreachedAgainMs = 1_000

/** What one agent says does not end the search, since anybody can answer; the best of them is told in the end. */
const passing: Readonly<Record<string, number>> = {
  SHEAF_INVITATION_WRONG: 4,
  SHEAF_JOIN_REFUSED: 3,
  SHEAF_INVITATION_UNKNOWN: 2,
  SHEAF_CERTIFICATE_INVALID: 1,
  SHEAF_WIRE_MALFORMED: 1,
  SHEAF_WIRE_LIMIT: 1,
  SHEAF_TIMEOUT: 0,
  SHEAF_PEER_UNREACHABLE: 0,
}

/**
 * Asks every agent that is found, several at once, until one has an answer. Rejects with what agents have said when
 * none has, with `SHEAF_PEER_UNREACHABLE` when nobody was found, and at once with what is this machine's own trouble.
 */
export function askAgents<T>(init: AskAgentsInit, ask: Ask<T>): Promise<T> {
  return new Asking(init, ask).run()
}

class Asking<T> {
  readonly #init: AskAgentsInit
  readonly #ask: Ask<T>
  readonly #known = new Set<string>()
  /** Those who have said no. */
  readonly #refused = new Set<string>()
  readonly #waiting: FoundAgent[] = []
  readonly #ended = new AbortController()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #attempts = new Set<Promise<void>>()
  #node: JoinNode | undefined
  #quiet: NodeJS.Timeout | undefined
  #worst: SheafError | undefined
  #answered = false
  #settle: { readonly resolve: (answer: T) => void; readonly reject: (error: Error) => void } | undefined

  constructor(init: AskAgentsInit, ask: Ask<T>) {
    this.#init = init
    this.#ask = ask
  }

  async run(): Promise<T> {
    const { identity, addresses, mdnsPort, signal, patienceMs } = this.#init
    signal.throwIfAborted()
    const done = new Promise<T>((resolve, reject) => (this.#settle = { resolve, reject }))
    done.catch(() => undefined)
    const onAbort = (): void => this.#settle?.reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      this.#node = await JoinNode.start(identity, { addresses, mdnsPort, onFound: (agent) => this.#found(agent) })
      this.#next()
      this.#later(patienceMs, () => this.#giveUp())
      return await done
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#ended.abort(new Error('the search is over'))
      clearTimeout(this.#quiet)
      for (const timer of this.#timers) clearTimeout(timer)
      await Promise.allSettled([...this.#attempts])
      await this.#node?.stop()
    }
  }

  #found(agent: FoundAgent): void {
    if (this.#known.has(agent.key) || this.#known.size >= mostAgents) return
    this.#known.add(agent.key)
    this.#waiting.push(agent)
    this.#restartQuiet()
    this.#next()
  }

  #next(): void {
    const node = this.#node
    if (node === undefined || this.#ended.signal.aborted) return
    while (this.#attempts.size < attemptsAtOnce) {
      const agent = this.#waiting.shift()
      if (agent === undefined) return
      const attempt = this.#attempt(node, agent).finally(() => {
        this.#attempts.delete(attempt)
        this.#next()
        this.#endIfAllSaidNo()
      })
      this.#attempts.add(attempt)
    }
  }

  async #attempt(node: JoinNode, agent: FoundAgent): Promise<void> {
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(attemptMs)])
    try {
      const answer = await this.#ask(node, agent, signal)
      if (answer !== undefined) return this.#settle?.resolve(answer)
      this.#answered = true
    } catch (cause) {
      if (this.#ended.signal.aborted) return
      const error = signal.aborted ? tooSlow(agent, cause) : cause
      if (!isSheafError(error) || !(error.code in passing)) {
        return this.#settle?.reject(toSheafError(error, { code: 'SHEAF_INTERNAL', message: 'joining failed here' }))
      }
      if (this.#worst === undefined || rankOf(error) > rankOf(this.#worst)) this.#worst = error
      if (rankOf(error) === 0) return this.#askAgain(agent, unreachedAgainMs)
      this.#refused.add(agent.key)
    }
    const { againEveryMs } = this.#init
    if (againEveryMs !== undefined) this.#askAgain(agent, againEveryMs)
  }

  #askAgain(agent: FoundAgent, afterMs: number): void {
    this.#later(afterMs, () => {
      this.#waiting.push(agent)
      this.#next()
    })
  }

  /** Named agents are all there is; on the LAN more may show up for a while. */
  #endIfAllSaidNo(): void {
    const { addresses, againEveryMs } = this.#init
    if (addresses.length > 0 && againEveryMs === undefined && this.#refused.size === this.#known.size) this.#giveUp()
  }

  #restartQuiet(): void {
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => {
      if (this.#idle && this.#worst !== undefined && rankOf(this.#worst) > 0) this.#giveUp()
      else this.#restartQuiet()
    }, quietMs)
  }

  get #idle(): boolean {
    return this.#attempts.size === 0 && this.#waiting.length === 0
  }

  /** Somebody who has noted us may say yes as long as we ask. */
  #giveUp(): void {
    if (this.#answered && this.#init.againEveryMs !== undefined) return
    this.#settle?.reject(this.#worst ?? nobodyFound())
  }

  #later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      act()
    }, ms)
    this.#timers.add(timer)
  }
}

const rankOf = ({ code }: SheafError): number => passing[code] ?? 0

function tooSlow(agent: FoundAgent, cause: unknown): SheafError {
  return new SheafError({
    code: 'SHEAF_TIMEOUT',
    message: `${agent.addresses[0] ?? agent.key} did not answer within ${attemptMs / 1000} s.`,
    cause,
  })
}

function nobodyFound(): SheafError {
  return new SheafError({
    code: 'SHEAF_PEER_UNREACHABLE',
    message: 'No agent was found on this network.',
    hint: 'Name a machine of the farm: sheaf join … --address HOST. sheaf doctor looks for what is in the way.',
  })
}
