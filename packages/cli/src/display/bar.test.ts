import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SegmentRunView, SegmentStatus } from '@sheaf/protocol'
import { barCells, type BarCell } from './bar.js'

/** One status a letter: upper case landed, lower case rendering, `.` waiting, `!` failed. */
function runsOf(picture: string): SegmentRunView[] {
  return [...picture].map((letter, i) => {
    const status: SegmentStatus =
      letter === '!' ? 'failed' : letter === '.' ? 'waiting' : letter < 'a' ? 'landed' : 'rendering'
    return {
      from: i,
      to: i + 1,
      status,
      ...(status === 'landed' || status === 'rendering' ? { holder: letter.toLowerCase() } : {}),
    }
  })
}

const pictureOf = (cells: readonly BarCell[]): string =>
  cells
    .map((cell) =>
      cell.kind === 'held' ? (cell.landed ? cell.peer.toUpperCase() : cell.peer) : cell.kind === 'failed' ? '!' : '.',
    )
    .join('')

const draw = (picture: string, width: number): string =>
  pictureOf(barCells({ runs: runsOf(picture), segments: picture.length }, width))

describe('barCells', () => {
  it.each([
    ['AAab..', 6, 'AAab..'],
    ['AAab..', 12, 'AAAAaabb....'],
    ['AAAbbb', 2, 'Ab'],
    ['AAB...', 2, 'A.'],
    ['AB', 1, 'A'],
    ['AAAAAAA!', 2, 'A!'],
    ['A', 3, 'AAA'],
  ])('%s on %i cells is %s', (picture, width, expected) => {
    expect(draw(picture, width)).toBe(expected)
  })

  it('a job without segments waits', () => {
    expect(pictureOf(barCells({ runs: [], segments: 0 }, 3))).toBe('...')
  })

  it('with a cell a segment, a bar shows each segment as it is, however the runs are cut', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('A', 'b', 'C', '.', '!'), minLength: 1, maxLength: 60 }),
        (picture) => {
          const merged: SegmentRunView[] = []
          for (const run of runsOf(picture)) {
            const last = merged.at(-1)
            if (last?.status === run.status && last.holder === run.holder)
              merged[merged.length - 1] = { ...last, to: run.to }
            else merged.push(run)
          }
          expect(pictureOf(barCells({ runs: merged, segments: picture.length }, picture.length))).toBe(picture)
        },
      ),
    )
  })

  it('a failed segment is never hidden', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 1, max: 80 }), (failed, width) => {
        const runs: SegmentRunView[] = [
          { from: 0, to: failed, status: 'landed', holder: 'a' },
          { from: failed, to: failed + 1, status: 'failed' },
          { from: failed + 1, to: 1000, status: 'landed', holder: 'a' },
        ]
        const cells = barCells({ runs: runs.filter((run) => run.to > run.from), segments: 1000 }, width)
        expect(cells.some((cell) => cell.kind === 'failed')).toBe(true)
      }),
    )
  })
})
