import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FarmView } from '@sheaf/protocol'
import { SheafClient } from './sheaf-client.js'
import { watchFarm } from './watch-farm.js'
import { aFarm, FakeAgent } from './testing/index.js'

let agent: FakeAgent
beforeEach(async () => {
  agent = await FakeAgent.start()
})
afterEach(() => agent.stop())

const clientOf = (of: FakeAgent) => new SheafClient({ baseUrl: of.baseUrl, token: of.token })
const iterate = (views: AsyncIterable<FarmView>) => views[Symbol.asyncIterator]()

describe('watchFarm', () => {
  it('yields the farm at once and on every change, also when an event comes in pieces', async () => {
    agent.publish(aFarm({ atMs: 1 }))
    const views = iterate(clientOf(agent).watchFarm())
    expect((await views.next()).value).toMatchObject({ atMs: 1 })
    const text = `event: farm\ndata: ${JSON.stringify(aFarm({ atMs: 2, jobs: [] }))}\n\n`
    agent.publishRaw(': still here\n\nevent: other\ndata: {}\n\n')
    agent.publishRaw(text.slice(0, 40))
    agent.publishRaw(text.slice(40))
    expect((await views.next()).value).toMatchObject({ atMs: 2 })
    await views.return?.(undefined)
  })

  it('comes back when the agent restarts, at an address that may be another', async () => {
    let address = { baseUrl: agent.baseUrl, token: agent.token }
    const lost: string[] = []
    const client = new SheafClient({ ...address, rediscover: () => Promise.resolve(address) })
    agent.publish(aFarm({ atMs: 1 }))
    const views = iterate(client.watchFarm({ onLost: (error) => lost.push(error.code) }))
    await views.next()
    const second = await FakeAgent.start()
    second.publish(aFarm({ atMs: 2 }))
    address = { baseUrl: second.baseUrl, token: second.token }
    agent.dropWatchers()
    expect((await views.next()).value).toMatchObject({ atMs: 2 })
    expect(lost).toEqual(['SHEAF_AGENT_UNREACHABLE'])
    await views.return?.(undefined)
    await second.stop()
  })

  it('gives up when the agent stays away too long', async () => {
    agent.publish(aFarm())
    const views = iterate(clientOf(agent).watchFarm({ patienceMs: 0 }))
    await views.next()
    const next = views.next()
    await agent.stop()
    await expect(next).rejects.toMatchObject({
      code: expect.stringMatching(/^SHEAF_AGENT_(NOT_RUNNING|UNREACHABLE)$/) as string,
    })
    agent = await FakeAgent.start()
  })

  it('does not wait for an agent that was never there, nor for a refusal that waiting cannot heal', async () => {
    const refused = iterate(new SheafClient({ baseUrl: agent.baseUrl, token: 'wrong' }).watchFarm())
    await expect(refused.next()).rejects.toMatchObject({ code: 'SHEAF_UNAUTHORIZED' })
    const { baseUrl, token } = agent
    await agent.stop()
    await expect(iterate(new SheafClient({ baseUrl, token }).watchFarm()).next()).rejects.toMatchObject({
      code: 'SHEAF_AGENT_NOT_RUNNING',
    })
    agent = await FakeAgent.start()
  })

  it('takes an agent that hangs for one that is away', async () => {
    agent.publish(aFarm({ atMs: 1 }))
    const { baseUrl, token } = agent
    const lost: string[] = []
    const components = {
      fetcher: fetch,
      address: { baseUrl, token },
      rediscover: undefined,
      timeoutMs: 1000,
      silenceMs: 20,
    }
    const views = iterate(watchFarm(components, { onLost: (error) => lost.push(error.code) }))
    await views.next()
    expect((await views.next()).value).toMatchObject({ atMs: 1 })
    expect(lost).toEqual(['SHEAF_AGENT_UNREACHABLE'])
    await views.return?.(undefined)
  })

  it('refuses an event of an unexpected shape', async () => {
    const views = iterate(clientOf(agent).watchFarm())
    const next = views.next()
    await agent.watched()
    agent.publishRaw('event: farm\ndata: {"atMs": 1}\n\n')
    await expect(next).rejects.toMatchObject({ code: 'SHEAF_WIRE_MALFORMED' })
  })

  it('ends with the signal, and closes its connection', async () => {
    agent.publish(aFarm())
    const stop = new AbortController()
    const views = iterate(clientOf(agent).watchFarm({ signal: stop.signal }))
    await views.next()
    const next = views.next()
    const reason = new Error('enough')
    stop.abort(reason)
    await expect(next).rejects.toBe(reason)
    await expect.poll(() => agent.watchers).toBe(0)
  })
})
