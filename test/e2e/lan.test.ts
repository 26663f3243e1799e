import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FarmSandbox } from '../support/farm-sandbox.js'
import { runSheaf } from '../support/run-sheaf.js'
import { makeSmallFilm, quickPreset } from '../support/small-film.js'
import { untilMet } from '../support/wait-for.js'

const timeout = 240_000

describe('two machines of one LAN', () => {
  let sandbox: FarmSandbox
  beforeAll(async () => {
    sandbox = await FarmSandbox.create()
  })
  afterAll(() => sandbox.dispose(), timeout)

  it(
    'meet by mDNS, and a person needs two commands on any of them',
    async () => {
      const agents = await Promise.all(['left', 'right'].map((name) => sandbox.agent(name, { mdns: true })))
      await untilMet(agents)
      const store = ['--store', sandbox.storePath('right')]

      const peers = await runSheaf(['peers', ...store])
      expect(peers).toMatchObject({ exitCode: 0, stderr: '' })
      expect(peers.stdout).toMatch(/left/)
      expect(peers.stdout).toMatch(/right.*this machine/)

      await makeSmallFilm(sandbox.root, 96)
      const args = ['render', 'film.otio', '-o', 'film.mp4', '--preset', quickPreset, '--segment-frames', '24']
      const render = await runSheaf([...args, '--json', ...store], { cwd: sandbox.root })
      expect(render).toMatchObject({ exitCode: 0, stderr: '' })
      const job = JSON.parse(render.stdout.trim().split('\n').at(-1) ?? '') as { readonly status: string }
      expect(job.status).toBe('completed')

      const jobs = await runSheaf(['jobs', '--json', '--store', sandbox.storePath('left')])
      expect(JSON.parse(jobs.stdout)).toMatchObject([{ status: 'completed', name: 'film', landed: 4 }])
    },
    timeout,
  )
})
