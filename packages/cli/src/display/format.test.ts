import { describe, expect, it } from 'vitest'
import { baseName, formatBytes, formatCount, formatDuration, formatPercent, shortPeer } from './format.js'

describe('formats', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1500, '1,500'],
    [1234567.4, '1,234,567'],
  ])('count %d is %s', (value, text) => expect(formatCount(value)).toBe(text))

  it.each([
    [-5, '0 s'],
    [59_400, '59 s'],
    [59_600, '1 min 00 s'],
    [125_000, '2 min 05 s'],
    [3_599_000, '59 min 59 s'],
    [11_220_000, '3 h 07 min'],
    [86_400_000 * 2 + 3_600_000 * 3, '2 d 3 h'],
    [86_399_000, '1 d 0 h'],
  ])('duration %d is %s', (ms, text) => expect(formatDuration(ms)).toBe(text))

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1500, '1.5 kB'],
    [123_456_789, '123 MB'],
    [999_999, '1.0 MB'],
  ])('bytes %d are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

  it('percent never lies about the end', () => {
    expect(formatPercent(0, 0)).toBe('0 %')
    expect(formatPercent(1499.99, 1500)).toBe('99 %')
    expect(formatPercent(1500, 1500)).toBe('100 %')
  })

  it('names are short where they differ', () => {
    expect(shortPeer('12D3KooWAbCdEfGhIjKl')).toBe('…GhIjKl')
    expect(shortPeer('peerA')).toBe('peerA')
    expect(baseName('C:\\films\\a.mp4')).toBe('a.mp4')
    expect(baseName('/films/a.mp4')).toBe('a.mp4')
  })
})
