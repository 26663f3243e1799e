import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AgentProcess } from '@sheaf/cli'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FarmSandbox } from '../support/farm-sandbox.js'
import { runSheaf } from '../support/run-sheaf.js'
import { makeSmallFilm, quickPreset } from '../support/small-film.js'
import { untilCompleted } from '../support/wait-for.js'

const timeout = 240_000

describe('an agent that cannot start, or is not there', () => {
  let sandbox: FarmSandbox
  let agent: AgentProcess
  beforeAll(async () => {
    sandbox = await FarmSandbox.create()
    agent = await sandbox.agent('first')
  }, timeout)
  afterAll(() => sandbox.dispose(), timeout)

  const up = (store: string, ...args: readonly string[]) =>
    runSheaf(['up', '--store', sandbox.storePath(store), '--no-mdns', '--no-bench', ...args], { env: sandbox.env })

  it(
    'two agents with one store: the second is refused, the first unharmed',
    async () => {
      const second = await up('first', '--port', '0', '--api-port', '0')
      expect(second.exitCode).toBe(1)
      expect(second.stderr).toContain(`(process ${agent.pid})`)
      expect(second.stderr).toContain(sandbox.storePath('first'))
      expect(second.stderr).toMatch(/sheaf down/)
      expect(second.stderr).toMatch(/--store/)

      const film = await makeSmallFilm(sandbox.root, 48)
      const { jobId } = await agent.client.submit({
        editPath: film.editPath,
        outputPath: sandbox.path('film.mp4'),
        preset: quickPreset,
      })
      await untilCompleted(agent, jobId)
      const status = await runSheaf(['status', '--json', '--store', sandbox.storePath('first')])
      expect(JSON.parse(status.stdout)).toMatchObject({ pid: agent.pid, peer: agent.peer })
    },
    timeout,
  )

  it(
    'a port in use: the error names it and the way around',
    async () => {
      const other = createServer().listen(0, '0.0.0.0')
      await once(other, 'listening')
      const port = String((other.address() as AddressInfo).port)
      try {
        const farm = await up('second', '--port', port, '--api-port', '0')
        expect(farm.exitCode).toBe(1)
        expect(farm.stderr).toContain(port)
        expect(farm.stderr).toMatch(/in use/)
        expect(farm.stderr).toMatch(/--port/)
        const api = await up('second', '--port', '0', '--api-port', port, '--json')
        expect(api.exitCode).toBe(1)
        expect(JSON.parse(api.stderr)).toMatchObject({
          code: 'SHEAF_PORT_IN_USE',
          message: expect.stringContaining(port) as string,
          hint: expect.stringContaining('--api-port') as string,
        })
        const detached = await up('second', '--detach', '--port', port, '--api-port', '0')
        expect(detached.exitCode).toBe(1)
        expect(detached.stderr).toContain(port)
      } finally {
        other.close()
      }
      // What failed to start left its store free.
      const later = await sandbox.agent('second')
      await later.stop()
    },
    timeout,
  )

  it.each([
    ['status'],
    ['peers'],
    ['jobs'],
    ['render', 'film.otio', '-o', 'film.mp4'],
    ['cancel', 'abc'],
    ['pause'],
    ['logs'],
  ])(
    'no agent: sheaf %s says how to start one, exit code 3',
    async (...args) => {
      const store = sandbox.storePath('nobody')
      const run = await runSheaf([...args, '--store', store], { cwd: sandbox.root })
      expect(run.exitCode).toBe(3)
      expect(run.stdout).toBe('')
      expect(run.stderr).toContain(store)
      expect(run.stderr).toMatch(/sheaf up/)
    },
    timeout,
  )

  it(
    'an agent that was killed counts as not running, and its store starts again',
    async () => {
      const victim = await sandbox.agent('victim')
      await victim.kill()
      const run = await runSheaf(['status', '--store', sandbox.storePath('victim')])
      expect(run.exitCode).toBe(3)
      expect(run.stderr).toMatch(/sheaf up/)
      const again = await sandbox.agent('victim')
      expect(again.peer).toBe(victim.peer)
      await again.stop()
    },
    timeout,
  )

  it(
    'a farm key that others may read, and credentials that are none',
    async () => {
      const ports = ['--port', '0', '--api-port', '0']
      const store = sandbox.storePath('third')
      const keyPath = join(store, 'farm', 'farm.key')
      await mkdir(join(store, 'farm'), { recursive: true })
      await writeFile(keyPath, JSON.stringify({ key: 'ab'.repeat(32), lastSerial: 1 }), { mode: 0o644 })
      const open = await up('third', ...ports)
      expect(open.exitCode).toBe(1)
      expect(open.stderr).toContain(`chmod 600 '${keyPath}'`)
      expect(open.stderr).not.toContain('abab')
      const credentials = join(store, 'farm', 'credentials.json')
      await writeFile(credentials, 'password', { mode: 0o600 })
      const bad = await up('third', ...ports)
      expect(bad.exitCode).toBe(1)
      expect(bad.stderr).toContain(credentials)
      expect(bad.stderr).not.toContain('password')
    },
    timeout,
  )
})
