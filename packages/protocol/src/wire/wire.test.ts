import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FactIntent, WorkMessage } from '../index.js'
import {
  isSheafError,
  limits,
  parseAssetId,
  parseBlobId,
  parseFactHash,
  parseJobId,
  parseLogId,
  parsePeerId,
  protocolVersion,
  type LeaseId,
} from '../index.js'
import * as wire from './index.js'

const fromAlphabet = (alphabet: string, minLength: number, maxLength = minLength) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength })
const parsed = <T>(text: fc.Arbitrary<string>, parse: (text: string) => T | undefined) =>
  text.map((value) => {
    const id = parse(value)
    if (id === undefined) throw new Error(`generator made a bad id: ${value}`)
    return id
  })

const jobId = parsed(fromAlphabet('0123456789abcdefghijklmnopqrstuvwxyz', 20), parseJobId)
const blob = parsed(fromAlphabet('0123456789abcdef', 64), parseBlobId)
const logId = parsed(fromAlphabet('0123456789abcdef', 32), parseLogId)
const hash = parsed(fromAlphabet('0123456789abcdef', 64), parseFactHash)
const assetId = parsed(
  fc.nat(999_999).map((n) => `a${n}`),
  parseAssetId,
)
const peer = parsed(fromAlphabet('123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz', 20, 60), parsePeerId)
const leaseId = fromAlphabet('abc123:/-.', 1, 128).map((id) => id as LeaseId)
const text = fc.string({ unit: 'grapheme', maxLength: 80 })
const uint32 = fc.nat(2 ** 32 - 1)
/** Where a varint grows by a byte, and where 32-bit arithmetic turns negative. */
const widths = [7, 14, 21, 28, 31, 32, 35, 42, 49].flatMap((bits) => [2 ** bits - 1, 2 ** bits, 2 ** bits + 1])
const wholeUpTo = (max: number) =>
  fc.oneof(fc.integer({ min: 0, max }), fc.constantFrom(...widths.filter((width) => width <= max), max))
const integer = wholeUpTo(Number.MAX_SAFE_INTEGER)
const finite = fc.double({ min: 0, max: 1e12, noNaN: true }).map((n) => (n === 0 ? 0 : n))
const sizeBytes = wholeUpTo(limits.blobBytes)
const index = fc.nat(limits.segmentsPerJob - 1)
const indexes = fc.array(index, { maxLength: limits.segmentsPerLease })
const term = fc.record({ counter: integer, peer })
const segment = { jobId, generation: uint32, index }

function intent<K extends FactIntent['kind']>(
  kind: K,
  payload: fc.Arbitrary<Extract<FactIntent, { kind: K }>['payload']>,
) {
  return fc.record({ kind: fc.constant(kind), payload }) as fc.Arbitrary<FactIntent>
}

const borders = uint32.chain((all) => fc.record({ checked: fc.integer({ min: 0, max: all }), all: fc.constant(all) }))
const landed = fc.record({ index, blob, sizeBytes, renderedBy: peer, renderMs: finite })
const signedPlace = fc.record({
  seq: fc.integer({ min: 1 }),
  prev: hash,
  hash,
  signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
})
const factIntent = fc.oneof(
  intent(
    'job-submitted',
    fc.record({
      jobId,
      name: text,
      submittedAtMs: integer,
      engine: fc.constant('ffmpeg' as const),
      manifest: blob,
      segmentFrames: fc.array(fc.integer({ min: 1, max: 2 ** 31 - 1 })),
      rate: fc.record({ num: fc.integer({ min: 1 }), den: fc.integer({ min: 1 }) }),
      priority: fc.integer({ min: 0, max: 100 }),
      preset: text,
      fingerprint: text,
      outputPath: text,
      overwrite: fc.boolean(),
      route: fc.option(text, { nil: undefined }),
    }),
  ),
  intent('job-setting', fc.record({ jobId, priority: fc.nat(100), paused: fc.boolean() }, { requiredKeys: ['jobId'] })),
  intent('job-requeued', fc.record({ jobId, generation: uint32 })),
  intent('job-canceled', fc.record({ jobId })),
  intent('job-failed', fc.record({ jobId, generation: uint32, code: fc.constant('SHEAF_X'), message: text })),
  intent(
    'job-completed',
    fc.record(
      { jobId, generation: uint32, outputSha256: blob, sizeBytes: integer, borders },
      { requiredKeys: ['jobId', 'generation', 'outputSha256', 'sizeBytes'] },
    ),
  ),
  intent('home-assigned', fc.record({ jobId, epoch: uint32, home: peer })),
  intent(
    'segments-landed',
    fc.record({ jobId, generation: uint32, epoch: uint32, segments: fc.array(landed, { maxLength: 64 }) }),
  ),
  intent('segments-retracted', fc.record({ jobId, generation: uint32, epoch: uint32, indexes })),
  intent(
    'segment-failed',
    fc.record({ jobId, generation: uint32, index, peer, code: fc.constant('SHEAF_X'), message: text }),
  ),
  intent(
    'member-revoked',
    fc.record({
      peer,
      heads: fc.array(fc.record({ logId, seq: integer })),
      keeps: fc.array(peer, { maxLength: 9 }),
      reason: text,
    }),
  ),
  intent('log-forked', fc.record({ author: peer, logId, places: fc.tuple(signedPlace, signedPlace) })),
)

const engines = <T>(value: fc.Arbitrary<T>) =>
  fc.dictionary(fromAlphabet('abcdef', 1, 8), value, { maxKeys: 5, noNullPrototype: true })
const heartbeat = fc.record(
  {
    kind: fc.constant('heartbeat' as const),
    status: fc.constantFrom('awake' as const, 'busy' as const, 'draining' as const),
    uptimeMs: finite,
    ability: fc.record({
      name: text,
      version: text,
      role: fc.constantFrom('artist' as const, 'worker' as const),
      slots: fc.nat(limits.slotsPerAgent),
      scores: engines(finite),
      fingerprints: engines(text),
      engineVersions: fc.option(
        engines(text).filter((versions) => Object.keys(versions).length > 0),
        { nil: undefined },
      ),
    }),
    following: fc.record({ term, silentMs: finite }),
    highestCounter: integer,
    leases: fc.array(fc.record({ leaseId, term, jobId, generation: uint32, indexes }), { maxLength: 5 }),
    running: fc.array(
      fc.record({ ...segment, leaseId, term, progress: fc.double({ min: 0, max: 1, noNaN: true }).map((n) => n || 0) }),
    ),
    held: fc.array(fc.record({ ...segment, blob, sizeBytes })),
  },
  { requiredKeys: ['kind', 'status', 'uptimeMs', 'ability', 'highestCounter', 'leases', 'running', 'held'] },
)
const is = <K extends string>(kind: K) => fc.constant(kind)
const addresses = fc.array(fromAlphabet('/ip46.0123tcp', 0, limits.addressBytes), {
  maxLength: limits.addressesPerPeer,
})
const failure = { code: fc.constant('SHEAF_X'), message: text }
const workMessage: fc.Arbitrary<WorkMessage> = fc.oneof(
  heartbeat,
  fc.record({
    ...{ kind: is('lease'), term, leaseId, jobId, generation: uint32, indexes },
    ...{ home: peer, epoch: uint32, durationMs: finite, order: finite },
  }),
  fc.record({ kind: is('revoke'), term, jobId, generation: uint32, indexes, stopRunning: fc.boolean(), reason: text }),
  fc.record({
    ...{ kind: is('segment-report'), ...segment, leaseId },
    outcome: fc.oneof(
      fc.record({ kind: is('rendered'), renderMs: finite }),
      fc.record({ kind: is('failed'), ...failure, strike: fc.boolean() }),
      fc.record({ kind: is('refused'), ...failure }),
    ),
  }),
  fc.record({ kind: is('offer'), ...segment, blob, sizeBytes, renderMs: finite }),
  fc.record({
    ...{ kind: is('offer-reply'), ...segment, blob },
    outcome: fc.oneof(
      fc.record({ kind: fc.constantFrom('landed' as const, 'not-home' as const) }),
      fc.record({ kind: is('invalid'), ...failure }),
      fc.record({ kind: is('retry'), message: text }),
    ),
  }),
  fc.record({ kind: is('goodbye'), reason: text }),
  fc.record({
    kind: is('introduction'),
    listen: addresses,
    peers: fc.array(fc.record({ peer, addresses }), { maxLength: 20 }),
  }),
)

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const head = fc.record({ author: peer, logId, seq: integer, hash }, { requiredKeys: ['author', 'logId', 'seq'] })
const signed = fc.record({ body: fc.uint8Array({ maxLength: 200 }), signature: bytes(64) })
const factsMessage = fc.oneof(
  fc.record({ kind: fc.constantFrom('heads' as const, 'ack' as const), heads: fc.array(head) }),
  fc.record({ kind: is('facts'), facts: fc.array(signed) }),
)
const body = fc
  .record({
    author: peer,
    logId,
    seq: fc.integer({ min: 1 }),
    lamport: fc.integer({ min: 1 }),
    kind: fc.constantFrom('job-canceled', 'kind-of-tomorrow'),
    payload: fc.uint8Array(),
    prev: hash,
  })
  .map((fact) => (fact.seq === 1 ? { ...fact, prev: undefined } : fact))
const certificate = fc.record({ body: fc.uint8Array({ maxLength: 300 }), signature: bytes(64) })
const chain = fc.oneof(fc.tuple(certificate), fc.tuple(certificate, certificate))
const capability = fc.record({ body: fc.uint8Array({ maxLength: 300 }), signature: bytes(64), chain })
const blobRequest = fc.oneof(
  fc.record({ kind: is('blob'), blob, capability }, { requiredKeys: ['kind', 'blob'] }),
  fc.record(
    { kind: is('asset-block'), jobId, assetId, block: fc.nat(2 ** 20), capability },
    { requiredKeys: ['kind', 'jobId', 'assetId', 'block'] },
  ),
)
const blobResponse = fc.oneof(
  fc.record({ kind: is('found'), sha256: blob, sizeBytes }),
  fc.record({ kind: is('error'), code: is('SHEAF_X'), message: text }),
)
const bulkRequest = fc.record({ protocol: fc.constantFrom('/sheaf/blob/1', '/x'), nonce: bytes(32) })
const bulkReply = fc.oneof(
  fc.record({ kind: is('lane'), port: fc.integer({ min: 1, max: 65_535 }), lane: bytes(16), nonce: bytes(32) }),
  fc.record({ kind: is('refused'), refusal: fc.constantFrom(...wire.bulkRefusals) }),
)
const hello = fc.record(
  {
    version: fc.constant(protocolVersion),
    nonce: bytes(32),
    tag: bytes(32),
    chain,
    verdict: fc.constantFrom(...wire.helloVerdicts),
  },
  { requiredKeys: ['version'] },
)

const joinMessage = fc.oneof(
  fc.record({ kind: fc.constant('ask'), tag: bytes(16), nonce: bytes(32) }),
  fc.record({ kind: fc.constant('challenge'), nonce: bytes(32) }),
  fc.record({ kind: fc.constant('proof'), mac: bytes(32), name: fc.string({ maxLength: 60 }) }),
  fc.record(
    { kind: fc.constant('grant'), grant: fc.uint8Array({ maxLength: 300 }), mac: bytes(32) },
    { requiredKeys: ['kind', 'grant'] },
  ),
  fc.record({ kind: fc.constant('knock'), name: fc.string({ maxLength: 60 }) }),
  fc.record({ kind: fc.constantFrom('done', 'pending', 'renew') }),
  fc.record({ kind: fc.constant('refused'), reason: fc.constantFrom(...wire.joinRefusals) }),
)

/** Uint8Arrays and Buffers of the same bytes are the same value. */
const same = (value: unknown) =>
  JSON.stringify(value, (_, part: unknown) => (part instanceof Uint8Array ? Buffer.from(part).toString('hex') : part))

describe('what is written reads back as itself', () => {
  const cases: readonly [
    string,
    fc.Arbitrary<unknown>,
    (value: never) => Uint8Array,
    (bytes: Uint8Array) => unknown,
  ][] = [
    ['work message', workMessage, wire.workMessageToWire, wire.workMessageFromWire],
    ['facts message', factsMessage, wire.factsMessageToWire, wire.factsMessageFromWire],
    ['signed fact', signed, wire.signedFactToWire, wire.signedFactFromWire],
    ['fact body', body, wire.factBodyToWire, wire.factBodyFromWire],
    ['blob request', blobRequest, wire.blobRequestToWire, wire.blobRequestFromWire],
    ['blob response', blobResponse, wire.blobResponseToWire, wire.blobResponseFromWire],
    ['bulk request', bulkRequest, wire.bulkRequestToWire, wire.bulkRequestFromWire],
    ['bulk reply', bulkReply, wire.bulkReplyToWire, wire.bulkReplyFromWire],
    ['hello', hello, wire.helloToWire, wire.helloFromWire],
    ['join', joinMessage, wire.joinMessageToWire, wire.joinMessageFromWire],
  ]
  it.each(cases)('%s', (_, values, toWire, fromWire) => {
    fc.assert(
      fc.property(values, (value) => {
        const read = fromWire(toWire(value as never))
        expect(JSON.parse(same(read))).toEqual(JSON.parse(same(value)))
      }),
    )
  })

  it.each(widths)('the whole number %i', (number) => {
    const head = { author: 'a'.repeat(20), logId: 'a'.repeat(32), seq: number }
    const message = wire.factsMessageToWire({ kind: 'heads', heads: [head] } as never)
    expect(wire.factsMessageFromWire(message)).toMatchObject({ heads: [{ seq: number }] })
  })

  it('fact payloads', () => {
    fc.assert(
      fc.property(factIntent, (value) => {
        expect(wire.factPayloadFromWire(value.kind, wire.factPayloadToWire(value))).toEqual(value.payload)
      }),
    )
  })
})

describe('bytes of strangers', () => {
  const decoders: readonly ((bytes: Uint8Array) => unknown)[] = [
    wire.workMessageFromWire,
    wire.factsMessageFromWire,
    wire.signedFactFromWire,
    wire.factBodyFromWire,
    wire.blobRequestFromWire,
    wire.blobResponseFromWire,
    wire.bulkRequestFromWire,
    wire.bulkReplyFromWire,
    wire.helloFromWire,
    wire.joinMessageFromWire,
    wire.grantFromWire,
    wire.certificateFromWire,
    wire.certificateChainFromWire,
    wire.capabilityFromWire,
    wire.signedCapabilityFromWire,
    (bytes) => wire.factPayloadFromWire('job-submitted', bytes),
    (bytes) => wire.factPayloadFromWire('segments-landed', bytes),
    (bytes) => wire.factPayloadFromWire('segments-retracted', bytes),
  ]
  const throwsOnlyOurs = (decode: (bytes: Uint8Array) => unknown, input: Uint8Array) => {
    try {
      decode(input)
    } catch (error) {
      expect(isSheafError(error, 'SHEAF_WIRE_MALFORMED') || isSheafError(error, 'SHEAF_WIRE_LIMIT')).toBe(true)
    }
  }

  it('throw nothing but our errors when they are random', () => {
    fc.assert(fc.property(fc.constantFrom(...decoders), fc.uint8Array({ maxLength: 400 }), throwsOnlyOurs), {
      numRuns: 1000,
    })
  })

  it('throw nothing but our errors when a valid message is damaged', () => {
    fc.assert(
      fc.property(workMessage, fc.nat(), fc.nat(255), (message, at, byte) => {
        const damaged = wire.workMessageToWire(message)
        if (damaged.length > 0) damaged[at % damaged.length] = byte
        throwsOnlyOurs(wire.workMessageFromWire, damaged)
      }),
      { numRuns: 500 },
    )
  })
})

describe('limits', () => {
  const job = parseJobId('00000000000000000000') as NonNullable<ReturnType<typeof parseJobId>>

  it('stops a landing of more segments than one fact may hold', () => {
    const one = {
      index: 1,
      blob: 'a'.repeat(64) as never,
      sizeBytes: 1,
      renderedBy: 'x'.repeat(40) as never,
      renderMs: 1,
    }
    const payload = { jobId: job, generation: 0, epoch: 0, segments: Array.from({ length: 65 }, () => one) }
    const written = wire.factPayloadToWire({ kind: 'segments-landed', payload })
    expect(() => wire.factPayloadFromWire('segments-landed', written)).toThrow(
      expect.objectContaining({ code: 'SHEAF_WIRE_LIMIT', message: expect.stringContaining('65 items') as string }),
    )
  })

  it('stops numbers that are no numbers', () => {
    const payload = { jobId: job, priority: Number.NaN }
    const written = wire.factPayloadToWire({ kind: 'job-setting', payload })
    expect(() => wire.factPayloadFromWire('job-setting', written)).toThrow(
      expect.objectContaining({ code: 'SHEAF_WIRE_MALFORMED' }),
    )
  })

  it.each(['../../.bashrc', 'a', 'a00', ''])('asks nobody for an asset named %j', (name) => {
    const request = { kind: 'asset-block', jobId: job, assetId: name as never, block: 0 } as const
    expect(() => wire.blobRequestToWire(request)).toThrow(expect.objectContaining({ code: 'SHEAF_WIRE_MALFORMED' }))
  })

  it('stops a message before reading it when it is too long', () => {
    expect(() => wire.helloFromWire(new Uint8Array(limits.helloBytes + 1))).toThrow(
      expect.objectContaining({ code: 'SHEAF_WIRE_LIMIT' }),
    )
  })

  it('fits the largest job into one fact', () => {
    const payload = {
      ...{ jobId: job, name: 'n', submittedAtMs: 1, engine: 'ffmpeg' as const, manifest: 'a'.repeat(64) as never },
      segmentFrames: Array.from({ length: limits.segmentsPerJob }, () => 250),
      ...{ rate: { num: 25, den: 1 }, priority: 50, preset: 'p', fingerprint: 'f', outputPath: '/o', overwrite: false },
    }
    const written = wire.factPayloadToWire({ kind: 'job-submitted', payload })
    expect(written.length).toBeLessThan(limits.factBytes)
    expect(wire.factPayloadFromWire('job-submitted', written)).toEqual(payload)
  })

  it('stops an introduction of too many peers, too many addresses or too long a one', () => {
    const peers = (count: number, addresses: readonly string[]) =>
      Array.from({ length: count }, () => ({ peer: 'x'.repeat(40) as never, addresses }))
    const at = '/ip4/10.0.0.1/tcp/7433'
    const many = Array.from({ length: limits.addressesPerPeer + 1 }, () => at)
    const written = (listen: readonly string[], named: ReturnType<typeof peers>) =>
      wire.workMessageToWire({ kind: 'introduction', listen, peers: named })
    expect(wire.workMessageFromWire(written([at], peers(limits.peersPerIntroduction, [at])))).toMatchObject({
      listen: [at],
    })
    for (const tooMuch of [
      written([at], peers(limits.peersPerIntroduction + 1, [at])),
      written(many, []),
      written([], peers(1, many)),
      written(['/'.repeat(limits.addressBytes + 1)], []),
    ]) {
      expect(() => wire.workMessageFromWire(tooMuch)).toThrow(expect.objectContaining({ code: 'SHEAF_WIRE_LIMIT' }))
    }
  })

  it('cuts free text instead of sending what nobody accepts', () => {
    const read = wire.workMessageFromWire(wire.workMessageToWire({ kind: 'goodbye', reason: '✂'.repeat(5000) }))
    const cut = '✂'.repeat(Math.floor(limits.textBytes / 3))
    expect(read).toEqual({ kind: 'goodbye', reason: cut })
    const payload = { jobId: job, generation: 0, code: 'SHEAF_X', message: '✂'.repeat(5000) }
    const written = wire.factPayloadToWire({ kind: 'job-failed', payload })
    expect(wire.factPayloadFromWire('job-failed', written)).toEqual({ ...payload, message: cut })
  })
})
