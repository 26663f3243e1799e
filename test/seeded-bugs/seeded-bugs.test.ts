import { execa } from 'execa'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { bugs } from './bugs.mjs'

it('every seeded bug is killed by a test', { timeout: 300_000 }, async () => {
  const runner = fileURLToPath(new URL('run.mjs', import.meta.url))
  const { exitCode, stdout } = await execa(process.execPath, [runner], { reject: false })
  expect(stdout).toContain(`${bugs.length} of ${bugs.length} bugs killed`)
  expect(exitCode).toBe(0)
})
