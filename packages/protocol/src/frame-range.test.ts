import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type FrameRange,
  contiguousFrames,
  countFrames,
  formatFrameRange,
  iterateFrames,
  mergeFrameRanges,
  parseFrameRange,
  rangeContains,
} from './frame-range.js'

const canonical = (text: string): string => formatFrameRange(parseFrameRange(text))

const span = fc
  .tuple(fc.integer({ min: -60, max: 60 }), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 6 }))
  .map(([first, length, step]) => ({ first, last: first + length, step }))
const spans = fc.array(span, { minLength: 1, maxLength: 6 })
const write = (list: readonly { first: number; last: number; step: number }[]): string =>
  list.map((s) => `${s.first}-${s.last}x${s.step}`).join(',')
const oracle = (list: readonly { first: number; last: number; step: number }[]): number[] => {
  const set = new Set<number>()
  for (const s of list) for (let f = s.first; f <= s.last; f += s.step) set.add(f)
  return [...set].sort((a, b) => a - b)
}

describe('parseFrameRange', () => {
  it.each([
    ['1-250', '1-250'],
    ['1-250x2', '1-250x2'],
    ['1-10,20,30-40x5', '1-10,20,30-40x5'],
    ['-5--1', '-5--1'],
    ['-5-3', '-5-3'],
    ['1..10', '1-10'],
    ['1-10step2', '1-10x2'],
    ['1-10 by 3', '1-10x3'],
    ['1-10:4', '1-10x4'],
    [' 3 , 1 ', '1,3'],
    ['1-5,6-9', '1-9'],
    ['1-5,3-9', '1-9'],
    ['1-9x2,2-8x2', '1-9'],
    ['7', '7'],
    ['1-2x5', '1'],
    ['-0', '0'],
  ])('reads %s as %s', (text, expected) => {
    expect(canonical(text)).toBe(expected)
  })

  it.each([
    ['', 'is empty', 0],
    ['   ', 'is empty', 3],
    ['10-1', 'is reversed', 0],
    ['1-10,,20', 'found ","', 5],
    ['1-', 'found the end', 2],
    ['1-10x0', 'step must be 1', 5],
    ['1-10;20', '"," or the end', 4],
    ['abc', 'a frame number, found "a"', 0],
    ['1,5-2', 'is reversed', 2],
    ['1,', 'found the end', 2],
    ['1-5x', 'found the end', 4],
    ['99999999999', 'too large', 0],
    ['1-🎬', 'found "🎬"', 2],
    ['1.5', '"," or the end', 1],
  ])('refuses %j: %s', (text, problem, at) => {
    let message = ''
    try {
      parseFrameRange(text)
    } catch (error) {
      message = (error as Error).message
    }
    const [first, quoted, caret] = message.split('\n')
    expect(first).toContain(problem)
    expect(quoted).toBe(`  ${text}`)
    expect(caret).toBe(`  ${' '.repeat(at)}^`)
  })

  it('shows a window of a long text around the character', () => {
    const text = `${'1,'.repeat(500)}x${',1'.repeat(500)}`
    expect(() => parseFrameRange(text)).toThrow(/\n {2}.{36}x.{35}\n {38}\^$/)
  })

  it('refuses a merge that would count for ever', () => {
    expect(() => parseFrameRange('0-900000000x2,1-900000000x3')).toThrow(/too many frames/)
  })
})

describe('frame sets', () => {
  it('hold exactly the frames that were written', () => {
    fc.assert(
      fc.property(spans, (list) => {
        const range = parseFrameRange(write(list))
        const frames = oracle(list)
        expect([...iterateFrames(range)]).toEqual(frames)
        expect(countFrames(range)).toBe(frames.length)
        for (let f = -65; f <= 105; f++) expect(rangeContains(range, f)).toBe(frames.includes(f))
      }),
    )
  })

  it('print to a text that reads back to the same range', () => {
    fc.assert(
      fc.property(spans, (list) => {
        const range = parseFrameRange(write(list))
        expect(parseFrameRange(formatFrameRange(range))).toEqual(range)
      }),
    )
  })

  it('merge to the union', () => {
    fc.assert(
      fc.property(spans, spans, (a, b) => {
        const merged = mergeFrameRanges(parseFrameRange(write(a)), parseFrameRange(write(b)))
        expect([...iterateFrames(merged)]).toEqual(oracle([...a, ...b]))
      }),
    )
  })

  it('know whether they are one run', () => {
    const run = (text: string): ReturnType<typeof contiguousFrames> =>
      contiguousFrames(parseFrameRange(text) satisfies FrameRange)
    expect(run('5-9')).toEqual({ first: 5, last: 9 })
    expect(run('5')).toEqual({ first: 5, last: 5 })
    expect(run('5-9x2')).toBeUndefined()
    expect(run('1,5')).toBeUndefined()
  })
})
