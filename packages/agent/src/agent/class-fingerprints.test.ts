import { SheafError } from '@sheaf/protocol'
import { expect, it } from 'vitest'
import { ClassFingerprints } from './class-fingerprints.js'

function setUp(failures: readonly Error[]) {
  const left = [...failures]
  const clock = { ms: 1000 }
  let measured = 0
  const classes = new ClassFingerprints({
    measure: async () => {
      measured += 1
      const failure = left.shift()
      if (failure) throw failure
      return 'lossless-1'
    },
    nowMs: () => clock.ms,
  })
  return { classes, clock, measured: () => measured }
}

it('a class is measured once, and again after a failure of the moment, in the background after a pause', async () => {
  const { classes, clock, measured } = setUp([new Error('no memory'), new Error('no memory')])
  expect(classes.isDue('lossless')).toBe(true)
  const first = classes.of('lossless')
  expect(classes.isDue('lossless')).toBe(false)
  await expect(first).rejects.toThrow('no memory')
  const pausesMs: number[] = []
  for (const pauseMs of [30_000, 60_000]) {
    clock.ms += pauseMs - 1
    expect(classes.isDue('lossless')).toBe(false)
    clock.ms += 1
    expect(classes.isDue('lossless')).toBe(true)
    pausesMs.push(pauseMs)
    if (pausesMs.length === 1) await expect(classes.of('lossless')).rejects.toThrow('no memory')
  }
  expect(await classes.of('lossless')).toBe('lossless-1')
  expect(await classes.of('lossless')).toBe('lossless-1')
  expect([measured(), classes.isDue('lossless')]).toEqual([3, false])
})

it('somebody who waits does not wait for the pause', async () => {
  const { classes } = setUp([new Error('no memory')])
  await expect(classes.of('lossless')).rejects.toThrow('no memory')
  expect(await classes.of('lossless')).toBe('lossless-1')
})

it('an encoder that is not in the build stays missing', async () => {
  const { classes, clock, measured } = setUp([new SheafError({ code: 'SHEAF_TOOL_MISSING', message: 'no libx265' })])
  await expect(classes.of('libx265')).rejects.toThrow('no libx265')
  clock.ms += 1e9
  expect(classes.isDue('libx265')).toBe(false)
  await expect(classes.of('libx265')).rejects.toThrow('no libx265')
  expect(measured()).toBe(1)
})
