import { assertNever } from '../assert-never.js'
import { parseFarmId, parseFarmKeyId } from '../ids.js'
import { limits } from '../limits.js'
import type { Credentials } from '../membership/certificate.js'
import { checkId, checkLength, checkText, checkWord, clipText, decodeWire } from './check.js'
import { GrantWire, JoinMessageWire } from './generated/join.js'
import { certificateChainFromWire, certificateChainToWire } from './membership-codec.js'
import { bytesToHex, hexToBytes } from './packed.js'

/** Why nobody is let in. `unknown-invitation`: not made here, run out, or used; nothing more is told. */
export const joinRefusals = ['unknown-invitation', 'wrong-proof', 'busy', 'not-here', 'disk-full', 'failed'] as const
export type JoinRefusal = (typeof joinRefusals)[number]

/** One frame of `/sheaf/join/1`. A grant is the bytes of `grantToWire`, covered by the mac where there is one. */
export type JoinMessage =
  | { readonly kind: 'ask'; readonly tag: Uint8Array; readonly nonce: Uint8Array }
  | { readonly kind: 'challenge'; readonly nonce: Uint8Array }
  | { readonly kind: 'proof'; readonly mac: Uint8Array; readonly name: string }
  | { readonly kind: 'grant'; readonly grant: Uint8Array; readonly mac?: Uint8Array | undefined }
  | { readonly kind: 'done' }
  | { readonly kind: 'knock'; readonly name: string }
  | { readonly kind: 'pending' }
  | { readonly kind: 'renew' }
  | { readonly kind: 'refused'; readonly reason: JoinRefusal }

const kinds = ['ask', 'challenge', 'proof', 'grant', 'done', 'knock', 'pending', 'renew', 'refused'] as const
const tagBytes = 16
const partBytes = 32

export function joinMessageToWire(message: JoinMessage): Uint8Array {
  const { kind } = message
  const part = (name: 'tag' | 'nonce' | 'mac' | 'grant', bytes: Uint8Array | undefined) =>
    bytes === undefined ? {} : { [name]: Uint8Array.from(bytes) }
  switch (kind) {
    case 'ask':
      return JoinMessageWire.encode({ kind, ...part('tag', message.tag), ...part('nonce', message.nonce) })
    case 'challenge':
      return JoinMessageWire.encode({ kind, ...part('nonce', message.nonce) })
    case 'proof':
      return JoinMessageWire.encode({ kind, ...part('mac', message.mac), name: clipName(message.name) })
    case 'grant':
      return JoinMessageWire.encode({ kind, ...part('grant', message.grant), ...part('mac', message.mac) })
    case 'knock':
      return JoinMessageWire.encode({ kind, name: clipName(message.name) })
    case 'refused':
      return JoinMessageWire.encode({ kind, reason: message.reason })
    case 'done':
    case 'pending':
    case 'renew':
      return JoinMessageWire.encode({ kind })
    default:
      return assertNever(kind)
  }
}

/** `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. */
export function joinMessageFromWire(bytes: Uint8Array): JoinMessage {
  const wire = decodeWire('join', bytes, limits.joinMessageBytes, JoinMessageWire.decode)
  const kind = checkWord('join.kind', wire.kind, kinds)
  const name = () => checkText('join.name', wire.name, limits.nameBytes)
  switch (kind) {
    case 'ask':
      return { kind, tag: checkLength('join.tag', wire.tag, tagBytes), nonce: nonceOf(wire) }
    case 'challenge':
      return { kind, nonce: nonceOf(wire) }
    case 'proof':
      return { kind, mac: checkLength('join.mac', wire.mac, partBytes), name: name() }
    case 'grant':
      return {
        kind,
        grant: wire.grant,
        ...(wire.mac.byteLength === 0 ? {} : { mac: checkLength('join.mac', wire.mac, partBytes) }),
      }
    case 'knock':
      return { kind, name: name() }
    case 'refused':
      return { kind, reason: checkWord('join.reason', wire.reason, joinRefusals) }
    case 'done':
    case 'pending':
    case 'renew':
      return { kind }
    default:
      return assertNever(kind)
  }
}

/** What a newcomer is given. */
export function grantToWire({ farmId, farmName, farmKey, chain }: Credentials): Uint8Array {
  return GrantWire.encode({
    farmId: hexToBytes(farmId),
    farmName: clipName(farmName),
    farmKey: hexToBytes(farmKey),
    chain: Uint8Array.from(certificateChainToWire(chain)),
  })
}

/** `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. The chain is not judged. */
export function grantFromWire(bytes: Uint8Array): Credentials {
  const wire = decodeWire('grant', bytes, limits.joinMessageBytes, GrantWire.decode)
  const hex = (field: string, key: Uint8Array) => bytesToHex(checkLength(field, key, partBytes))
  return {
    farmId: checkId('grant.farmId', hex('grant.farmId', wire.farmId), parseFarmId),
    farmName: checkText('grant.farmName', wire.farmName, limits.nameBytes),
    farmKey: checkId('grant.farmKey', hex('grant.farmKey', wire.farmKey), parseFarmKeyId),
    chain: certificateChainFromWire(wire.chain),
  }
}

const nonceOf = (wire: JoinMessageWire): Uint8Array => checkLength('join.nonce', wire.nonce, partBytes)
const clipName = (name: string): string => clipText(name, limits.nameBytes)
