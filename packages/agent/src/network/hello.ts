import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  helloFromWire,
  helloToWire,
  limits,
  protocolVersion,
  SheafError,
  type HelloMessage,
  type HelloVerdict,
  type PeerId,
} from '@sheaf/protocol'
import type { FarmSecret } from '../identity/index.js'
import type { FarmStream } from './farm-stream.js'

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
 * Proves membership both ways over a fresh connection, as the side that dialled. Resolves when both are members.
 * `SHEAF_FARM_REFUSED`, `SHEAF_VERSION_MISMATCH`, `SHEAF_WIRE_*`, `SHEAF_PEER_UNREACHABLE`.
 */
export async function helloAsDialer(
  stream: FarmStream,
  secret: FarmSecret,
  parties: HelloParties,
  signal: AbortSignal,
): Promise<void> {
  const version = parties.version ?? protocolVersion
  const key = helloKey(secret)
  const nonce = randomBytes(nonceBytes)
  await stream.write(helloToWire({ version, nonce }), { signal })
  const answer = await readHello(stream, signal)
  throwOnVerdict(answer.verdict, parties.listener)
  if (answer.version !== version) throw await turnDown(stream, 'version-mismatch', parties.listener, version)
  const nonces = { dialer: nonce, listener: present(answer.nonce) }
  if (!proves(answer.proof, proof(key, 'listener', parties, nonces))) {
    throw await turnDown(stream, 'farm-refused', parties.listener, version)
  }
  await stream.write(helloToWire({ version, proof: proof(key, 'dialer', parties, nonces) }), { signal })
  const last = await readHello(stream, signal)
  throwOnVerdict(last.verdict, parties.listener)
  if (last.verdict !== 'welcome') throw malformedHello()
}

/**
 * The same as the side that was dialled. `admit` is called before the dialer hears that it is welcome, so that it
 * may open streams at once. Errors as `helloAsDialer`.
 */
export async function helloAsListener(
  stream: FarmStream,
  secret: FarmSecret,
  parties: HelloParties,
  options: { readonly signal: AbortSignal; readonly admit: () => void },
): Promise<void> {
  const { signal } = options
  const version = parties.version ?? protocolVersion
  const key = helloKey(secret)
  const first = await readHello(stream, signal)
  if (first.version !== version) throw await turnDown(stream, 'version-mismatch', parties.dialer, version)
  const nonces = { dialer: present(first.nonce), listener: randomBytes(nonceBytes) }
  const ours = proof(key, 'listener', parties, nonces)
  await stream.write(helloToWire({ version, nonce: nonces.listener, proof: ours }), { signal })
  const second = await readHello(stream, signal)
  throwOnVerdict(second.verdict, parties.dialer)
  if (!proves(second.proof, proof(key, 'dialer', parties, nonces))) {
    throw await turnDown(stream, 'farm-refused', parties.dialer, version)
  }
  options.admit()
  await stream.write(helloToWire({ version, verdict: 'welcome' }), { signal })
}

function helloKey(secret: FarmSecret): Uint8Array {
  return secret.deriveKey('sheaf hello 1')
}

/** HMAC over direction, both peer ids and both nonces: it fits this connection and this side of it only. */
function proof(key: Uint8Array, by: 'dialer' | 'listener', parties: HelloParties, nonces: Nonces): Uint8Array {
  return createHmac('sha256', key)
    .update([by, parties.dialer, parties.listener, ''].join('\n'))
    .update(nonces.dialer)
    .update(nonces.listener)
    .digest()
}

function proves(given: Uint8Array | undefined, expected: Uint8Array): boolean {
  return given !== undefined && given.byteLength === expected.byteLength && timingSafeEqual(given, expected)
}

async function readHello(stream: FarmStream, signal: AbortSignal): Promise<HelloMessage> {
  const frame = await stream.read(limits.helloBytes, { signal })
  if (frame === undefined) throw malformedHello()
  return helloFromWire(frame)
}

function present(nonce: Uint8Array | undefined): Uint8Array {
  if (nonce === undefined) throw malformedHello()
  return nonce
}

/** Tells the other side why, as far as it still listens, and makes our own error. */
async function turnDown(
  stream: FarmStream,
  verdict: 'farm-refused' | 'version-mismatch',
  peer: PeerId,
  version: number,
): Promise<SheafError> {
  await stream.write(helloToWire({ version, verdict })).catch(() => undefined)
  return refusal(verdict, peer)
}

function throwOnVerdict(verdict: HelloVerdict | undefined, peer: PeerId): void {
  if (verdict === undefined || verdict === 'welcome') return
  throw refusal(verdict, peer)
}

function refusal(verdict: Exclude<HelloVerdict, 'welcome'>, peer: PeerId): SheafError {
  if (verdict === 'version-mismatch') {
    return new SheafError({
      code: 'SHEAF_VERSION_MISMATCH',
      message: `Peer ${peer} speaks another version of the farm's protocol than this agent (${protocolVersion}).`,
      hint: 'Install the same version of Sheaf on both machines.',
      details: { peer },
    })
  }
  return new SheafError({
    code: 'SHEAF_FARM_REFUSED',
    message: `Peer ${peer} does not share this farm's secret.`,
    hint: 'If it should be in the farm, give both machines the same farm secret file.',
    details: { peer },
  })
}

function malformedHello(): SheafError {
  return new SheafError({ code: 'SHEAF_WIRE_MALFORMED', message: 'hello: not what comes at this step' })
}
