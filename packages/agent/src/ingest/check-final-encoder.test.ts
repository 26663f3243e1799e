import { parsePreset } from '@sheaf/timeline'
import { expect, it } from 'vitest'
import { checkFinalEncoder } from './check-final-encoder.js'

const asked: string[] = []
const nothingHere = (engineClass: string): Promise<never> => {
  asked.push(engineClass)
  return Promise.reject(new Error('built without it'))
}

it.each([
  ['h265', { intermediate: true as const }, 'libx265'],
  ['h264', { intermediate: true as const }, 'base'],
  ['h265:crf=none,bitrate=4M', undefined, 'libx265'],
])('a film of %s that is encoded once needs its encoder here', async (text, output, engineClass) => {
  const preset = parsePreset(text)
  await expect(checkFinalEncoder({ preset, ...(output && { output }) }, nothingHere)).rejects.toMatchObject({
    code: 'SHEAF_ENGINE_FAILED',
    message: expect.stringMatching(
      /encoded once, on this machine, where libx26[45] does not work: built without it/,
    ) as string,
  })
  expect(asked.at(-1)).toBe(engineClass)
})

it('a film that the farm encodes needs it nowhere in particular', async () => {
  await checkFinalEncoder({ preset: parsePreset('h265') }, nothingHere)
})
