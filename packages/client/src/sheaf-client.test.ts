import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SheafClient } from './sheaf-client.js'
import { aFarm, aJob, anAgent, FakeAgent } from './testing/index.js'

let agent: FakeAgent
let client: SheafClient

beforeEach(async () => {
  agent = await FakeAgent.start()
  client = new SheafClient({ baseUrl: `${agent.baseUrl}/`, token: agent.token })
})
afterEach(() => agent.stop())

describe('calls', () => {
  it('sends the token and returns what the schema promises', async () => {
    agent.on('GET /v1/status', { json: anAgent({ name: 'studio' }) })
    expect((await client.status()).name).toBe('studio')
    expect(agent.requests[0]).toMatchObject({ method: 'GET', path: '/v1/status', token: agent.token })
  })

  it('lets fields of a newer agent through', async () => {
    agent.on('GET /v1/farm', { json: { ...aFarm(), weather: 'fine' } })
    expect((await client.farm()).peers).toHaveLength(3)
  })

  it('posts a submission', async () => {
    const answer = { jobId: 'j1', frames: 10, segments: 1, warnings: [] }
    agent.on('POST /v1/jobs', { status: 201, json: answer })
    const request = { editPath: '/a.otio', outputPath: '/b.mp4', priority: 70 }
    expect(await client.submit(request)).toEqual(answer)
    expect(agent.requests[0]?.body).toEqual(request)
  })

  it.each(['cancel', 'pause', 'resume', 'requeue', 'priority'] as const)(
    '%s names the job in the path, escaped',
    async (verb) => {
      agent.on(`POST /v1/jobs/a%2Fb/${verb}`, { json: aJob({ status: 'paused' }) })
      const calls = {
        cancel: () => client.cancelJob('a/b'),
        pause: () => client.pauseJob('a/b'),
        resume: () => client.resumeJob('a/b'),
        requeue: () => client.requeueJob('a/b'),
        priority: () => client.setPriority('a/b', 70),
      }
      expect((await calls[verb]()).status).toBe('paused')
      expect(agent.requests[0]?.body).toEqual(verb === 'priority' ? { priority: 70 } : undefined)
    },
  )

  it('pauses and resumes the machine', async () => {
    agent.on('POST /v1/agent/pause', { json: anAgent({ paused: true }) })
    agent.on('POST /v1/agent/resume', { json: anAgent({ paused: false }) })
    expect((await client.pauseAgent()).paused).toBe(true)
    expect((await client.resumeAgent()).paused).toBe(false)
  })

  it('lists jobs, and logs as long as asked for', async () => {
    agent.on('GET /v1/jobs', { json: [aJob()] })
    agent.on('GET /v1/jobs/j1/log', { json: [{ atMs: 1, level: 'info', scope: 's', message: 'hello', fields: {} }] })
    expect(await client.jobs()).toHaveLength(1)
    expect(await client.jobLog('j1', { lines: 2 })).toMatchObject([{ message: 'hello' }])
    expect(agent.requests[1]?.path).toBe('/v1/jobs/j1/log?lines=2')
  })

  it('asks for a measurement', async () => {
    const json = { engine: 'ffmpeg', score: 98, framesPerS: 50, slots: 2, cached: false }
    agent.on('POST /v1/agent/bench', { json })
    expect(await client.bench({ again: true })).toEqual(json)
    expect(agent.requests[0]?.body).toEqual({ again: true })
  })
})

describe('errors', () => {
  it('become what the agent threw', async () => {
    const json = {
      code: 'SHEAF_OUTPUT_EXISTS',
      message: '/b.mp4 exists',
      hint: 'add --overwrite',
      details: { path: '/b.mp4' },
    }
    agent.on('POST /v1/jobs', { status: 409, json })
    await expect(client.submit({ editPath: '/a', outputPath: '/b.mp4' })).rejects.toMatchObject({
      name: 'SheafError',
      ...json,
    })
  })

  it('keep a code of a newer agent in the details', async () => {
    agent.on('GET /v1/status', { status: 400, json: { code: 'SHEAF_NOVEL', message: 'm' } })
    await expect(client.status()).rejects.toMatchObject({
      code: 'SHEAF_INTERNAL',
      message: 'm',
      details: { code: 'SHEAF_NOVEL' },
    })
  })

  it.each([
    [404, 'SHEAF_VERSION_MISMATCH'],
    [401, 'SHEAF_UNAUTHORIZED'],
    [502, 'SHEAF_INTERNAL'],
  ])('HTTP %i without our error body is %s', async (status, code) => {
    agent.on('GET /v1/status', { status, text: '<html>' })
    await expect(client.status()).rejects.toMatchObject({ code })
  })

  it('name the field of an answer that does not fit', async () => {
    agent.on('GET /v1/status', { json: { ...anAgent(), slots: 'two' } })
    await expect(client.status()).rejects.toMatchObject({
      code: 'SHEAF_WIRE_MALFORMED',
      message: expect.stringContaining('/slots') as string,
    })
  })

  it('say so when another program answers', async () => {
    agent.on('GET /v1/status', { text: 'hello' })
    await expect(client.status()).rejects.toMatchObject({ code: 'SHEAF_WIRE_MALFORMED' })
  })

  it('a refused connection says how to start the agent', async () => {
    await agent.stop()
    await expect(client.status()).rejects.toMatchObject({
      code: 'SHEAF_AGENT_NOT_RUNNING',
      hint: 'start it with: sheaf up',
    })
    agent = await FakeAgent.start()
  })

  it('a connection that breaks is unreachable', async () => {
    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const broken = new SheafClient({ baseUrl: `http://127.0.0.1:${port}`, token: 't' })
    await expect(broken.status()).rejects.toMatchObject({ code: 'SHEAF_AGENT_UNREACHABLE' })
    server.close()
  })

  it('a silent agent times out', async () => {
    agent.on('GET /v1/status', { silent: true })
    const hasty = new SheafClient({ baseUrl: agent.baseUrl, token: agent.token, timeoutMs: 20 })
    await expect(hasty.status()).rejects.toMatchObject({ code: 'SHEAF_TIMEOUT' })
  })

  it('an aborted call throws the reason of its signal', async () => {
    agent.on('GET /v1/status', { silent: true })
    const reason = new Error('enough')
    await expect(client.status({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})
