import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  assertNever,
  helloFromWire,
  helloToWire,
  limits,
  protocolVersion,
  SheafError,
  type CertificateChain,
  type HelloMessage,
  type HelloVerdict,
  type PeerId,
  type VerifiedChain,
} from '@sheaf/protocol'
import type { Membership, Standing } from '../membership/index.js'
import type { FarmStream } from './farm-stream.js'
import { ownRefusal, peerRefusal, versionRefusal } from './hello-refusals.js'

/** Who says hello to whom over one connection; both ids are what Noise has authenticated. */
export interface HelloParties {
  readonly dialer: PeerId
  readonly listener: PeerId
  /** Another version than the product's own, for tests. */
  readonly version?: number | undefined
}

interface Nonces {
  readonly dialer: Uint8Array
  readonly listener: Uint8Array
}

const nonceBytes = 32

/**
 * Proves membership both ways over a fresh connection, as the side that dialled. Resolves to the listener's chain
 * when both are members. `SHEAF_FARM_REFUSED`, `SHEAF_VERSION_OLDER`, `SHEAF_VERSION_NEWER`,
 * `SHEAF_CERTIFICATE_EXPIRED`, `SHEAF_MEMBER_REVOKED`, `SHEAF_WIRE_*`, `SHEAF_PEER_UNREACHABLE`.
 */
export async function helloAsDialer(
  stream: FarmStream,
  membership: Membership,
  parties: HelloParties,
  signal: AbortSignal,
): Promise<VerifiedChain> {
  const version = parties.version ?? protocolVersion
  const exchange = { stream, peer: parties.listener, version, signal }
  const nonce = randomBytes(nonceBytes)
  await stream.write(helloToWire({ version, nonce, tag: dialerTag(membership, parties, nonce) }), { signal })
  const answer = await hear(exchange)
  const nonces = { dialer: nonce, listener: present(answer.nonce) }
  if (!fits(answer.tag, listenerTag(membership, parties, nonces))) {
    throw await turnDown(exchange, 'farm-refused', peerRefusal('foreign', parties.listener))
  }
  const verified = await judged(exchange, membership, present(answer.chain))
  await stream.write(helloToWire({ version, chain: membership.credentials.chain }), { signal })
  if ((await hear(exchange)).verdict !== 'welcome') throw malformedHello()
  return verified
}

/**
 * The same as the side that was dialled. `admit` is called before the dialer hears that it is welcome, so that it
 * may open streams at once. Errors as `helloAsDialer`.
 */
export async function helloAsListener(
  stream: FarmStream,
  membership: Membership,
  parties: HelloParties,
  options: { readonly signal: AbortSignal; readonly admit: (verified: VerifiedChain) => void },
): Promise<void> {
  const { signal } = options
  const version = parties.version ?? protocolVersion
  const exchange = { stream, peer: parties.dialer, version, signal }
  const first = await hear(exchange)
  const dialer = present(first.nonce)
  // Who does not know the farm's key learns nothing, not even which farm this is.
  if (!fits(first.tag, dialerTag(membership, parties, dialer))) {
    throw await turnDown(exchange, 'farm-refused', peerRefusal('foreign', parties.dialer))
  }
  const nonces = { dialer, listener: randomBytes(nonceBytes) }
  const tag = listenerTag(membership, parties, nonces)
  const { chain } = membership.credentials
  await stream.write(helloToWire({ version, nonce: nonces.listener, tag, chain }), { signal })
  const verified = await judged(exchange, membership, present((await hear(exchange)).chain))
  options.admit(verified)
  await stream.write(helloToWire({ version, verdict: 'welcome' }), { signal })
}

interface Exchange {
  readonly stream: FarmStream
  readonly peer: PeerId
  readonly version: number
  readonly signal: AbortSignal
}

/** The other side's next frame; its verdicts and other versions are thrown. */
async function hear({ stream, peer, version, signal }: Exchange): Promise<HelloMessage> {
  const frame = await stream.read(limits.helloBytes, { signal })
  if (frame === undefined) throw malformedHello()
  const message = helloFromWire(frame)
  if (message.version !== version) {
    // Whoever has said a verdict listens no more.
    if (message.verdict === undefined) await say(stream, version, 'version-mismatch')
    throw versionRefusal(peer, message.version, version)
  }
  if (message.verdict !== undefined && message.verdict !== 'welcome') throw toldRefusal(message.verdict, peer)
  return message
}

async function judged(exchange: Exchange, membership: Membership, chain: CertificateChain): Promise<VerifiedChain> {
  const standing: Standing = membership.judge(exchange.peer, chain)
  switch (standing.kind) {
    case 'member':
      return standing.verified
    case 'expired':
      throw await turnDown(exchange, 'expired', peerRefusal('expired', exchange.peer, standing.certificate))
    case 'revoked':
      throw await turnDown(exchange, 'revoked', peerRefusal('revoked', exchange.peer, standing.certificate))
    case 'foreign':
      throw await turnDown(exchange, 'farm-refused', peerRefusal('foreign', exchange.peer))
    default:
      return assertNever(standing)
  }
}

/** Tells the other side why, as far as it still listens, and hands our own error on. */
async function turnDown({ stream, version }: Exchange, verdict: HelloVerdict, error: SheafError): Promise<SheafError> {
  await say(stream, version, verdict)
  return error
}

async function say(stream: FarmStream, version: number, verdict: HelloVerdict): Promise<void> {
  await stream.write(helloToWire({ version, verdict })).catch(() => undefined)
}

function toldRefusal(verdict: Exclude<HelloVerdict, 'welcome'>, peer: PeerId): SheafError {
  switch (verdict) {
    case 'expired':
    case 'revoked':
      return ownRefusal(verdict, peer)
    case 'farm-refused':
      return peerRefusal('foreign', peer)
    case 'version-mismatch':
      return malformedHello()
    default:
      return assertNever(verdict)
  }
}

/** Shows that the dialer knows the farm, for this connection and its nonce alone. */
function dialerTag(membership: Membership, parties: HelloParties, nonce: Uint8Array): Uint8Array {
  return tag(membership, 'dialer', parties, [nonce])
}

/** The listener's answer in kind, over both nonces. */
function listenerTag(membership: Membership, parties: HelloParties, { dialer, listener }: Nonces): Uint8Array {
  return tag(membership, 'listener', parties, [dialer, listener])
}

function tag(
  { credentials }: Membership,
  by: 'dialer' | 'listener',
  parties: HelloParties,
  nonces: readonly Uint8Array[],
): Uint8Array {
  const hmac = createHmac('sha256', Buffer.from(credentials.farmId, 'hex'))
  hmac.update(['sheaf hello 2', by, parties.dialer, parties.listener, ''].join('\n'))
  for (const nonce of nonces) hmac.update(nonce)
  return hmac.digest()
}

function fits(given: Uint8Array | undefined, expected: Uint8Array): boolean {
  return given !== undefined && given.byteLength === expected.byteLength && timingSafeEqual(given, expected)
}

function present<T>(part: T | undefined): T {
  if (part === undefined) throw malformedHello()
  return part
}

function malformedHello(): SheafError {
  return new SheafError({ code: 'SHEAF_WIRE_MALFORMED', message: 'hello: not what comes at this step' })
}
