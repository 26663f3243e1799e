import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, it } from 'vitest'

it('every seeded bug is killed by a test', { timeout: 1_200_000 }, async () => {
  const runner = fileURLToPath(new URL('run.mjs', import.meta.url))
  const { exitCode, stdout } = await execa(process.execPath, [runner], { reject: false })
  const [, killed, seeded] = /(\d+) of (\d+) bugs killed/.exec(stdout) ?? []
  expect(killed, stdout).toBe(seeded)
  expect(Number(seeded)).toBeGreaterThanOrEqual(5)
  expect(exitCode).toBe(0)
})
