import { expect, it } from 'vitest'
import { spanOf } from './byte-range.js'

it('reads the ranges that ffmpeg asks for, and no others', () => {
  expect(spanOf(undefined, 100)).toEqual({ from: 0, to: 100 })
  expect(spanOf('bytes=0-', 100)).toEqual({ from: 0, to: 100 })
  expect(spanOf('bytes=40-', 100)).toEqual({ from: 40, to: 100 })
  expect(spanOf('bytes=40-49', 100)).toEqual({ from: 40, to: 50 })
  expect(spanOf('bytes=99-1000', 100)).toEqual({ from: 99, to: 100 })
  for (const header of [
    'bytes=100-',
    'bytes=9-3',
    'bytes=-5',
    'bytes=0-1,4-5',
    'bits=0-',
    `bytes=${'9'.repeat(20)}-`,
    '',
  ]) {
    expect(spanOf(header, 100)).toBeUndefined()
  }
})
