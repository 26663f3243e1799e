import { randomBytes } from 'node:crypto'
import {
  certificateFromWire,
  grantFromWire,
  joinMessageFromWire,
  joinMessageToWire,
  limits,
  SheafError,
  type Credentials,
  type JoinMessage,
  type PeerId,
} from '@sheaf/protocol'
import { verifyChain } from './certificate.js'
import { inviterProof, newcomerProof, rendezvousTag, sameProof, type JoinParties } from './invitation-code.js'
import type { JoinStream } from './join-server.js'

export interface JoinOptions {
  readonly self: PeerId
  /** What this machine calls itself. */
  readonly name: string
  readonly signal: AbortSignal
}

/** Stores what was granted; when it rejects, the farm is not told that it was stored, and the same code serves again. */
export type StoreGrant = (credentials: Credentials) => Promise<void>

/**
 * The newcomer's side of an invitation, with one agent. Resolves when the credentials are stored.
 * `SHEAF_INVITATION_UNKNOWN` when this agent has no such invitation, `SHEAF_INVITATION_WRONG` when what it says
 * does not prove that it knows the code, `SHEAF_JOIN_REFUSED`, `SHEAF_WIRE_*`, `SHEAF_PEER_UNREACHABLE`.
 */
export async function joinByCode(
  stream: JoinStream,
  code: Uint8Array,
  store: StoreGrant,
  { self, name, signal }: JoinOptions,
): Promise<Credentials> {
  const newcomerNonce = randomBytes(32)
  await say(stream, { kind: 'ask', tag: rendezvousTag(code), nonce: newcomerNonce }, signal)
  const challenge = await hear(stream, signal)
  if (challenge.kind !== 'challenge') throw unexpected(challenge.kind)
  const parties: JoinParties = { newcomer: self, inviter: stream.peer, newcomerNonce, inviterNonce: challenge.nonce }
  await say(stream, { kind: 'proof', mac: newcomerProof(code, parties, name), name }, signal)
  const answer = await hear(stream, signal)
  if (answer.kind !== 'grant') throw unexpected(answer.kind)
  if (!sameProof(answer.mac, inviterProof(code, parties, answer.grant))) {
    throw new SheafError({
      code: 'SHEAF_INVITATION_WRONG',
      message: `Peer ${stream.peer} does not know the code, though it says that it does.`,
      hint: 'Somebody on this network may pose as your farm. Ask for a new code and join by --address.',
      details: { peer: stream.peer },
    })
  }
  const credentials = ownGrant(answer.grant, self)
  await store(credentials)
  // Stored is stored, whether the farm hears of it or not.
  await say(stream, { kind: 'done' }, signal).catch(() => undefined)
  return credentials
}

/**
 * Asks one agent to be let in without an invitation: `undefined` while nobody has approved it. What is granted is
 * proved by no code, so a person must compare the farm's fingerprint before it is stored.
 */
export async function knock(stream: JoinStream, { self, name, signal }: JoinOptions): Promise<Credentials | undefined> {
  await say(stream, { kind: 'knock', name }, signal)
  const answer = await hear(stream, signal)
  if (answer.kind === 'pending') return undefined
  if (answer.kind !== 'grant') throw unexpected(answer.kind)
  return ownGrant(answer.grant, self)
}

/** Asks an admin for a certificate with a later end. `undefined` when it cannot give one. */
export async function askRenewal(
  stream: JoinStream,
  { self, signal }: Pick<JoinOptions, 'self' | 'signal'>,
): Promise<Credentials | undefined> {
  await say(stream, { kind: 'renew' }, signal)
  const answer = await hearAny(stream, signal)
  return answer.kind === 'grant' ? ownGrant(answer.grant, self) : undefined
}

/** What was granted, if it is a certificate for this machine that holds. */
function ownGrant(grant: Uint8Array, self: PeerId): Credentials {
  const credentials = grantFromWire(grant)
  const verdict = verifyChain(credentials.chain, { farmKeys: new Set([credentials.farmKey]), peer: self })
  if (verdict.kind === 'valid') return credentials
  throw new SheafError({
    code: 'SHEAF_CERTIFICATE_INVALID',
    message: `What the farm has sent is no certificate for this machine (${verdict.fault}).`,
    hint: 'Ask for a new code.',
  })
}

/** Role that credentials give. */
export function roleOf(credentials: Credentials) {
  return certificateFromWire(credentials.chain[0].body).role
}

async function say(stream: JoinStream, message: JoinMessage, signal: AbortSignal): Promise<void> {
  await stream.write(joinMessageToWire(message), { signal })
}

async function hear(stream: JoinStream, signal: AbortSignal): Promise<JoinMessage> {
  const message = await hearAny(stream, signal)
  if (message.kind === 'refused') throw refusal(message.reason, stream.peer)
  return message
}

async function hearAny(stream: JoinStream, signal: AbortSignal): Promise<JoinMessage> {
  const frame = await stream.read(limits.joinMessageBytes, { signal })
  if (frame !== undefined) return joinMessageFromWire(frame)
  throw new SheafError({
    code: 'SHEAF_PEER_UNREACHABLE',
    message: `Peer ${stream.peer} has ended the joining.`,
    hint: 'Try again; the code is still good if it has not run out.',
    details: { peer: stream.peer },
  })
}

function refusal(reason: Extract<JoinMessage, { kind: 'refused' }>['reason'], peer: PeerId): SheafError {
  if (reason === 'unknown-invitation') {
    return new SheafError({
      code: 'SHEAF_INVITATION_UNKNOWN',
      message: 'No machine that answers knows this code: it was mistyped, has run out, or was used.',
      hint: 'Compare it, or ask for a new one: sheaf invite.',
      details: { peer },
    })
  }
  if (reason === 'wrong-proof') {
    return new SheafError({
      code: 'SHEAF_INVITATION_WRONG',
      message: `Peer ${peer} says that the code is wrong.`,
      hint: 'Ask for a new one: sheaf invite.',
      details: { peer },
    })
  }
  const why = {
    busy: 'it has too much to answer just now; try again in a minute',
    'not-here': 'it cannot do that; an admin can',
    'disk-full': 'its disk is full',
    failed: 'something went wrong there; its log says what',
  }[reason]
  return new SheafError({
    code: 'SHEAF_JOIN_REFUSED',
    message: `Peer ${peer} has not let this machine in: ${why}.`,
    details: { peer, reason },
  })
}

function unexpected(kind: string): SheafError {
  return new SheafError({ code: 'SHEAF_WIRE_MALFORMED', message: `join: ${kind} is not what comes at this step` })
}
