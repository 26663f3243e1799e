import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FarmSandbox } from '../support/farm-sandbox.js'
import { runSheaf } from '../support/run-sheaf.js'
import { untilFound } from '../support/wait-for.js'

const timeout = 120_000

describe('machines that join a farm', () => {
  let sandbox: FarmSandbox
  beforeAll(async () => {
    sandbox = await FarmSandbox.create()
  })
  afterAll(() => sandbox.dispose(), timeout)

  it(
    'come in by code with their agent running, or by a knock with none; no log holds a code',
    async () => {
      const founder = await sandbox.agent('founder', { role: 'founder' })
      const running = await sandbox.agent('running', { role: 'founder' })
      const [address = ''] = (await founder.client.status()).addresses
      const at = (name: string) => ['--store', sandbox.storePath(name), '--address', address]
      const { code } = await founder.client.invite({ role: 'worker' })

      const typed = code.toLowerCase().replaceAll('-', '')
      const joined = await runSheaf(['join', typed, ...at('running'), '--name', 'running'], { env: sandbox.env })
      expect([joined.exitCode, joined.stdout]).toEqual([0, expect.stringContaining('in the farm founder as worker')])
      const members = await untilFound('the founder to meet who joined', async () => {
        const { members } = await founder.client.members()
        return members.some(({ connected }) => connected) ? members : undefined
      })
      expect(members.map(({ name, role }) => [name, role]).sort()).toEqual([
        ['founder', 'admin'],
        ['running', 'worker'],
      ])

      const again = await runSheaf(['join', typed, ...at('late')], { env: sandbox.env })
      expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining('knows this code')])

      const knocking = runSheaf(['join', '--yes', '--name', 'late', ...at('late')], { env: sandbox.env })
      const knock = await untilFound('a knock', async () => (await founder.client.members()).pending[0])
      expect(knock.name).toBe('late')
      await founder.client.approve({ peer: knock.peer })
      expect(await knocking).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('as artist') as string })

      for (const name of ['founder', 'running']) {
        const log = await readFile(join(sandbox.storePath(name), 'log', 'agent.ndjson'), 'utf8')
        const said = await readFile(join(sandbox.storePath(name), 'up.log'), 'utf8')
        for (const text of [code, typed]) expect(log + said).not.toContain(text)
      }
      await running.stop()
    },
    timeout,
  )
})
