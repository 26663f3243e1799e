import { createHash } from 'node:crypto'
import {
  certificateFromWire,
  factBodyToWire,
  factPayloadToWire,
  parseFactHash,
  type Credentials,
  type FactHash,
  type FactIntent,
  type LogId,
  type SignedFact,
} from '@sheaf/protocol'
import type { Identity } from '../../identity/index.js'
import { placeBytes } from '../signed-place.js'

/** Writes a log as an author elsewhere would: signed, each fact naming the one before, certificates first. */
export class LogWriter {
  readonly facts: SignedFact[] = []
  readonly #identity: Identity
  readonly #logId: LogId
  #seq = 0
  #lamport = 0
  #prev: FactHash | undefined

  constructor(identity: Identity, logId: LogId, credentials?: Credentials) {
    this.#identity = identity
    this.#logId = logId
    if (credentials === undefined) return
    const [own, admin] = credentials.chain
    const certificates = {
      certificate: certificateFromWire(own.body),
      admin: admin && certificateFromWire(admin.body),
    }
    this.intent({ kind: 'member-certified', payload: { chain: credentials.chain, ...certificates } })
  }

  intent(intent: FactIntent, lamport?: number): SignedFact {
    return this.raw(intent.kind, factPayloadToWire(intent), lamport)
  }

  /** A fact of any kind, readable or not. */
  raw(
    kind = 'kind-of-tomorrow',
    payload: Uint8Array = new Uint8Array([1, 2, 3]),
    lamport = this.#lamport + 1,
  ): SignedFact {
    const place = { logId: this.#logId, seq: this.#seq + 1, prev: this.#prev }
    const body = factBodyToWire({ author: this.#identity.peerId, ...place, lamport, kind, payload })
    const hash = parseFactHash(createHash('sha256').update(body).digest('hex'))
    if (hash === undefined) throw new Error('a SHA-256 does not look like one')
    const fact = { body, signature: this.#identity.sign(placeBytes({ ...place, hash })) }
    this.#seq += 1
    this.#lamport = lamport
    this.#prev = hash
    this.facts.push(fact)
    return fact
  }

  /** Another writer that goes on from here, on a branch of its own. */
  branch(): LogWriter {
    const other = new LogWriter(this.#identity, this.#logId)
    other.#seq = this.#seq
    other.#lamport = this.#lamport
    other.#prev = this.#prev
    return other
  }
}
