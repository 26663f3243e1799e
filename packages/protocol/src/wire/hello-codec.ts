import { limits } from '../limits.js'
import { checkInteger, checkLength, checkWord, decodeWire } from './check.js'
import { HelloWire } from './generated/hello.js'

/** What the listener says at the end: `welcome`, or why not. */
export const helloVerdicts = ['welcome', 'farm-refused', 'version-mismatch', 'own-peer'] as const
export type HelloVerdict = (typeof helloVerdicts)[number]

/** One frame of `/sheaf/hello/1`; which parts are there depends on the step. */
export interface HelloMessage {
  readonly version: number
  /** 32 random bytes. */
  readonly nonce?: Uint8Array | undefined
  /** HMAC-SHA256, 32 bytes. */
  readonly proof?: Uint8Array | undefined
  readonly verdict?: HelloVerdict | undefined
}

const partBytes = 32

export function helloToWire(hello: HelloMessage): Uint8Array {
  return HelloWire.encode({
    version: hello.version,
    ...(hello.nonce === undefined ? {} : { nonce: Uint8Array.from(hello.nonce) }),
    ...(hello.proof === undefined ? {} : { proof: Uint8Array.from(hello.proof) }),
    ...(hello.verdict === undefined ? {} : { verdict: hello.verdict }),
  })
}

/** `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. */
export function helloFromWire(bytes: Uint8Array): HelloMessage {
  const wire = decodeWire('hello', bytes, limits.helloBytes, HelloWire.decode)
  return {
    version: checkInteger('hello.version', wire.version),
    ...(wire.nonce.byteLength === 0 ? {} : { nonce: checkLength('hello.nonce', wire.nonce, partBytes) }),
    ...(wire.proof.byteLength === 0 ? {} : { proof: checkLength('hello.proof', wire.proof, partBytes) }),
    ...(wire.verdict === '' ? {} : { verdict: checkWord('hello.verdict', wire.verdict, helloVerdicts) }),
  }
}
