import type { FactPayloads, SignedPlace, TrustFactKind } from '../facts/fact.js'
import { parseLogId, parsePeerId } from '../ids.js'
import { limits } from '../limits.js'
import {
  checkCount,
  checkId,
  checkInteger,
  checkLength,
  checkPresent,
  checkText,
  clipText,
  decodeWire,
  malformed,
} from './check.js'
import { hashFromWire, hashToWire } from './facts-codec.js'
import * as wire from './generated/fact-payloads.js'
import { certificateChainFromWire, certificateChainToWire, certificateFromWire } from './membership-codec.js'
import { bytesToHex, hexToBytes } from './packed.js'

const logIdBytes = 16
const signatureBytes = 64

interface TrustCodec<K extends TrustFactKind> {
  toWire(payload: FactPayloads[K]): Uint8Array
  fromWire(bytes: Uint8Array): FactPayloads[K]
}

/** Certificates are read; whether their signatures hold is not judged here. */
const memberCertified: TrustCodec<'member-certified'> = {
  toWire: ({ chain }) => wire.MemberCertifiedWire.encode({ chain: Uint8Array.from(certificateChainToWire(chain)) }),
  fromWire(bytes) {
    const read = decodeWire('member-certified', bytes, limits.factBytes, wire.MemberCertifiedWire.decode)
    const chain = certificateChainFromWire(read.chain)
    const [own, admin] = chain
    return {
      chain,
      certificate: certificateFromWire(own.body),
      admin: admin === undefined ? undefined : certificateFromWire(admin.body),
    }
  },
}

const memberRevoked: TrustCodec<'member-revoked'> = {
  toWire: ({ peer, heads, keeps, reason }) =>
    wire.MemberRevokedWire.encode({
      peer,
      heads: heads.map(({ logId, seq }) => ({ logId: Uint8Array.from(hexToBytes(logId)), seq })),
      keeps: [...keeps],
      reason: clipText(reason),
    }),
  fromWire(bytes) {
    const read = decodeWire('member-revoked', bytes, limits.factBytes, wire.MemberRevokedWire.decode)
    return {
      peer: checkId('peer', read.peer, parsePeerId),
      heads: checkCount('heads', read.heads, limits.headsPerRevocation).map(({ logId, seq }) => ({
        logId: checkId('heads.logId', bytesToHex(checkLength('heads.logId', logId, logIdBytes)), parseLogId),
        seq: checkInteger('heads.seq', seq),
      })),
      keeps: checkCount('keeps', read.keeps, limits.keepsPerRevocation).map((peer) =>
        checkId('keeps', peer, parsePeerId),
      ),
      reason: checkText('reason', read.reason),
    }
  },
}

/** Whether the two places prove anything is not judged here. */
const logForked: TrustCodec<'log-forked'> = {
  toWire: ({ author, logId, places }) =>
    wire.LogForkedWire.encode({
      author,
      logId,
      places: places.map(({ seq, prev, hash, signature }) => ({
        seq,
        prev: hashToWire(prev),
        hash: hashToWire(hash),
        signature: Uint8Array.from(signature),
      })),
    }),
  fromWire(bytes) {
    const read = decodeWire('log-forked', bytes, limits.factBytes, wire.LogForkedWire.decode)
    const [one, other, ...more] = read.places.map(placeFromWire)
    if (one === undefined || other === undefined || more.length > 0) throw malformed('places', 'not two')
    return {
      author: checkId('author', read.author, parsePeerId),
      logId: checkId('logId', read.logId, parseLogId),
      places: [one, other],
    }
  },
}

function placeFromWire(place: wire.SignedPlaceWire): SignedPlace {
  return {
    seq: checkInteger('places.seq', place.seq, { min: 1 }),
    prev: hashFromWire('places.prev', place.prev),
    hash: checkPresent('places.hash', hashFromWire('places.hash', place.hash)),
    signature: checkLength('places.signature', place.signature, signatureBytes),
  }
}

/** Codecs of the facts about members and their logs. */
export const trustCodecs: { readonly [K in TrustFactKind]: TrustCodec<K> } = {
  'member-certified': memberCertified,
  'member-revoked': memberRevoked,
  'log-forked': logForked,
}
