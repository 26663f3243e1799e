import { SheafError } from '@sheaf/protocol'
import { expect, it } from 'vitest'
import { exitCodeOf, exitCodes } from './exit-codes.js'

it.each(['SHEAF_PRESET_INVALID', 'SHEAF_PRESET_UNKNOWN'] as const)('%s is wrong usage', (code) => {
  expect(exitCodeOf(new SheafError({ code, message: 'x', hint: 'y' }))).toBe(exitCodes.usage)
})
