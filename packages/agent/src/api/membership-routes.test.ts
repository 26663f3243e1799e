import fastify from 'fastify'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { registerMembershipRoutes } from './membership-routes.js'
import type { ApiMembership } from './ports.js'

async function routes() {
  const place = { farmName: 'f', farmFingerprint: 'x', peer: 'me', name: 'n', role: 'artist', expiresAtMs: 1 } as const
  const calls: unknown[] = []
  const farm: ApiMembership = {
    standing: async () => ({ ...place, holdsFarmKey: false }),
    members: () => ({ farmName: 'f', farmFingerprint: 'x', members: [], pending: [] }),
    invite: async (body) => {
      calls.push(body)
      const invited = { code: 'ABCD-EFGH-JKMN-PQRS', role: body.role ?? 'artist', expiresAtMs: 1 } as const
      return { ...invited, farmName: 'f', farmFingerprint: 'x' }
    },
    approve: async (body) => ({ ...place, connected: false, self: false, name: body.peer }),
    adopt: async (body) => {
      calls.push(body)
      return { ...place, holdsFarmKey: false }
    },
    leave: async (body) => void calls.push(body),
    restart: () => void calls.push('restart'),
    end: () => void calls.push('end'),
  }
  const server = fastify({ forceCloseConnections: true })
  registerMembershipRoutes(server, farm)
  onTestFinished(() => server.close())
  const origin = await server.listen({ host: '127.0.0.1', port: 0 })
  const post = async (path: string, body: unknown): Promise<number> => {
    const headers = { 'content-type': 'application/json', connection: 'close' }
    const response = await fetch(origin + path, { method: 'POST', headers, body: JSON.stringify(body) })
    await response.text()
    return response.status
  }
  return { post, calls }
}

describe('the routes of membership', () => {
  it.each([
    ['/v1/invitations', { role: 'guest' }],
    ['/v1/invitations', { ttlS: 86_401 }],
    ['/v1/invitations', { ttlS: 9 }],
    ['/v1/approvals', {}],
    ['/v1/approvals', { peer: 'p', role: 'guest' }],
    ['/v1/membership', { grant: '' }],
    ['/v1/membership', { grant: 'x'.repeat(8193) }],
    ['/v1/membership', { grant: 'x', address: 'a'.repeat(256) }],
  ])('refuse at %s what is not of the form: %j', async (path, body) => {
    const { post, calls } = await routes()
    expect(await post(path, body)).toBe(400)
    expect(calls).toEqual([])
  })

  it('begin anew, or end, only after the answer is out', async () => {
    const { post, calls } = await routes()
    expect(await post('/v1/membership', { grant: 'Zw==' })).toBe(200)
    await vi.waitFor(() => expect(calls).toEqual([{ grant: 'Zw==' }, 'restart']))
    expect(await post('/v1/membership/leave', { force: true })).toBe(200)
    await vi.waitFor(() => expect(calls.slice(2)).toEqual([{ force: true }, 'end']))
  })
})
