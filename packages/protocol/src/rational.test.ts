import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as r from './rational.js'

const fraction = fc
  .tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 1, max: 1e5 }))
  .map(([num, den]) => r.rational(num, den))

describe('rational', () => {
  it('is reduced and has a positive denominator', () => {
    expect(r.rational(48000, 2002)).toEqual({ num: 24000, den: 1001 })
    expect(r.rational(3, -6)).toEqual({ num: -1, den: 2 })
    expect(() => r.rational(1, 0)).toThrow(/1\/0/)
    expect(() => r.rational(1.5)).toThrow()
  })

  it('adds, subtracts, multiplies and divides exactly', () => {
    fc.assert(
      fc.property(fraction, fraction, (a, b) => {
        expect(r.subRational(r.addRational(a, b), b)).toEqual(a)
        if (b.num !== 0) expect(r.mulRational(r.divRational(a, b), b)).toEqual(a)
        expect(r.compareRational(a, b)).toBe(-r.compareRational(b, a) + 0)
      }),
    )
  })

  it('rounds to the neighbours of the number', () => {
    fc.assert(
      fc.property(fraction, (a) => {
        const whole = r.floorRational(a)
        expect(r.compareRational(r.rational(whole), a)).toBeLessThanOrEqual(0)
        expect(r.compareRational(r.rational(whole + 1), a)).toBe(1)
        expect(r.ceilRational(a)).toBe(a.den === 1 ? whole : whole + 1)
        expect(r.roundRational(a)).toBe(r.floorRational(r.addRational(a, r.rational(1, 2))))
      }),
    )
    expect(r.roundRational(r.rational(-3, 2))).toBe(-1)
    expect(r.roundRational(r.rational(5, 2))).toBe(3)
    expect(Object.is(r.ceilRational(r.rational(-1, 2)), 0)).toBe(true)
  })

  it('says when a number leaves the safe integers', () => {
    const big = r.rational(Number.MAX_SAFE_INTEGER)
    expect(() => r.mulRational(big, big)).toThrow(/2\^53/)
  })

  it.each([
    [23.976, '24000/1001'],
    [23.98, '24000/1001'],
    [23.97, '24000/1001'],
    [23.976023976, '24000/1001'],
    [29.97, '30000/1001'],
    [29.97002997, '30000/1001'],
    [59.94, '60000/1001'],
    [47.952, '48000/1001'],
    [119.88, '120000/1001'],
    [24, '24'],
    [25, '25'],
    [12.5, '25/2'],
    [1_000_000 / 66_667, '1000000/66667'],
  ])('reads the rate %d as %s', (value, text) => {
    expect(r.formatRational(r.rateFromDouble(value))).toBe(text)
  })

  it.each([0, -24, Number.NaN, Number.POSITIVE_INFINITY])('refuses the rate %d', (value) => {
    expect(() => r.rateFromDouble(value)).toThrow(/not a frame rate/)
  })

  it('finds the fraction a double came from', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e5, max: 1e5 }), fc.integer({ min: 1, max: 2000 }), (n, d) => {
        expect(r.rationalFromDouble(n / d)).toEqual(r.rational(n, d))
      }),
    )
  })

  it('reads back what it prints', () => {
    fc.assert(
      fc.property(fraction, (a) => {
        expect(r.parseRational(r.formatRational(a))).toEqual(a)
      }),
    )
    expect(r.parseRational('29.97')).toEqual({ num: 2997, den: 100 })
    expect(r.parseRational('-0.5')).toEqual({ num: -1, den: 2 })
    expect(() => r.parseRational('1e9')).toThrow(/"1e9"/)
    expect(() => r.parseRational('1/0')).toThrow()
  })
})
