import { hkdfSync } from 'node:crypto'
import type { PeerId } from '@sheaf/protocol'

/** What both ends know of one lane. The nonces have travelled over the connection that Noise protects, and nowhere else. */
export interface LaneAgreement {
  readonly asker: PeerId
  readonly server: PeerId
  readonly protocol: string
  /** Names the lane in its handshake, where everybody can read it. */
  readonly lane: Uint8Array
  readonly askerNonce: Uint8Array
  readonly serverNonce: Uint8Array
}

/** Suites of TLS 1.3 whose hash is that of the key; the first one has hardware help everywhere. */
export const laneTls = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_128_GCM_SHA256',
} as const

const keyBytes = 32

/** The lane's pre-shared key: both ends have a half of it, and it fits these two peers and this protocol alone. */
export function laneKey({ asker, server, protocol, lane, askerNonce, serverNonce }: LaneAgreement): Uint8Array {
  const secret = Buffer.concat([askerNonce, serverNonce])
  const info = `sheaf bulk 1\n${asker}\n${server}\n${protocol}`
  return new Uint8Array(hkdfSync('sha256', secret, lane, info, keyBytes))
}

/** A lane as it is named in the handshake, where text is wanted. */
export function laneName(lane: Uint8Array): string {
  return Buffer.from(lane).toString('hex')
}
