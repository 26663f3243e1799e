import { randomBytes } from 'node:crypto'
import type { PeerId } from '@sheaf/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatCode, newcomerProof, parseCode, rendezvousTag, type JoinParties } from './invitation-code.js'
import { Invitations } from './invitations.js'
import { Knocks } from './knocks.js'
import { RateLimit } from './rate-limit.js'

const peer = (name: string) => name as PeerId
const code = fc.uint8Array({ minLength: 10, maxLength: 10 })

describe('a code', () => {
  it('is four groups of letters that cannot be misheard, and reads back', () => {
    fc.assert(
      fc.property(code, (bytes) => {
        const text = formatCode(bytes)
        expect(text).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/)
        expect(parseCode(text)).toEqual(Uint8Array.from(bytes))
      }),
    )
  })

  it('may be typed in lower case, with O for 0 and I or L for 1, with spaces or nothing between', () => {
    fc.assert(
      fc.property(
        code,
        fc.constantFrom('', ' ', '-', ' - '),
        fc.constantFrom('I', 'l', 'i', 'L'),
        (bytes, gap, one) => {
          const typed = formatCode(bytes).replaceAll('-', gap).replaceAll('0', 'o').replaceAll('1', one).toLowerCase()
          expect(parseCode(typed)).toEqual(Uint8Array.from(bytes))
        },
      ),
    )
  })

  it.each(['', 'ABCD-EFGH-JKMN-PQR', 'ABCD-EFGH-JKMN-PQRST', 'ABCD-EFGH-JKMN-PQR!', 'ABCD-EFGH-JKMN-PQRU'])(
    'is not %j, and no error repeats what was typed',
    (typed) => {
      const error = (() => {
        try {
          return parseCode(typed)
        } catch (thrown) {
          return thrown as Error
        }
      })()
      expect(error).toMatchObject({ code: 'SHEAF_INVITATION_WRONG' })
      if (typed !== '') expect(JSON.stringify(error)).not.toContain(typed)
    },
  )
})

/** An invitation and what a newcomer shows for it. */
function invited() {
  const invitations = new Invitations()
  const random = randomBytes(10)
  const tag = rendezvousTag(random)
  invitations.make({ random, role: 'worker', expiresAtMs: 1000 })
  const shown = (newcomer: string, over: { code?: Uint8Array; parties?: Partial<JoinParties> } = {}) => {
    const parties = {
      ...{ newcomer: peer(newcomer), inviter: peer('inviter') },
      ...{ newcomerNonce: randomBytes(32), inviterNonce: randomBytes(32) },
    }
    const mac = newcomerProof(over.code ?? random, { ...parties, ...over.parties }, 'n')
    return { parties, name: 'n', mac }
  }
  return { invitations, tag, random, shown }
}

describe('an invitation', () => {
  it('is for one machine, which may come back until it has stored what it was given', () => {
    const { invitations, tag, shown } = invited()
    expect(invitations.prove(tag, shown('first'), 0)).toMatchObject({ kind: 'proved', role: 'worker' })
    expect(invitations.prove(tag, shown('second'), 0)).toEqual({ kind: 'unknown' })
    expect(invitations.has(tag, peer('second'), 0)).toBe(false)
    expect(invitations.prove(tag, shown('first'), 0)).toMatchObject({ kind: 'proved' })
    invitations.close(tag)
    expect(invitations.prove(tag, shown('first'), 0)).toEqual({ kind: 'unknown' })
  })

  it('is dead after the fifth wrong proof, whoever made it', () => {
    const { invitations, tag, shown } = invited()
    const wrong = () => invitations.prove(tag, shown('mallory', { code: randomBytes(10) }), 0).kind
    expect([wrong(), wrong(), wrong(), wrong()]).toEqual(['wrong', 'wrong', 'wrong', 'wrong'])
    expect(invitations.has(tag, peer('first'), 0)).toBe(true)
    expect(wrong()).toBe('wrong')
    expect(invitations.prove(tag, shown('first'), 0)).toEqual({ kind: 'unknown' })
  })

  it('runs out', () => {
    const { invitations, tag, shown } = invited()
    expect(invitations.has(tag, peer('first'), 999)).toBe(true)
    expect(invitations.prove(tag, shown('first'), 1000)).toEqual({ kind: 'unknown' })
  })

  it('is not proved by what was said over another connection', () => {
    const { invitations, tag, shown } = invited()
    const other: readonly Partial<JoinParties>[] = [
      { newcomer: peer('relay') },
      { inviter: peer('relay') },
      { newcomerNonce: randomBytes(32) },
      { inviterNonce: randomBytes(32) },
    ]
    for (const parties of other) expect(invitations.prove(tag, shown('first', { parties }), 0).kind).toBe('wrong')
    expect(invitations.prove(tag, { ...shown('first'), name: 'another' }, 0).kind).toBe('wrong')
  })

  it('gives way when there are too many', () => {
    const { invitations, tag } = invited()
    for (let more = 0; more < 31; more++) invitations.make({ random: randomBytes(10), role: 'artist', expiresAtMs: 9 })
    expect(invitations.has(tag, peer('x'), 0)).toBe(true)
    invitations.make({ random: randomBytes(10), role: 'artist', expiresAtMs: 9 })
    expect(invitations.has(tag, peer('x'), 0)).toBe(false)
  })
})

describe('knocks', () => {
  it('are bounded, ten new ones a minute, and gone after a day', () => {
    const knocks = new Knocks()
    const at = (minute: number, name: string) => knocks.knock(peer(name), name, minute * 60_000).kind
    for (let n = 0; n < 10; n++) expect(at(0, `p${n}`)).toBe('pending')
    expect(at(0.5, 'p10')).toBe('full')
    expect(at(0.5, 'p3')).toBe('pending')
    for (let n = 10; n < 64; n++) expect(at(2 + n, `p${n}`)).toBe('pending')
    expect(at(100, 'p64')).toBe('full')
    expect(knocks.pending(100 * 60_000)).toHaveLength(64)
    expect(knocks.pending(24 * 3_600_000 + 60_000)).not.toContainEqual(expect.objectContaining({ peer: 'p0' }))
    expect(knocks.pending(4000 * 60_000)).toEqual([])
  })

  it('that were approved are granted to their peer alone', () => {
    const knocks = new Knocks()
    const grant = { farmName: 'f' } as never
    knocks.knock(peer('a'), 'a', 0)
    knocks.knock(peer('b'), 'b', 0)
    knocks.approve(peer('a'), grant)
    knocks.approve(peer('nobody'), grant)
    expect(knocks.pending(0).map(({ name }) => name)).toEqual(['b'])
    expect(knocks.knock(peer('a'), 'a', 1)).toEqual({ kind: 'granted', grant })
    expect(knocks.knock(peer('b'), 'b', 1)).toEqual({ kind: 'pending' })
    expect(knocks.knock(peer('nobody'), 'n', 1)).toEqual({ kind: 'pending' })
  })
})

describe('RateLimit', () => {
  it('never lets more through than its burst and its pace, for each and for all', () => {
    const steps = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), afterMs: fc.nat(20) }), { maxLength: 200 })
    fc.assert(
      fc.property(steps, (calls) => {
        const limit = new RateLimit({ each: { burst: 3, everyMs: 10 }, all: { burst: 5, everyMs: 4 } })
        let nowMs = 0
        const taken: Record<string, number> = {}
        for (const { key, afterMs } of calls) {
          nowMs += afterMs
          if (limit.take(key, nowMs)) taken[key] = (taken[key] ?? 0) + 1
        }
        for (const count of Object.values(taken)) expect(count).toBeLessThanOrEqual(3 + nowMs / 10)
        const all = Object.values(taken).reduce((sum, count) => sum + count, 0)
        expect(all).toBeLessThanOrEqual(5 + nowMs / 4)
      }),
    )
    expect(new RateLimit({ each: { burst: 1, everyMs: 1 }, all: { burst: 1, everyMs: 1 } }).take('a', 0)).toBe(true)
  })
})
