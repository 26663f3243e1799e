import { randomBytes } from 'node:crypto'
import {
  grantToWire,
  joinMessageFromWire,
  joinMessageToWire,
  limits,
  SheafError,
  toSheafError,
  type Credentials,
  type JoinMessage,
  type JoinRefusal,
  type PeerId,
  type VerifiedChain,
} from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import { inviterProof } from './invitation-code.js'
import type { Invitations } from './invitations.js'
import type { Issuer } from './issuer.js'
import type { Knocks } from './knocks.js'
import { RateLimit } from './rate-limit.js'

/** What joining needs of a stream of frames. */
export interface JoinStream {
  readonly peer: PeerId
  read(maxBytes: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<Uint8Array | undefined>
  write(bytes: Uint8Array, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>
}

/** Whose stream it is. */
export interface JoinCaller {
  /** Address that the connection comes from; for the rate. */
  readonly address: string
  /** Its chain, when hello has admitted it. */
  readonly member: VerifiedChain | undefined
}

export interface JoinServerComponents {
  readonly self: PeerId
  readonly invitations: Invitations
  readonly knocks: Knocks
  readonly issuer: Issuer
  readonly log: Log
  readonly nowMs?: (() => number) | undefined
  /** Whether a renewal may be had: not by those who were put out. */
  readonly mayRenew?: ((member: VerifiedChain) => boolean) | undefined
}

const conversationMs = 10_000
const mostConversations = 64
const rates = { each: { burst: 20, everyMs: 1_000 }, all: { burst: 120, everyMs: 100 } }

/** The farm's side of `/sheaf/join/1`: open to everybody, so it is bounded in time, number, bytes and rate. */
export class JoinServer {
  readonly #components: JoinServerComponents
  readonly #nowMs: () => number
  readonly #rate = new RateLimit(rates)
  #conversations = 0

  constructor(components: JoinServerComponents) {
    this.#components = components
    this.#nowMs = components.nowMs ?? Date.now
  }

  /** Serves one conversation. Rejects when the caller breaks the protocol or is too slow. */
  async serve(stream: JoinStream, caller: JoinCaller): Promise<void> {
    const signal = AbortSignal.timeout(conversationMs)
    const talk = new Talk(stream, signal)
    if (this.#conversations >= mostConversations || !this.#rate.take(caller.address, this.#nowMs())) {
      await talk.refuse('busy')
      return
    }
    this.#conversations += 1
    try {
      await this.#converse(talk, caller)
    } finally {
      this.#conversations -= 1
    }
  }

  async #converse(talk: Talk, caller: JoinCaller): Promise<void> {
    const first = await talk.hear()
    switch (first.kind) {
      case 'ask':
        return this.#invited(talk, first)
      case 'knock':
        return this.#knocked(talk, first.name)
      case 'renew':
        return this.#renewed(talk, caller.member)
      default:
        throw unexpected(first.kind)
    }
  }

  async #invited(talk: Talk, ask: Extract<JoinMessage, { kind: 'ask' }>): Promise<void> {
    const { invitations, self } = this.#components
    if (!invitations.has(ask.tag, talk.peer, this.#nowMs())) return talk.refuse('unknown-invitation')
    const inviterNonce = randomBytes(32)
    await talk.say({ kind: 'challenge', nonce: inviterNonce })
    const proof = await talk.hear()
    if (proof.kind !== 'proof') throw unexpected(proof.kind)
    const parties = { newcomer: talk.peer, inviter: self, newcomerNonce: ask.nonce, inviterNonce }
    const outcome = invitations.prove(ask.tag, { parties, name: proof.name, mac: proof.mac }, this.#nowMs())
    if (outcome.kind !== 'proved') {
      this.#components.log.warn({ peer: talk.peer }, 'an invitation was tried with a wrong code')
      return talk.refuse(outcome.kind === 'wrong' ? 'wrong-proof' : 'unknown-invitation')
    }
    const credentials = await this.#issued(talk, { name: proof.name, role: outcome.role })
    if (credentials === undefined) return
    const grant = grantToWire(credentials)
    await talk.say({ kind: 'grant', grant, mac: inviterProof(outcome.code, parties, grant) })
    if ((await talk.hear()).kind !== 'done') return
    invitations.close(ask.tag)
    this.#components.log.info({ peer: talk.peer, name: proof.name, role: outcome.role }, 'a machine has joined')
  }

  async #knocked(talk: Talk, name: string): Promise<void> {
    const { knocks, log } = this.#components
    const known = knocks.pending(this.#nowMs()).some(({ peer }) => peer === talk.peer)
    const outcome = knocks.knock(talk.peer, name, this.#nowMs())
    if (outcome.kind === 'full') return talk.refuse('busy')
    if (outcome.kind === 'pending') {
      if (!known) log.info({ peer: talk.peer, name }, 'a machine asks to join')
      return talk.say({ kind: 'pending' })
    }
    await talk.say({ kind: 'grant', grant: grantToWire(outcome.grant) })
  }

  async #renewed(talk: Talk, member: VerifiedChain | undefined): Promise<void> {
    const { issuer, mayRenew, log } = this.#components
    if (member === undefined || mayRenew?.(member) === false) return talk.refuse('not-here')
    const credentials = await issuer.renew(member.chain).catch((error: unknown) => {
      log.debug({ peer: talk.peer, error }, 'a certificate cannot be renewed here')
      return undefined
    })
    if (credentials === undefined) return talk.refuse('not-here')
    await talk.say({ kind: 'grant', grant: grantToWire(credentials) })
  }

  async #issued(
    talk: Talk,
    init: { readonly name: string; readonly role: 'admin' | 'artist' | 'worker' },
  ): Promise<Credentials | undefined> {
    const { issuer, log } = this.#components
    try {
      return await issuer.issue({ peer: talk.peer, ...init })
    } catch (cause) {
      const error = toSheafError(cause, { code: 'SHEAF_INTERNAL', message: 'no certificate could be made' })
      log.error({ peer: talk.peer, error }, 'a machine could not be let in')
      await talk.refuse(error.code === 'SHEAF_DISK_FULL' ? 'disk-full' : 'failed')
      return undefined
    }
  }
}

/** Messages over a stream, within the time of one conversation. */
class Talk {
  readonly peer: PeerId
  readonly #stream: JoinStream
  readonly #signal: AbortSignal

  constructor(stream: JoinStream, signal: AbortSignal) {
    this.peer = stream.peer
    this.#stream = stream
    this.#signal = signal
  }

  async say(message: JoinMessage): Promise<void> {
    await this.#stream.write(joinMessageToWire(message), { signal: this.#signal })
  }

  refuse(reason: JoinRefusal): Promise<void> {
    return this.say({ kind: 'refused', reason })
  }

  async hear(): Promise<JoinMessage> {
    const frame = await this.#stream.read(limits.joinMessageBytes, { signal: this.#signal })
    if (frame === undefined) throw new SheafError({ code: 'SHEAF_PEER_UNREACHABLE', message: 'the joining broke off' })
    return joinMessageFromWire(frame)
  }
}

function unexpected(kind: string): SheafError {
  return new SheafError({ code: 'SHEAF_WIRE_MALFORMED', message: `join: ${kind} is not what comes at this step` })
}
