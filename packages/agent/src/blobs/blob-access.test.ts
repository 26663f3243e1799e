import {
  certificateFromWire,
  parseAssetId,
  parseBlobId,
  parseJobId,
  type BlobRequest,
  type Role,
  type SignedCapability,
} from '@sheaf/protocol'
import { beforeAll, describe, expect, it } from 'vitest'
import { Identity } from '../identity/index.js'
import { foundTestFarm, type TestFarm } from '../measuring/found-test-farm.js'
import { FarmMembership, signCapability } from '../membership/index.js'
import { createBlobAccess } from './blob-access.js'
import { CapabilityBook } from './capability-book.js'

const nowMs = Date.now()
const jobId = parseJobId('00000000000000000001') ?? expect.fail('not a job id')
const otherJob = parseJobId('00000000000000000002') ?? expect.fail('not a job id')
const assetId = parseAssetId('a0') ?? expect.fail('not an asset id')
const manifest = parseBlobId('ab'.repeat(32)) ?? expect.fail('not a blob id')
const otherBlob = parseBlobId('cd'.repeat(32)) ?? expect.fail('not a blob id')
const block = { kind: 'asset-block', jobId, assetId, block: 0 } as const

let farm: TestFarm
let guest: Identity
let coordinator: Identity
let membership: FarmMembership
let revoked: Set<string>
beforeAll(async () => {
  farm = await foundTestFarm()
  guest = await Identity.generate()
  coordinator = await Identity.generate()
  revoked = new Set()
  const facts = { isRevoked: ({ certificate }: { certificate: { peer: string } }) => revoked.has(certificate.peer) }
  membership = new FarmMembership({ credentials: farm.adminCredentials, facts })
})

const what = { jobId, manifest, expiresAtMs: nowMs + 1000 }
const chainOf = (identity: Identity, role: Role = 'worker') => farm.credentialsFor(identity, { role }).chain
const capability = (change: object = {}): SignedCapability =>
  signCapability(coordinator, chainOf(coordinator), { guest: guest.peerId, ...what, ...change })

/** What the server says to a request: nothing when it serves it. */
function answer(request: BlobRequest, role: Role | 'gone' = 'guest', open = jobId): string | undefined {
  const manifestOf = (job: string) => (job === open ? manifest : undefined)
  const access = createBlobAccess({
    roleOf: () => (role === 'gone' ? undefined : role),
    membership,
    manifestOf,
    nowMs: () => nowMs,
  })
  try {
    access(guest.peerId, request)
    return undefined
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('who may have blobs', () => {
  it.each(['admin', 'artist', 'worker'] as const)('a member (%s): everything', (role) => {
    expect(answer({ kind: 'blob', blob: otherBlob }, role)).toBeUndefined()
    expect(answer(block, role)).toBeUndefined()
  })

  it('a peer that is gone: nothing', () => {
    expect(answer(block, 'gone')).toBe('SHEAF_NOT_ALLOWED')
  })

  it('a guest: the manifest of the job of its capability, and blocks of its assets', () => {
    expect(answer({ ...block, capability: capability() })).toBeUndefined()
    expect(answer({ kind: 'blob', blob: manifest, capability: capability() })).toBeUndefined()
  })

  it.each<[string, () => BlobRequest]>([
    ['no capability', () => block],
    ['one of another guest', () => ({ ...block, capability: capability({ guest: coordinator.peerId }) })],
    ['one that has run out', () => ({ ...block, capability: capability({ expiresAtMs: nowMs - 1 }) })],
    ['one for another job', () => ({ ...block, capability: capability({ jobId: otherJob }) })],
    ['one with another manifest', () => ({ ...block, capability: capability({ manifest: otherBlob }) })],
    ['one, and asks for another blob', () => ({ kind: 'blob', blob: otherBlob, capability: capability() })],
    ['one, and asks for another job', () => ({ ...block, jobId: otherJob, capability: capability() })],
    [
      'one that it signed itself',
      () => ({
        ...block,
        capability: signCapability(guest, chainOf(guest, 'guest'), { guest: guest.peerId, ...what }),
      }),
    ],
    ["one with another's chain", () => ({ ...block, capability: { ...capability(), chain: chainOf(guest) } })],
    [
      'one that was changed',
      () => ({ ...block, capability: { ...capability(), body: capability({ expiresAtMs: nowMs + 9 }).body } }),
    ],
    ['one of another farm', () => ({ ...block, capability: foreign })],
    ['bytes', () => ({ ...block, capability: { ...capability(), body: new Uint8Array([1, 2, 3]) } })],
  ])('a guest with %s: nothing', (_, request) => {
    expect(answer(request())).toBe('SHEAF_CAPABILITY_INVALID')
  })
  let foreign: SignedCapability
  beforeAll(async () => {
    const other = await foundTestFarm()
    foreign = signCapability(coordinator, other.credentialsFor(coordinator).chain, { guest: guest.peerId, ...what })
  })

  it('a guest whose job is closed, or whose coordinator was put out: nothing', () => {
    expect(answer({ ...block, capability: capability() }, 'guest', otherJob)).toBe('SHEAF_CAPABILITY_INVALID')
    revoked.add(certificateFromWire(chainOf(coordinator)[0].body).peer)
    expect(answer({ ...block, capability: capability() })).toBe('SHEAF_CAPABILITY_INVALID')
    revoked.clear()
  })
})

describe('what a guest shows', () => {
  it('is the newest capability of the job that it asks about', () => {
    const book = new CapabilityBook()
    const [old, fresh] = [capability(), capability({ expiresAtMs: nowMs + 5 })]
    book.hold(old)
    book.hold(fresh)
    book.hold({ ...old, body: new Uint8Array([1]) })
    expect(book.for(block)).toBe(fresh)
    expect(book.for({ kind: 'blob', blob: manifest })).toBe(fresh)
    expect(book.for({ ...block, jobId: otherJob })).toBeUndefined()
    expect(book.for({ kind: 'blob', blob: otherBlob })).toBeUndefined()
  })
})
