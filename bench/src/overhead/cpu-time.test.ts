import { describe, expect, it } from 'vitest'
import { readCpuSeconds } from './cpu-time.js'

describe('readCpuSeconds', () => {
  const tail = 'S 1 2 3 0 -1 4194304 100 200 0 0 150 50 1000 300 20 0 11 0 12345'

  it('adds up own time and that of the children that ended', () => {
    expect(readCpuSeconds(`4711 (node) ${tail}`)).toBe(15)
  })

  it('is not misled by the name of the program', () => {
    expect(readCpuSeconds(`4711 (a) b (c 1 2) ${tail}`)).toBe(15)
  })

  it('makes nothing up', () => {
    expect(readCpuSeconds('4711 (node) S 1 2')).toBeUndefined()
    expect(readCpuSeconds('')).toBeUndefined()
  })
})
