import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { request as requestTls } from 'node:https'
import { connect } from 'node:net'
import { hostname } from 'node:os'
import { SheafError, type AgentView, type FarmView, type JobView } from '@sheaf/protocol'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { settled, until } from '../worker/testing/make-work.js'
import { openApiPlace } from './api-place.js'
import { ApiServer, type ApiServerInit } from './api-server.js'
import type { ApiAgent } from './ports.js'
import { namesOf } from './request-guard.js'
import { testTls } from './testing/test-tls.js'

const token = 'a'.repeat(64)
const farm: FarmView = { atMs: 1, self: 'me', peers: [], jobs: [] }

function fakeMembership(calls: unknown[][]): ApiAgent['membership'] {
  const place = { farmName: 'f', farmFingerprint: 'x', peer: 'me', name: 'n', role: 'artist', expiresAtMs: 1 } as const
  return {
    standing: async () => ({ ...place, holdsFarmKey: false }),
    members: () => ({ farmName: 'f', farmFingerprint: 'x', members: [], pending: [] }),
    invite: async () => {
      throw new SheafError({ code: 'SHEAF_NOT_ALLOWED', message: 'Only admins let machines in.' })
    },
    approve: async (body) => ({ ...place, connected: false, self: false, name: body.peer }),
    adopt: async (body) => {
      calls.push(['adopt', body])
      return { ...place, holdsFarmKey: false }
    },
    leave: async (body) => void calls.push(['leave', body]),
    restart: () => void calls.push(['restart']),
    end: () => void calls.push(['end']),
  }
}

function fakeAgent() {
  const calls: unknown[][] = []
  const listeners = new Set<() => void>()
  const world = { view: farm, views: 0 }
  const job = async (...call: unknown[]): Promise<JobView> => {
    calls.push(call)
    throw new SheafError({
      code: 'SHEAF_JOB_NOT_FOUND',
      message: 'No job is called nope.',
      hint: 'List them with: sheaf jobs',
    })
  }
  const agent: ApiAgent = {
    status: () => ({ peer: 'me' }) as AgentView,
    presets: () => Promise.resolve([]),
    view: () => {
      world.views += 1
      return world.view
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    submit: async (body) => {
      calls.push(['submit', body])
      return { jobId: 'j1', frames: 1, segments: 1, warnings: [] }
    },
    job: () => {
      throw new Error('the disk is on fire')
    },
    jobRequest: async () => ({ editPath: '/edits/film.otio', outputPath: '/films/film.mp4', size: '640x360' }),
    cancelJob: (id) => job('cancel', id),
    pauseJob: (id, paused) => job('pause', id, paused),
    requeueJob: (id) => job('requeue', id),
    prioritizeJob: (id, priority) => job('priority', id, priority),
    revokeMember: async (member, body) => {
      calls.push(['revoke', member, body])
      return { peer: 'p', name: member, role: 'artist', facts: 3, keeps: [] }
    },
    pauseAgent: async () => ({}) as AgentView,
    bench: async () => ({ engine: 'ffmpeg', score: 1, framesPerS: 1, slots: 1, cached: true }),
    log: () => [],
    requestStop: () => void calls.push(['stop']),
    membership: fakeMembership(calls),
  }
  const change = (): void => listeners.forEach((listener) => listener())
  return { agent, calls, listeners, world, change }
}

async function serverOf(init: Partial<ApiServerInit> = {}) {
  const fake = fakeAgent()
  const server = new ApiServer(fake.agent, { token, host: '127.0.0.1', port: 0, version: '1', ...init })
  await server.start()
  onTestFinished(() => server.stop())
  const base = `http://127.0.0.1:${server.port}`
  const call = async (
    path: string,
    init: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
  ) => {
    const { method = 'GET', body, headers = {} } = init
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const text = body === undefined ? null : JSON.stringify(body)
    const response = await fetch(base + path, {
      method,
      body: text,
      headers: { authorization: `Bearer ${token}`, ...type, ...headers },
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  return { ...fake, server, call }
}

/** With headers that `fetch` does not let a caller set. */
async function rawGet(port: number, path: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const sent = request({ port, host: '127.0.0.1', path, headers: { authorization: `Bearer ${token}`, ...headers } })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return response
}

describe('the API', () => {
  it('answers who has the token', async () => {
    const { call } = await serverOf()
    expect(await call('/v1/farm')).toEqual({ status: 200, body: farm })
  })

  it.each(['', 'Bearer ', `Bearer ${'b'.repeat(64)}`, `Bearer ${token.slice(1)}`, `Basic ${token}`])(
    'refuses the token %j',
    async (authorization) => {
      const { call } = await serverOf()
      for (const path of ['/v1/farm', '/v1/events', '/v1/openapi.json', '/nowhere']) {
        const { status, body } = await call(path, { headers: { authorization } })
        expect([path, status, body['code'], typeof body['hint']]).toEqual([path, 401, 'SHEAF_UNAUTHORIZED', 'string'])
      }
    },
  )

  it.each([
    ['evil.example', 401],
    ['evil.example:7434', 401],
    ['127.0.0.1.evil.example', 401],
    ['localhost', 200],
    ['[::1]:80', 200],
  ] as const)('called as %s answers %i, since a name may be rebound', async (host, status) => {
    const { server } = await serverOf()
    const response = await rawGet(server.port, '/v1/farm', { host })
    response.resume()
    expect(response.statusCode).toBe(status)
  })

  it('refuses pages of other origins, also local ones', async () => {
    const { call, server } = await serverOf()
    expect((await call('/v1/farm', { headers: { origin: 'http://evil.example' } })).status).toBe(401)
    expect((await call('/v1/farm', { headers: { origin: 'http://127.0.0.1:1' } })).status).toBe(401)
    expect((await call('/v1/farm', { headers: { origin: `http://127.0.0.1:${server.port}` } })).status).toBe(200)
  })

  it('says in words that there is no such route', async () => {
    const { call } = await serverOf()
    expect(await call('/v1/nope')).toEqual({
      status: 404,
      body: { code: 'SHEAF_REQUEST_INVALID', message: 'There is no GET /v1/nope here.' },
    })
  })

  it.each([
    {},
    { editPath: '/a.otio' },
    { editPath: '/a.otio', outputPath: '' },
    { editPath: '/a.otio', outputPath: '/b.mp4', size: 'big' },
    { editPath: '/a.otio', outputPath: '/b.mp4', priority: 101 },
    'text',
  ])('refuses the submission %j', async (body) => {
    const { call, calls } = await serverOf()
    const answer = await call('/v1/jobs', { method: 'POST', body })
    expect([answer.status, answer.body['code'], calls]).toEqual([400, 'SHEAF_REQUEST_INVALID', []])
  })

  it('passes a good submission on', async () => {
    const { call, calls } = await serverOf()
    const body = { editPath: '/a.otio', outputPath: '/b.mp4', overwrite: true }
    expect((await call('/v1/jobs', { method: 'POST', body })).body['jobId']).toBe('j1')
    expect(calls).toEqual([['submit', body]])
  })

  it('gives errors with code, message and hint, and status by code', async () => {
    const { call, calls } = await serverOf()
    const body = { code: 'SHEAF_JOB_NOT_FOUND', message: 'No job is called nope.', hint: 'List them with: sheaf jobs' }
    expect(await call('/v1/jobs/nope/cancel', { method: 'POST' })).toEqual({ status: 404, body })
    await call('/v1/jobs/nope/priority', { method: 'POST', body: { priority: 7 } })
    await call('/v1/jobs/nope/resume', { method: 'POST' })
    expect(calls).toEqual([
      ['cancel', 'nope'],
      ['priority', 'nope', 7],
      ['pause', 'nope', false],
    ])
    const broken = await call('/v1/jobs/x')
    expect([broken.status, broken.body['code'], broken.body['message']]).toEqual([
      500,
      'SHEAF_INTERNAL',
      'The agent failed: the disk is on fire',
    ])
  })

  it('begins to stop after the answer is out', async () => {
    const { call, calls } = await serverOf()
    expect((await call('/v1/agent/stop', { method: 'POST' })).body).toEqual({ stopping: true })
    await until(() => calls.length > 0)
    expect(calls).toEqual([['stop']])
  })

  it('puts a member out, by its name', async () => {
    const { call, calls } = await serverOf()
    const path = `/v1/members/${encodeURIComponent('studio 7/b')}/revoke`
    expect((await call(path, { method: 'POST', body: { reason: 'stolen' } })).body).toMatchObject({ facts: 3 })
    expect((await call(path, { method: 'POST', body: { reason: 'x'.repeat(1001) } })).status).toBe(400)
    expect(calls).toEqual([['revoke', 'studio 7/b', { reason: 'stolen' }]])
  })

  it('takes no body above its limit', async () => {
    const { call, calls } = await serverOf()
    const body = { editPath: '/a.otio', outputPath: '/b.mp4', name: 'x'.repeat(1 << 20) }
    const answer = await call('/v1/jobs', { method: 'POST', body })
    expect([answer.status, answer.body['code'], calls]).toEqual([400, 'SHEAF_REQUEST_INVALID', []])
  })

  it('answers only so often; who has no token uses up nobody else’s share', async () => {
    const { call } = await serverOf({ requestsPer10s: 20 })
    const refused = [401, 401, 429]
    for (const status of refused)
      expect((await call('/v1/farm', { headers: { authorization: '' } })).status).toBe(status)
    for (let at = 0; at < 20; at += 1) expect((await call('/v1/farm')).status).toBe(200)
    const answer = await call('/v1/farm')
    expect([answer.status, answer.body['code']]).toEqual([429, 'SHEAF_RATE_LIMITED'])
  })

  it('says that its port is taken', async () => {
    const { server, agent } = await serverOf()
    const second = new ApiServer(agent, { token, host: '127.0.0.1', port: server.port, version: '1' })
    await expect(second.start()).rejects.toMatchObject({ code: 'SHEAF_PORT_IN_USE' })
    await second.stop()
  })
})

describe('the API on a network', () => {
  it('speaks TLS, and knows itself by its own names alone', async () => {
    const { server } = await serverOf({ tls: { cert: Buffer.from(testTls.cert), key: Buffer.from(testTls.key) } })
    const ask = async (headers: Record<string, string>): Promise<number | undefined> => {
      const sent = requestTls({
        ...{
          port: server.port,
          host: '127.0.0.1',
          path: '/v1/farm',
          ca: testTls.cert,
          checkServerIdentity: () => undefined,
        },
        headers: { authorization: `Bearer ${token}`, ...headers },
      })
      sent.end()
      const [response] = (await once(sent, 'response')) as [IncomingMessage]
      response.resume()
      return response.statusCode
    }
    const origin = `https://127.0.0.1:${server.port}`
    expect(await ask({ origin })).toBe(200)
    expect(await ask({ origin: origin.replace('https', 'http') })).toBe(401)
    expect(await ask({ host: 'evil.example' })).toBe(401)
  })

  it('is told of by the names of the machine there, and by loopback elsewhere', () => {
    expect(namesOf('0.0.0.0').has(hostname().toLowerCase())).toBe(true)
    expect(namesOf('10.1.2.3').has('10.1.2.3')).toBe(true)
    expect([...namesOf('127.0.0.1')].sort()).toEqual(['127.0.0.1', '[::1]', 'localhost'])
  })

  it('demands TLS, or says in plain words what it risks', async () => {
    const open = { host: '0.0.0.0', port: 0 }
    await expect(openApiPlace(open)).rejects.toMatchObject({
      code: 'SHEAF_CONFIG_INVALID',
      message: expect.stringContaining('Everybody on that network can read') as string,
    })
    expect(await openApiPlace({ ...open, unencrypted: true })).toBeUndefined()
    expect(await openApiPlace({ ...open, host: '127.0.0.1' })).toBeUndefined()
    const tls = { certPath: '/nowhere/cert.pem', keyPath: '/nowhere/key.pem' }
    await expect(openApiPlace({ ...open, tls })).rejects.toThrow('/nowhere/cert.pem')
  })
})

describe('events', () => {
  it('say the farm at once, then once for many changes, and end with the connection', async () => {
    const { server, change, world, listeners } = await serverOf()
    const response = await rawGet(server.port, '/v1/events', {})
    expect(response.headers['content-type']).toBe('text/event-stream')
    let text = ''
    response.setEncoding('utf8').on('data', (part: string) => (text += part))
    const views = (): number[] =>
      [...text.matchAll(/^event: farm\ndata: (.*)\n\n/gm)].map(([, json = '']) => (JSON.parse(json) as FarmView).atMs)
    await until(() => views().length === 1)
    for (const atMs of [2, 3, 4]) {
      world.view = { ...farm, atMs }
      change()
    }
    await until(() => views().length === 2)
    expect(views()).toEqual([1, 4])
    response.destroy()
    await until(() => listeners.size === 0)
  })

  it('are not piled up for a reader that does not read', async () => {
    const { server, change, world, listeners } = await serverOf()
    world.view = { ...farm, self: 'x'.repeat(8 << 20) }
    const socket = connect(server.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.pause()
    socket.write(`GET /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n\r\n`)
    await until(() => listeners.size === 1)
    expect(world.views).toBe(1)
    // Its pipe is full: each of these would be one more view, were they written.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    for (let at = 0; at < 50; at += 1) {
      change()
      vi.advanceTimersByTime(200)
    }
    await settled()
    expect(world.views).toBe(1)
    world.view = { ...farm, atMs: 99 }
    let text = ''
    socket.setEncoding('utf8').on('data', (part: string) => (text = (text + part).slice(-200)))
    socket.resume()
    await until(() => text.includes('"atMs":99'))
    expect(world.views).toBe(2)
  })
})
