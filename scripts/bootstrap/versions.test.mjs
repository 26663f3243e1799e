import { describe, expect, it } from 'vitest'
import { compareVersions, parseVersion, satisfiesRange } from './versions.mjs'

describe('parseVersion', () => {
  it.each([
    ['v24.21.0', [24, 21, 0]],
    ['5.1', [5, 1, 0]],
    ['5.1.9-0+deb12u1', [5, 1, 9]],
    ['  7 ', [7, 0, 0]],
  ])('reads %j', (text, version) => {
    expect(parseVersion(text)).toEqual(version)
  })

  it.each(['', 'N-112345-gabcdef', 'latest'])('refuses %j', (text) => {
    expect(parseVersion(text)).toBeNull()
  })
})

describe('compareVersions', () => {
  it('orders by number, not by text', () => {
    expect(compareVersions([9, 0, 0], [10, 0, 0])).toBeLessThan(0)
    expect(compareVersions([5, 10, 0], [5, 9, 9])).toBeGreaterThan(0)
    expect(compareVersions([5, 1, 2], [5, 1, 2])).toBe(0)
  })
})

describe('satisfiesRange', () => {
  const range = '^22.13.0 || ^24.0.0 || >=26.0.0'

  it.each(['22.13.0', '22.99.1', '24.0.0', '24.21.0', '26.0.0', '31.4.1'])('takes %s', (version) => {
    expect(satisfiesRange(version, range)).toBe(true)
  })

  it.each(['18.20.4', '20.20.2', '22.12.9', '23.5.0', '25.8.2', 'nonsense'])('refuses %s', (version) => {
    expect(satisfiesRange(version, range)).toBe(false)
  })

  it('throws on a range it cannot read', () => {
    expect(() => satisfiesRange('24.0.0', '~24.0.0')).toThrow('cannot read "~24.0.0"')
  })
})
