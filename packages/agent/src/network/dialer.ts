import { isSheafError, type PeerId } from '@sheaf/protocol'
import type { Log } from '../log/index.js'

const firstPauseMs = 300
const longestPauseMs = 30_000
/** A peer that nobody named and that mDNS no longer shows is given up after about ten minutes. */
const attemptsBeforeForgetting = 25
const attemptTimeoutMs = 10_000
/** A member of earlier days that does not answer for so long is asked rarely: it may have left, or the cable. */
const rarePauseMs = 5 * 60_000
/** Addresses are dialled one after another, each for up to 2 s: as many as fit into one attempt. */
const addressesPerAttempt = 4
const maxAddresses = 16
/** What members say must not make this agent dial without bound. */
const maxTargets = 2_000

export interface DialerComponents {
  /** Connects to one of the addresses, hello included; resolves to the peer that was met there. */
  readonly dial: (addresses: readonly string[], signal: AbortSignal) => Promise<PeerId>
  readonly isConnected: (peer: PeerId) => boolean
  /** Wall time before which the peer must not be dialled. */
  readonly refusedUntilMs: (peer: PeerId) => number
  /** A member that was met before is never given up while it is remembered. */
  readonly isRemembered: (peer: PeerId) => boolean
  readonly log: Log
}

interface Target {
  readonly source: 'static' | 'found'
  peer: PeerId | undefined
  addresses: readonly string[]
  failures: number
  attempt: Promise<void> | undefined
  timer: NodeJS.Timeout | undefined
}

/** Keeps connections to everybody whose address is known: dials, and dials again with back-off. */
export class Dialer {
  readonly #components: DialerComponents
  readonly #targets = new Map<string, Target>()
  readonly #abort = new AbortController()

  constructor(components: DialerComponents) {
    this.#components = components
  }

  /** A peer named in the configuration. Never given up. */
  addStatic(address: string, peer: PeerId | undefined): void {
    this.#target(peer ?? address, { source: 'static', peer, addresses: [address] })
  }

  /** A peer that is there right now, at these addresses. */
  found(peer: PeerId, addresses: readonly string[]): void {
    const target = this.#target(peer, { source: 'found', peer, addresses })
    if (target.source === 'found') target.addresses = addresses
    if (target.failures > 0) this.#schedule(target, 0)
  }

  /** A peer that is or was at these addresses, as a member says or as is remembered: tried before what is known. */
  heardOf(peer: PeerId, addresses: readonly string[]): void {
    if (this.#targets.size >= maxTargets && !this.#targets.has(peer)) return
    const known = this.#targets.get(peer)?.addresses ?? []
    this.found(peer, [...new Set([...addresses, ...known])].slice(0, maxAddresses))
  }

  /** The last connection to the peer has closed. */
  lost(peer: PeerId): void {
    for (const target of this.#targets.values()) {
      if (target.peer !== peer) continue
      target.failures = 0
      this.#schedule(target, firstPauseMs * Math.random())
    }
  }

  /** Ends all attempts. The dialer cannot be used again. */
  async stop(): Promise<void> {
    this.#abort.abort(new Error('the network is stopping'))
    const targets = [...this.#targets.values()]
    for (const target of targets) clearTimeout(target.timer)
    await Promise.all(targets.flatMap((target) => (target.attempt === undefined ? [] : [target.attempt])))
  }

  #target(key: string, init: Pick<Target, 'source' | 'peer' | 'addresses'>): Target {
    const known = this.#targets.get(key)
    if (known !== undefined) return known
    const target: Target = { ...init, failures: 0, attempt: undefined, timer: undefined }
    this.#targets.set(key, target)
    this.#schedule(target, 0)
    return target
  }

  #schedule(target: Target, pauseMs: number): void {
    if (this.#abort.signal.aborted) return
    clearTimeout(target.timer)
    const refusedMs = target.peer === undefined ? 0 : this.#components.refusedUntilMs(target.peer) - Date.now()
    target.timer = setTimeout(() => this.#attempt(target), Math.max(pauseMs, refusedMs))
  }

  #attempt(target: Target): void {
    if (target.attempt !== undefined) return
    if (target.peer !== undefined && this.#components.isConnected(target.peer)) return
    target.attempt = this.#dial(target).finally(() => (target.attempt = undefined))
  }

  async #dial(target: Target): Promise<void> {
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(attemptTimeoutMs)])
    try {
      target.peer = await this.#components.dial(nextAddresses(target), signal)
      target.failures = 0
      // The connection may have closed again before this target was known to be its peer's.
      if (!this.#components.isConnected(target.peer)) this.#schedule(target, firstPauseMs)
    } catch (error) {
      target.failures += 1
      const { addresses, peer, failures } = target
      this.#components.log.debug({ peer, addresses, failures, error }, 'peer could not be dialled')
      if (target.source === 'static' || failures < attemptsBeforeForgetting) {
        this.#schedule(target, Math.max(backOffMs(failures), this.#refusedForMs(error)))
      } else if (peer !== undefined && this.#components.isRemembered(peer)) {
        this.#schedule(target, rarePauseMs * (1 - Math.random() / 2))
      } else {
        this.#forget(target)
      }
    }
  }

  /** An address alone does not say whom it leads to; the refusal does. */
  #refusedForMs(error: unknown): number {
    const peer = isSheafError(error) ? error.details['peer'] : undefined
    return typeof peer === 'string' ? this.#components.refusedUntilMs(peer as PeerId) - Date.now() : 0
  }

  #forget(target: Target): void {
    for (const [key, candidate] of this.#targets) if (candidate === target) this.#targets.delete(key)
  }
}

/** All in turn, a few at each attempt, so that many that lead nowhere do not hide the one that does. */
function nextAddresses({ addresses, failures }: Target): readonly string[] {
  if (addresses.length <= addressesPerAttempt) return addresses
  const from = (failures * addressesPerAttempt) % addresses.length
  return [...addresses.slice(from), ...addresses.slice(0, from)].slice(0, addressesPerAttempt)
}

/** 0.3 s, 0.6 s … 30 s, each cut by up to a half at random, so that two agents do not stay in step. */
function backOffMs(failures: number): number {
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1))
  return pauseMs * (1 - Math.random() / 2)
}
