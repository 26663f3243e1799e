import type {
  Certificate,
  CertificateChain,
  Fact,
  FactHash,
  FactIntent,
  FarmKeyId,
  LogId,
  PeerId,
  Role,
  SignedPlace,
} from '@sheaf/protocol'

export const logOf = (name: string): LogId => `log-${name}` as LogId
const hashOf = (text: string): FactHash => `hash-${text}` as FactHash
const farmKey = 'key' as FarmKeyId

/** A certificate nobody signed: admins are given a serial, others an issuer. */
export function certificate(peer: PeerId, init: { role: Role; serial?: number; issuer?: PeerId }): Certificate {
  const { role, serial = 0, issuer = 'farm' } = init
  return { farmKey, peer, name: peer, role, serial, issuedAtMs: 0, expiresAtMs: 1, issuer }
}

/** The first fact of a log. */
export function certified(own: Certificate, admin?: Certificate): FactIntent {
  return { kind: 'member-certified', payload: { chain: [] as unknown as CertificateChain, certificate: own, admin } }
}

/** A revocation that names these heads. */
export function revoked(
  peer: PeerId,
  heads: readonly (readonly [LogId, number])[],
  keeps: readonly PeerId[] = [],
): FactIntent {
  const named = heads.map(([logId, seq]) => ({ logId, seq }))
  return { kind: 'member-revoked', payload: { peer, heads: named, keeps, reason: 'lost' } }
}

/** A proof that the log forked at `seq`; both branches follow one fact. */
export function forked(author: PeerId, logId: LogId, seq: number): FactIntent {
  const place = (branch: string): SignedPlace => {
    return { seq, prev: hashOf(`${seq - 1}`), hash: hashOf(`${seq}${branch}`), signature: new Uint8Array(0) }
  }
  return { kind: 'log-forked', payload: { author, logId, places: [place('a'), place('b')] } }
}

/** An author's log: its facts one after another. `lamports` says where in the farm's order each is; by sequence if absent. */
export function writeLog(
  author: PeerId,
  logId: LogId,
  intents: readonly FactIntent[],
  lamports: readonly number[] = [],
): readonly Fact[] {
  return intents.map((intent, at) => {
    const stamp = { author, lamport: lamports[at] ?? at + 1, hash: hashOf(`${author}/${logId}/${at + 1}`) }
    return { ...intent, stamp, logId, seq: at + 1 }
  })
}
