import { rational, rationalToNumber } from '@sheaf/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Notes } from '../model/refusal.js'
import { TimeMap } from '../model/time-map.js'
import { snapFrame, snapSource, studioRate, studioSeconds } from './studio-time.js'

const rates = [
  rational(24),
  rational(25),
  rational(30),
  rational(50),
  rational(60),
  rational(24000, 1001),
  rational(30000, 1001),
  rational(60000, 1001),
]
const rate = fc.constantFrom(...rates)
const frame = fc.integer({ min: 0, max: 5_000_000 })

describe('seconds of a project', () => {
  it('are the frame that was meant, however they were written', () => {
    fc.assert(
      fc.property(rate, frame, fc.constantFrom(17, 6, 3), (fps, meant, digits) => {
        const exact = (meant * fps.den) / fps.num
        const written = digits === 17 ? exact : Number(exact.toFixed(digits))
        const seconds = studioSeconds(written)
        const notes = new Notes({ dropUnknown: false })
        if (!seconds) throw new Error('no seconds')
        expect(snapFrame(seconds, new TimeMap({ rate: fps }), { verb: 'begins', where: 'x', notes })).toBe(meant)
        expect(notes.warnings).toEqual([])
        expect(rationalToNumber(snapSource(seconds, fps)) * (fps.num / fps.den)).toBeCloseTo(meant, 5)
      }),
    )
  })

  it('are the sums of doubles that editors make of them', () => {
    fc.assert(
      fc.property(
        rate,
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 50 }),
        (fps, lengths) => {
          let [seconds, frames] = [0, 0]
          for (const length of lengths) {
            seconds += (length * fps.den) / fps.num
            frames += length
          }
          const notes = new Notes({ dropUnknown: false })
          const read = studioSeconds(seconds)
          expect(read && snapFrame(read, new TimeMap({ rate: fps }), { verb: 'ends', where: 'x', notes })).toBe(frames)
        },
      ),
    )
  })

  it('that lie between frames go to the nearest, and are said', () => {
    fc.assert(
      fc.property(rate, frame, fc.integer({ min: -490, max: 490 }), (fps, meant, thousandths) => {
        const off = thousandths / 1000
        const seconds = studioSeconds(((meant + 1 + off) * fps.den) / fps.num)
        const notes = new Notes({ dropUnknown: false })
        expect(seconds && snapFrame(seconds, new TimeMap({ rate: fps }), { verb: 'begins', where: 'x', notes })).toBe(
          meant + 1,
        )
        if (Math.abs(thousandths) < 99) expect(notes.warnings).toEqual([])
        if (Math.abs(thousandths) > 101) expect(notes.warnings).toHaveLength(1)
      }),
    )
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e9, -1e9, undefined])('are none when they are %s', (seconds) => {
    expect(studioSeconds(seconds)).toBeUndefined()
  })

  it.each([0, -25, 1e6, Number.NaN, undefined])('have no rate of %s', (fps) => {
    expect(studioRate(fps)).toBeUndefined()
  })
})
