import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { discoverAgent } from './discover-agent.js'
import { anAgent, FakeAgent } from './testing/index.js'

let storePath: string
let agent: FakeAgent
beforeEach(async () => {
  storePath = await mkdtemp(join(tmpdir(), 'sheaf-client-'))
  agent = await FakeAgent.start()
})
afterEach(async () => {
  await agent.stop()
  await rm(storePath, { recursive: true, force: true })
})

const notRunning = { code: 'SHEAF_AGENT_NOT_RUNNING', hint: 'start it with: sheaf up' }

describe('discoverAgent', () => {
  it('makes a client from what the agent left in its store', async () => {
    await agent.writeRunFiles(storePath)
    agent.on('GET /v1/status', { json: anAgent() })
    const { client, run } = await discoverAgent({ storePath })
    expect((await client.status()).name).toBe('A')
    expect(run).toMatchObject({ pid: process.pid, apiPort: agent.port, token: agent.token })
  })

  it('an empty store has no agent', async () => {
    await expect(discoverAgent({ storePath })).rejects.toMatchObject(notRunning)
  })

  it('a run file whose process is dead is no agent', async () => {
    await agent.writeRunFiles(storePath, 4242)
    await expect(discoverAgent({ storePath, isAlive: (pid) => pid !== 4242 })).rejects.toMatchObject({
      ...notRunning,
      message: expect.stringContaining('4242') as string,
    })
  })

  it.each([
    '',
    '{',
    'null',
    '{"pid":0,"peer":"p","apiPort":1,"startedAtMs":1}',
    '{"pid":1,"peer":"p","apiPort":99999,"startedAtMs":1}',
  ])('a damaged run file (%j) is no agent', async (text) => {
    await agent.writeRunFiles(storePath)
    await writeFile(join(storePath, 'run', 'agent.json'), text)
    await expect(discoverAgent({ storePath })).rejects.toMatchObject(notRunning)
  })

  it('a missing token is no agent', async () => {
    await agent.writeRunFiles(storePath)
    await rm(join(storePath, 'run', 'api-token'))
    await expect(discoverAgent({ storePath })).rejects.toMatchObject(notRunning)
  })
})
