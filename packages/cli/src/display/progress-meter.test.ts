import { describe, expect, it } from 'vitest'
import { addSample, framesPerS, type ProgressSample } from './progress-meter.js'

const feed = (...pairs: readonly (readonly [number, number])[]): readonly ProgressSample[] =>
  pairs.reduce<readonly ProgressSample[]>((samples, [atMs, frames]) => addSample(samples, { atMs, frames }), [])

describe('the progress meter', () => {
  it('has no speed before two moments', () => {
    expect(framesPerS(feed())).toBeUndefined()
    expect(framesPerS(feed([0, 0]))).toBeUndefined()
    expect(framesPerS(feed([0, 0], [0, 9]))).toBeUndefined()
  })
  it('is the speed of the last seconds, not of the whole job', () => {
    expect(framesPerS(feed([0, 0], [1000, 50]))).toBe(50)
    expect(framesPerS(feed([0, 0], [10_000, 100], [12_000, 300], [14_000, 500], [16_000, 700]))).toBe(100)
  })
  it('knows the speed of a job whose views come rarely', () => {
    expect(framesPerS(feed([0, 0], [60_000, 60]))).toBe(1)
  })
  it('begins anew when frames are lost', () => {
    expect(framesPerS(feed([0, 0], [1000, 100], [2000, 60]))).toBeUndefined()
    expect(framesPerS(feed([0, 0], [1000, 100], [2000, 60], [3000, 80]))).toBe(20)
  })
})
