import { workMessageFromWire, type Heartbeat, type PeerId, type WorkMessage } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import type { FarmStream } from './farm-stream.js'
import { silentLog } from './silent-log.js'
import { WorkChannel } from './work-channel.js'

const peer = '12D3KooWMziNuHk31GYTE3E14NeJis2s6AvaXQJePxkzFbKH4mpn' as PeerId
const heartbeat = (uptimeMs: number): Heartbeat => ({
  ...{ kind: 'heartbeat', status: 'awake', uptimeMs, highestCounter: 0, leases: [], running: [], held: [] },
  ability: { name: 'a', version: '1', role: 'worker', slots: 1, scores: {}, fingerprints: {} },
})
const goodbye = (reason: string): WorkMessage => ({ kind: 'goodbye', reason })

/** A stream that takes frames once it is let go; `failing` writes break first. */
function stream(failing = 0) {
  const sent: WorkMessage[] = []
  let arrived = (): void => undefined
  let expected = Infinity
  const taken = (count: number) => {
    expected = count
    return sent.length >= count ? Promise.resolve() : new Promise<void>((resolve) => (arrived = resolve))
  }
  const fake: FarmStream = {
    peer,
    protocol: '/sheaf/work/1',
    read: () => Promise.resolve(undefined),
    write: (bytes) => {
      if (failing-- > 0) return Promise.reject(new Error('broke'))
      sent.push(workMessageFromWire(bytes))
      if (sent.length >= expected) arrived()
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
    abort: () => undefined,
  }
  return { fake, sent, taken }
}

describe('WorkChannel', () => {
  it('sends the newest heartbeat only, and everything else in order', async () => {
    const { fake, sent, taken } = stream()
    let open: (value: FarmStream) => void = () => undefined
    const opened = new Promise<FarmStream>((resolve) => (open = resolve))
    const channel = new WorkChannel({ peer, open: () => opened, onStuck: () => expect.fail(), log: silentLog })
    channel.send(heartbeat(1))
    channel.send(goodbye('one'))
    channel.send(heartbeat(2))
    channel.send(goodbye('two'))
    channel.send(heartbeat(3))
    open(fake)
    await taken(3)
    expect(sent).toEqual([goodbye('one'), goodbye('two'), heartbeat(3)])
  })

  it('opens the stream again when it breaks', async () => {
    const { fake, sent, taken } = stream(1)
    let opened = 0
    const open = async () => (opened++, fake)
    const channel = new WorkChannel({ peer, open, onStuck: () => expect.fail(), log: silentLog })
    channel.send(goodbye('lost on its way'))
    channel.send(goodbye('arrives'))
    await taken(1)
    expect(sent).toEqual([goodbye('arrives')])
    expect(opened).toBe(2)
  })

  it('sends a message that comes in whichever moment the one before it is done', async () => {
    for (let microtasks = 0; microtasks < 12; microtasks++) {
      const { fake, sent, taken } = stream()
      const channel = new WorkChannel({ peer, open: async () => fake, onStuck: () => expect.fail(), log: silentLog })
      channel.send(goodbye('one'))
      await taken(1)
      for (let n = 0; n < microtasks; n++) await Promise.resolve()
      channel.send(goodbye('two'))
      await taken(2)
      expect(sent).toEqual([goodbye('one'), goodbye('two')])
    }
  })

  it('gives up a peer that takes nothing', () => {
    let stuck = 0
    const channel = new WorkChannel({
      ...{ peer, log: silentLog },
      open: () => new Promise(() => undefined),
      onStuck: () => (stuck += 1),
    })
    for (let n = 0; n < 10_000; n++) channel.send(goodbye(`${n}`))
    expect(stuck).toBe(1)
  })
})
