import {
  certificateChainFromWire,
  certificateChainToWire,
  certificateFromWire,
  certificateToWire,
  limits,
  parsePeerId,
  roles,
  type Certificate,
  type CertificateChain,
  type FarmKeyId,
} from '@sheaf/protocol'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { Identity } from '../identity/index.js'
import {
  certificateLifetimesMs,
  certifyAdmin,
  certifyMember,
  expiryLeewayMs,
  hasExpired,
  isRenewalDue,
  renewalOpensMs,
  signCertificate,
  verifyChain,
} from './certificate.js'
import { FarmKey, fingerprintOf } from './farm-key.js'

const atMs = 1_800_000_000_000
const farmKey = FarmKey.generate()
const farmKeys: ReadonlySet<FarmKeyId> = new Set([farmKey.id])
let admin: Identity
let member: Identity
let adminChain: CertificateChain
let memberChain: CertificateChain

beforeAll(async () => {
  admin = await Identity.generate()
  member = await Identity.generate()
  adminChain = certifyAdmin(farmKey, { peer: admin.peerId, name: 'ann', serial: 1, atMs })
  memberChain = certifyMember(admin, adminChain, { peer: member.peerId, name: 'mo', role: 'artist', atMs })
})

const faultOf = (chain: CertificateChain, peer = member.peerId, keys = farmKeys) => {
  const verdict = verifyChain(chain, { farmKeys: keys, peer })
  return verdict.kind === 'invalid' ? verdict.fault : undefined
}

describe('verifyChain', () => {
  it('takes an admin signed by the farm key, and a member signed by an admin', () => {
    expect(verifyChain(adminChain, { farmKeys, peer: admin.peerId })).toMatchObject({
      kind: 'valid',
      verified: { certificate: { role: 'admin', serial: 1, issuer: 'farm' }, admin: undefined },
    })
    expect(verifyChain(memberChain, { farmKeys, peer: member.peerId })).toMatchObject({
      kind: 'valid',
      verified: { certificate: { role: 'artist', name: 'mo', issuer: admin.peerId }, admin: { name: 'ann' } },
    })
  })

  it('refuses another farm, another peer, and a key that does not count', () => {
    expect(faultOf(memberChain, member.peerId, new Set([FarmKey.generate().id]))).toBe('other-farm')
    expect(faultOf(memberChain, admin.peerId)).toBe('other-peer')
    expect(faultOf(memberChain, member.peerId, new Set())).toBe('other-farm')
  })

  it('refuses everybody as issuer but the farm key for admins and admins for members', () => {
    const say = (body: Partial<Certificate>) => ({ ...certificateFromWire(memberChain[0].body), ...body })
    const sign = (body: Partial<Certificate>, by: { sign(bytes: Uint8Array): Uint8Array }, then = adminChain[0]) =>
      [signCertificate(say(body), by), then] as const
    // A member makes itself an admin, or certifies another with its own certificate as an admin's.
    expect(faultOf(sign({ role: 'admin' }, admin))).toBe('bad-role')
    expect(faultOf([signCertificate(say({ role: 'admin', issuer: 'farm' }), member)])).toBe('bad-signature')
    expect(faultOf([signCertificate(say({ role: 'admin' }), member)])).toBe('bad-issuer')
    expect(faultOf([signCertificate(say({ role: 'artist', issuer: 'farm' }), farmKey)])).toBe('bad-role')
    expect(faultOf(sign({ issuer: member.peerId }, member, memberChain[0]))).toBe('bad-issuer')
    expect(faultOf(sign({}, member))).toBe('bad-signature')
    expect(faultOf(sign({ issuer: member.peerId }, member))).toBe('bad-issuer')
    expect(faultOf(sign({ farmKey: FarmKey.generate().id }, admin))).toBe('other-farm')
    expect(faultOf([memberChain[0]])).toBe('bad-issuer')
    expect(faultOf([adminChain[0], adminChain[0]], admin.peerId)).toBe('bad-issuer')
  })

  it('refuses dates that no issuer of ours would write, so that an admin who has expired cannot go on signing', () => {
    const dated = (dates: Partial<Certificate>) =>
      faultOf([signCertificate({ ...certificateFromWire(memberChain[0].body), ...dates }, admin), adminChain[0]])
    const end = atMs + certificateLifetimesMs.admin
    expect(dated({ expiresAtMs: atMs })).toBe('bad-dates')
    expect(dated({ expiresAtMs: atMs + certificateLifetimesMs.member + 1 })).toBe('bad-dates')
    expect(dated({ issuedAtMs: end + 1, expiresAtMs: end + 2 })).toBe('bad-dates')
    expect(dated({ issuedAtMs: end, expiresAtMs: end + 2 })).toBeUndefined()
  })

  it('holds for nothing but what was signed, whichever byte is changed', () => {
    const bytes = certificateChainToWire(memberChain)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Uint8Array.from(bytes)
        damaged[at] = (damaged[at] ?? 0) ^ change
        let chain: CertificateChain
        try {
          chain = certificateChainFromWire(damaged)
        } catch {
          return
        }
        // The frame around the signed bytes has some play; what was signed has none.
        if (faultOf(chain) === undefined) expect(chain).toEqual(memberChain)
      }),
      { numRuns: 300 },
    )
  })

  it('never throws, whatever the bytes', () => {
    const signed = fc.record({ body: fc.uint8Array({ maxLength: 200 }), signature: fc.uint8Array({ maxLength: 70 }) })
    fc.assert(
      fc.property(signed, signed, (own, by) => faultOf([own, by]) !== undefined && faultOf([own]) !== undefined),
    )
  })
})

describe('certificates on the wire', () => {
  const peers = fc.constantFrom(
    '12D3KooWGzBXdEYmE1fxcCbEYbhRHC9pAbrMRFBBjtUrWGXRXRJh',
    'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N',
  )
  const certificate = fc.record({
    farmKey: fc.constantFrom(FarmKey.generate().id, farmKey.id),
    peer: peers.map((text) => parsePeerId(text) ?? admin.peerId),
    name: fc.string({ maxLength: 60 }),
    role: fc.constantFrom(...roles),
    serial: fc.maxSafeNat(),
    issuedAtMs: fc.maxSafeNat(),
    expiresAtMs: fc.maxSafeNat(),
    issuer: fc.oneof(
      fc.constant('farm' as const),
      peers.map((text) => parsePeerId(text) ?? admin.peerId),
    ),
  })

  it('are read as they were written, also numbers above 2³¹', () => {
    fc.assert(
      fc.property(certificate, (body) => {
        const bytes = certificateToWire(body)
        expect(certificateFromWire(bytes)).toEqual(body)
        expect(bytes.byteLength).toBeLessThanOrEqual(limits.certificateBytes)
      }),
    )
  })

  it('are one or two, and a whole chain fits into a hello', () => {
    const name = 'n'.repeat(limits.nameBytes)
    const long = certifyAdmin(farmKey, { peer: admin.peerId, name, serial: 2 ** 40, atMs })
    const chain = certifyMember(admin, long, { peer: member.peerId, name, role: 'worker', atMs })
    const bytes = certificateChainToWire(chain)
    expect(certificateChainFromWire(bytes)).toEqual(chain)
    expect(bytes.byteLength).toBeLessThan(limits.certificateChainBytes)
    const three = [...chain, chain[0]] as unknown as CertificateChain
    expect(() => certificateChainFromWire(certificateChainToWire(three))).toThrow('3 certificates')
    expect(() => certificateChainFromWire(new Uint8Array())).toThrow('0 certificates')
  })
})

describe('a certificate', () => {
  it('expires a day after its date and is renewed from 30 days before', () => {
    const certificate = certificateFromWire(memberChain[0].body)
    const { expiresAtMs } = certificate
    expect(expiresAtMs).toBe(atMs + certificateLifetimesMs.member)
    expect(hasExpired(certificate, expiresAtMs + expiryLeewayMs)).toBe(false)
    expect(hasExpired(certificate, expiresAtMs + expiryLeewayMs + 1)).toBe(true)
    expect(isRenewalDue(certificate, expiresAtMs - renewalOpensMs)).toBe(false)
    expect(isRenewalDue(certificate, expiresAtMs - renewalOpensMs + 1)).toBe(true)
  })
})

describe('FarmKey', () => {
  it('comes back from its seed and never shows itself', () => {
    const again = FarmKey.fromSeed(farmKey.seed())
    expect(again.id).toBe(farmKey.id)
    expect(JSON.stringify({ farmKey })).toBe('{"farmKey":"[farm key]"}')
    expect(() => FarmKey.fromSeed(new Uint8Array(31))).toThrow('32 bytes')
  })

  it('has a fingerprint of four groups that no one takes for an invitation', () => {
    expect(fingerprintOf(farmKey.id)).toMatch(/^[0-9a-hjkmnp-tv-z]{4}(\.[0-9a-hjkmnp-tv-z]{4}){3}$/)
    expect(fingerprintOf(farmKey.id)).not.toBe(fingerprintOf(FarmKey.generate().id))
  })
})
