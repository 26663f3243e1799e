import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blackPictures, overlaps, pictureBytes, spansOf, type SequenceIndex } from './picture-sequence.js'

/** Which pictures are there, at least one of them. */
const presence = fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }).filter((there) => there.includes(true))
const numbersWhere = (there: readonly boolean[], wanted: boolean): number[] =>
  there.flatMap((is, i) => (is === wanted ? [i] : []))

function sequenceOf(there: readonly boolean[], policy: SequenceIndex['policy']): SequenceIndex {
  const fileBytes = numbersWhere(there, true).map((number) => 10 + number)
  return { fileBytes, missing: spansOf(numbersWhere(there, false)), policy }
}

describe('a picture of a sequence', () => {
  it('is its own file, else the one before, else the first', () => {
    fc.assert(
      fc.property(presence, fc.nat(30), fc.nat(30), (there, a, b) => {
        const [from, to] = [Math.min(a, b) % there.length, Math.min(there.length, Math.max(a, b))]
        const sequence = sequenceOf(there, 'hold')
        const files = numbersWhere(there, true)
        const shown = pictureBytes(sequence, [from, to])
        expect(shown).toHaveLength(Math.max(0, to - from))
        for (const [i, { start, end }] of shown.entries()) {
          const file = files.findLast((number) => number <= from + i) ?? files[0] ?? -1
          const before = files.filter((number) => number < file).reduce((sum, number) => sum + 10 + number, 0)
          expect([start, end]).toEqual([before, before + 10 + file])
        }
      }),
    )
  })

  it('is black where it is missing, when the sequence says so, counted from the first that is wanted', () => {
    fc.assert(
      fc.property(presence, fc.nat(29), (there, from) => {
        const to = there.length
        const black = blackPictures(sequenceOf(there, 'black'), [from, to])
        const numbers = black.flatMap(([low, high]) => Array.from({ length: high - low }, (_, i) => low + i + from))
        expect(numbers).toEqual(numbersWhere(there, false).filter((number) => number >= from))
        expect(blackPictures(sequenceOf(there, 'hold'), [from, to])).toEqual([])
        expect(overlaps(sequenceOf(there, 'error').missing, [from, from])).toEqual([])
      }),
    )
  })
})
