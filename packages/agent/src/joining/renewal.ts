import { certificateFromWire, protocols, type Credentials, type PeerId } from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import { askRenewal, isRenewalDue, verifyChain, type FarmMembership, type JoinStream } from '../membership/index.js'

export interface RenewalComponents {
  readonly membership: FarmMembership
  /** Members that are connected now. */
  readonly peers: () => readonly {
    readonly peer: PeerId
    readonly verified: { readonly certificate: { readonly role: string } }
  }[]
  readonly open: (
    peer: PeerId,
    protocol: string,
    options: { readonly signal: AbortSignal },
  ) => Promise<JoinStream & { close(): Promise<void> }>
  /** Makes this machine's own certificate anew, where the farm key lies here and it is an admin. */
  readonly renewOwn: () => Promise<Credentials>
  /** On disk when it resolves. */
  readonly keep: (credentials: Credentials) => Promise<void>
  readonly log: Log
  readonly nowMs?: (() => number) | undefined
}

/** A certificate is looked at when an admin connects, and so often besides. */
const everyMs = 6 * 3_600_000
const conversationMs = 10_000

/** Has this machine's certificate renewed in its last 30 days, by any admin that is connected. */
export class Renewal {
  readonly #components: RenewalComponents
  readonly #nowMs: () => number
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined

  constructor(components: RenewalComponents) {
    this.#components = components
    this.#nowMs = components.nowMs ?? Date.now
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), everyMs).unref()
    this.look()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#abort.abort(new Error('agent stops'))
    await this.#looking
  }

  /** Asks for a new certificate if it is time; to be called when a member has connected. Never throws. */
  look(): void {
    if (this.#abort.signal.aborted || this.#looking !== undefined) return
    if (!isRenewalDue(this.#components.membership.certificate, this.#nowMs())) return
    this.#looking = this.#renew()
      .catch((error: unknown) => this.#components.log.warn({ error }, 'the certificate could not be renewed'))
      .finally(() => (this.#looking = undefined))
  }

  async #renew(): Promise<void> {
    const { membership, keep, log } = this.#components
    const renewed = (await this.#fromHere()) ?? (await this.#fromAdmins())
    if (renewed === undefined) return
    await keep(renewed)
    membership.renew(renewed)
    log.info({ expiresAtMs: membership.certificate.expiresAtMs }, 'the certificate was renewed')
  }

  async #fromHere(): Promise<Credentials | undefined> {
    const { membership, renewOwn } = this.#components
    if (membership.certificate.role !== 'admin') return undefined
    return renewOwn().catch(() => undefined)
  }

  async #fromAdmins(): Promise<Credentials | undefined> {
    const admins = this.#components.peers().filter(({ verified }) => verified.certificate.role === 'admin')
    for (const { peer } of admins) {
      const renewed = await this.#ask(peer).catch((error: unknown) => {
        this.#components.log.debug({ peer, error }, 'an admin did not renew the certificate')
        return undefined
      })
      if (renewed !== undefined) return renewed
    }
    return undefined
  }

  async #ask(admin: PeerId): Promise<Credentials | undefined> {
    const { membership, open } = this.#components
    const self = membership.certificate.peer
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(conversationMs)])
    const stream = await open(admin, protocols.join, { signal })
    try {
      const renewed = await askRenewal(stream, { self, signal })
      return renewed !== undefined && this.#isLater(renewed) ? renewed : undefined
    } finally {
      await stream.close().catch(() => undefined)
    }
  }

  /** The same farm and role, and a later end: an admin must not make something else of this machine by the way. */
  #isLater({ farmId, farmKey, chain }: Credentials): boolean {
    const { credentials, certificate: own } = this.#components.membership
    const { role, expiresAtMs } = certificateFromWire(chain[0].body)
    const holds = verifyChain(chain, { farmKeys: new Set([credentials.farmKey]), peer: own.peer }).kind === 'valid'
    const same = farmId === credentials.farmId && farmKey === credentials.farmKey && role === own.role
    return holds && same && expiresAtMs > own.expiresAtMs
  }
}
