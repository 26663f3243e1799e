import type { FactIntent, FactKind, FactPayloads, LandedSegment } from '../facts/fact.js'
import { parseBlobId, parseJobId, parsePeerId } from '../ids.js'
import { limits } from '../limits.js'
import {
  checkCount,
  checkFinite,
  checkId,
  checkInteger,
  checkLength,
  checkText,
  checkWord,
  clipText,
  decodeWire,
} from './check.js'
import * as wire from './generated/fact-payloads.js'
import { bytesToHex, hexToBytes, packNumbers, unpackNumbers } from './packed.js'
import { trustCodecs } from './trust-payload-codec.js'

const uint32 = { max: 2 ** 32 - 1 }
const indexRange = { min: 0, max: limits.segmentsPerJob - 1, maxCount: limits.segmentsPerJob }
const lengthRange = { min: 1, max: 2 ** 31 - 1, maxCount: limits.segmentsPerJob }
const priorities = { min: 0, max: 100 }
const codeBytes = 64

interface PayloadCodec<K extends FactKind> {
  toWire(payload: FactPayloads[K]): Uint8Array
  fromWire(bytes: Uint8Array): FactPayloads[K]
}

const jobId = (text: string) => checkId('jobId', text, parseJobId)
const generation = (value: number) => checkInteger('generation', value, uint32)
const epoch = (value: number) => checkInteger('epoch', value, uint32)
const index = (value: number) => checkInteger('index', value, { max: limits.segmentsPerJob - 1 })
const read = <T>(kind: FactKind, bytes: Uint8Array, decode: (bytes: Uint8Array) => T): T =>
  decodeWire(kind, bytes, limits.factBytes, decode)

const jobSubmitted: PayloadCodec<'job-submitted'> = {
  toWire: ({ route, ...payload }) =>
    wire.JobSubmittedWire.encode({
      ...payload,
      segmentFrames: packNumbers(payload.segmentFrames),
      ...(route !== undefined && { route: clipText(route) }),
      rateNum: payload.rate.num,
      rateDen: payload.rate.den,
    }),
  fromWire(bytes) {
    const { rateNum, rateDen, ...rest } = read('job-submitted', bytes, wire.JobSubmittedWire.decode)
    return {
      jobId: jobId(rest.jobId),
      name: checkText('name', rest.name),
      submittedAtMs: checkInteger('submittedAtMs', rest.submittedAtMs),
      engine: checkWord('engine', rest.engine, ['ffmpeg']),
      manifest: checkId('manifest', rest.manifest, parseBlobId),
      segmentFrames: unpackNumbers('segmentFrames', rest.segmentFrames, lengthRange),
      rate: {
        num: checkInteger('rate.num', rateNum, { min: 1 }),
        den: checkInteger('rate.den', rateDen, { min: 1 }),
      },
      priority: checkFinite('priority', rest.priority, priorities),
      preset: checkText('preset', rest.preset, limits.nameBytes),
      fingerprint: checkText('fingerprint', rest.fingerprint),
      outputPath: checkText('outputPath', rest.outputPath),
      overwrite: rest.overwrite,
      ...(rest.route !== undefined && { route: checkText('route', rest.route) }),
    }
  },
}

const jobSetting: PayloadCodec<'job-setting'> = {
  toWire: (payload) =>
    wire.JobSettingWire.encode({
      jobId: payload.jobId,
      ...(payload.priority === undefined ? {} : { priority: payload.priority }),
      ...(payload.paused === undefined ? {} : { paused: payload.paused }),
    }),
  fromWire(bytes) {
    const { priority, paused, ...rest } = read('job-setting', bytes, wire.JobSettingWire.decode)
    return {
      jobId: jobId(rest.jobId),
      ...(priority === undefined ? {} : { priority: checkFinite('priority', priority, priorities) }),
      ...(paused === undefined ? {} : { paused }),
    }
  },
}

const jobRequeued: PayloadCodec<'job-requeued'> = {
  toWire: (payload) => wire.JobRequeuedWire.encode(payload),
  fromWire(bytes) {
    const payload = read('job-requeued', bytes, wire.JobRequeuedWire.decode)
    return { jobId: jobId(payload.jobId), generation: generation(payload.generation) }
  },
}

const jobCanceled: PayloadCodec<'job-canceled'> = {
  toWire: (payload) => wire.JobCanceledWire.encode(payload),
  fromWire: (bytes) => ({ jobId: jobId(read('job-canceled', bytes, wire.JobCanceledWire.decode).jobId) }),
}

const jobFailed: PayloadCodec<'job-failed'> = {
  toWire: (payload) => wire.JobFailedWire.encode({ ...payload, message: clipText(payload.message) }),
  fromWire(bytes) {
    const payload = read('job-failed', bytes, wire.JobFailedWire.decode)
    return {
      jobId: jobId(payload.jobId),
      generation: generation(payload.generation),
      code: checkText('code', payload.code, codeBytes),
      message: checkText('message', payload.message),
    }
  },
}

const jobCompleted: PayloadCodec<'job-completed'> = {
  toWire: ({ borders, ...payload }) =>
    wire.JobCompletedWire.encode({
      ...payload,
      ...(borders && { bordersChecked: borders.checked, borders: borders.all }),
    }),
  fromWire(bytes) {
    const { bordersChecked = 0, borders, ...payload } = read('job-completed', bytes, wire.JobCompletedWire.decode)
    const all = borders === undefined ? undefined : checkInteger('borders', borders, uint32)
    return {
      jobId: jobId(payload.jobId),
      generation: generation(payload.generation),
      outputSha256: checkId('outputSha256', payload.outputSha256, parseBlobId),
      sizeBytes: checkInteger('sizeBytes', payload.sizeBytes),
      ...(all !== undefined && {
        borders: { checked: checkInteger('bordersChecked', bordersChecked, { max: all }), all },
      }),
    }
  },
}

const homeAssigned: PayloadCodec<'home-assigned'> = {
  toWire: (payload) => wire.HomeAssignedWire.encode(payload),
  fromWire(bytes) {
    const payload = read('home-assigned', bytes, wire.HomeAssignedWire.decode)
    return {
      jobId: jobId(payload.jobId),
      epoch: epoch(payload.epoch),
      home: checkId('home', payload.home, parsePeerId),
    }
  },
}

function landedFromWire(segment: wire.LandedSegmentWire): LandedSegment {
  return {
    index: index(segment.index),
    blob: checkId('blob', bytesToHex(checkLength('blob', segment.blob, 32)), parseBlobId),
    sizeBytes: checkInteger('sizeBytes', segment.sizeBytes, { max: limits.blobBytes }),
    renderedBy: checkId('renderedBy', segment.renderedBy, parsePeerId),
    renderMs: checkFinite('renderMs', segment.renderMs),
  }
}

const segmentsLanded: PayloadCodec<'segments-landed'> = {
  toWire: (payload) =>
    wire.SegmentsLandedWire.encode({
      ...payload,
      segments: payload.segments.map((segment) => ({
        ...segment,
        blob: Uint8Array.from(hexToBytes(segment.blob)),
      })),
    }),
  fromWire(bytes) {
    const payload = read('segments-landed', bytes, wire.SegmentsLandedWire.decode)
    return {
      jobId: jobId(payload.jobId),
      generation: generation(payload.generation),
      epoch: epoch(payload.epoch),
      segments: checkCount('segments', payload.segments, limits.segmentsPerLanding).map(landedFromWire),
    }
  },
}

const segmentsRetracted: PayloadCodec<'segments-retracted'> = {
  toWire: (payload) => wire.SegmentsRetractedWire.encode({ ...payload, indexes: packNumbers(payload.indexes) }),
  fromWire(bytes) {
    const payload = read('segments-retracted', bytes, wire.SegmentsRetractedWire.decode)
    return {
      jobId: jobId(payload.jobId),
      generation: generation(payload.generation),
      epoch: epoch(payload.epoch),
      indexes: unpackNumbers('indexes', payload.indexes, indexRange),
    }
  },
}

const segmentFailed: PayloadCodec<'segment-failed'> = {
  toWire: (payload) => wire.SegmentFailedWire.encode({ ...payload, message: clipText(payload.message) }),
  fromWire(bytes) {
    const payload = read('segment-failed', bytes, wire.SegmentFailedWire.decode)
    return {
      jobId: jobId(payload.jobId),
      generation: generation(payload.generation),
      index: index(payload.index),
      peer: checkId('peer', payload.peer, parsePeerId),
      code: checkText('code', payload.code, codeBytes),
      message: checkText('message', payload.message),
    }
  },
}

const codecs: { readonly [K in FactKind]: PayloadCodec<K> } = {
  'job-submitted': jobSubmitted,
  'job-setting': jobSetting,
  'job-requeued': jobRequeued,
  'job-canceled': jobCanceled,
  'job-failed': jobFailed,
  'job-completed': jobCompleted,
  'home-assigned': homeAssigned,
  'segments-landed': segmentsLanded,
  'segments-retracted': segmentsRetracted,
  'segment-failed': segmentFailed,
  ...trustCodecs,
}

/** True for a kind of fact that this version can read. */
export function isKnownFactKind(kind: string): kind is FactKind {
  return Object.hasOwn(codecs, kind)
}

/** A payload's bytes, messages cut to their limit. Says nothing else about limits: `factPayloadFromWire` of the result does. */
export function factPayloadToWire(intent: FactIntent): Uint8Array {
  const codec = codecs[intent.kind] as PayloadCodec<FactKind>
  return codec.toWire(intent.payload)
}

/** Reads the payload of a known kind. `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. */
export function factPayloadFromWire<K extends FactKind>(kind: K, bytes: Uint8Array): FactPayloads[K] {
  return codecs[kind].fromWire(bytes)
}
