import { performance } from 'node:perf_hooks'
import type { Fact, FactIntent, Heartbeat, JobId, PeerId, SegmentReport } from '@sheaf/protocol'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { factOf, submission } from '../agent/testing/make-farm.js'
import {
  blobOf,
  deferred,
  film,
  memoryLog,
  other,
  self,
  settled,
  until,
  type Deferred,
} from '../worker/testing/make-work.js'
import { CoreHost, type SelfReport } from './core-host.js'

const report: SelfReport = {
  status: 'awake',
  uptimeMs: 1,
  leases: [],
  running: [],
  held: [],
  ability: {
    name: 'me',
    version: '1',
    role: 'artist',
    slots: 1,
    scores: { ffmpeg: 100 },
    fingerprints: { ffmpeg: 'print' },
  },
}

/** A host whose clock moves only when told. */
function hostOf() {
  const done: string[] = []
  const world: { gate: Deferred<undefined> | undefined; problem: Error | undefined; lamport: number } = {
    gate: undefined,
    problem: undefined,
    lamport: 100,
  }
  const log = memoryLog()
  const leased: number[][] = []
  const heard: Heartbeat[] = []
  const host: CoreHost = new CoreHost(
    {
      append: async (intents: readonly FactIntent[]): Promise<readonly Fact[]> => {
        done.push(`append ${intents.map(({ kind }) => kind).join()}`)
        await world.gate?.promise
        if (world.problem !== undefined) throw world.problem
        const facts = intents.map((intent) => factOf(self, (world.lamport += 1), intent))
        done.push('appended')
        host.onFacts(facts)
        return facts
      },
      keepCounter: async (counter) => void done.push(`counter ${counter}`),
      command: ({ kind, message }) => {
        done.push(`${kind} ${message.indexes.join()}`)
        leased.push([...message.indexes])
      },
      selfReport: () => report,
      broadcast: (heartbeat) => void heard.push(heartbeat),
      log,
    },
    { self, role: 'artist', highestCounter: 4, onChange: () => undefined },
  )
  onTestFinished(() => host.stop())
  return { host, done, world, log, leased, heard }
}

const beats = async (count: number): Promise<void> => {
  for (let beat = 0; beat < count; beat += 1) {
    await vi.advanceTimersByTimeAsync(500)
    await settled(2)
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  const startMs = Date.now()
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => Date.now() - startMs)
  return () => {
    clock.mockRestore()
    vi.useRealTimers()
  }
})

describe('the host of the core', () => {
  it('leads alone, keeps its counter on disk before it says so, and leases', async () => {
    const { host, done, leased, heard } = hostOf()
    host.onFacts([factOf(self, 1, submission(film, blobOf('m')))])
    host.start()
    await beats(20)
    expect(host.isCoordinator()).toBe(true)
    expect(done.indexOf('counter 5')).toBeGreaterThanOrEqual(0)
    expect(done.indexOf('counter 5')).toBeLessThan(done.findIndex((what) => what.startsWith('lease')))
    expect(leased.flat()).toContain(0)
    const leading = heard.findIndex(({ following }) => following?.term.peer === self)
    expect(heard[leading]?.highestCounter).toBe(5)
    expect(host.following()).toEqual({ counter: 5, peer: self })
  })

  it('takes inputs in the order in which they came', async () => {
    const { host } = hostOf()
    const submitted = factOf(self, 1, submission(film, blobOf('m')))
    const canceled = factOf(self, 2, { kind: 'job-canceled', payload: { jobId: film } })
    host.onFacts([submitted])
    host.onFacts([canceled])
    expect(host.farm.jobs).toBeUndefined()
    await host.settled()
    expect(host.view().jobs.map(({ status }) => status)).toEqual(['canceled'])
  })

  it('writes facts before anything later is decided or carried out', async () => {
    const { host, done, world } = hostOf()
    host.onFacts([factOf(self, 1, submission(film, blobOf('m')))])
    host.start()
    await beats(20)
    world.gate = deferred()
    done.length = 0
    for (const peer of ['p1', 'p2', 'p3'] as unknown as PeerId[]) host.onReport(peer, strikeOf(0))
    await until(() => done.some((what) => what.startsWith('append')))
    const meanwhile = done.length
    host.onFacts([factOf(other, 50, { kind: 'job-setting', payload: { jobId: film, priority: 99 } })])
    await settled()
    expect(done.slice(meanwhile)).toEqual([])
    expect(host.view().jobs[0]?.priority).toBe(50)
    world.gate.resolve(undefined)
    world.gate = undefined
    await until(() => host.view().jobs[0]?.priority === 99)
    expect(done).toContain('appended')
  })

  it('goes on after an input that could not be carried out', async () => {
    const { host, world, log } = hostOf()
    host.onFacts([factOf(self, 1, submission(film, blobOf('m')))])
    host.start()
    await beats(20)
    world.problem = new Error('disk full')
    host.onReport(other, strikeOf(0))
    host.onFacts([factOf(other, 50, { kind: 'job-canceled', payload: { jobId: film } })])
    await host.settled()
    expect(
      log.said.filter(({ level }) => level === 'error').map(({ fields }) => 'input' in fields && fields.input),
    ).toEqual(['report'])
    expect(host.view().jobs.map(({ status }) => status)).toEqual(['canceled'])
  })

  it('that stood still resigns before it hears what came meanwhile', async () => {
    const { host, log } = hostOf()
    host.start()
    await beats(20)
    expect(host.isCoordinator()).toBe(true)
    log.said.length = 0
    vi.setSystemTime(Date.now() + 60_000)
    host.onFacts([factOf(self, 1, submission(film, blobOf('m')))])
    vi.advanceTimersByTime(500)
    await host.settled()
    const decisions = log.said.flatMap(({ fields }) => ('decision' in fields ? [fields.decision] : []))
    expect(decisions[0]).toBe('resign')
    expect(decisions).not.toContain('lease')
  })

  it('says nothing more once it has stopped', async () => {
    const { host, heard } = hostOf()
    host.start()
    await beats(20)
    await host.stop()
    const said = heard.length
    host.announce()
    await beats(5)
    expect(heard.length).toBe(said)
    expect(host.isCoordinator()).toBe(false)
  })
})

function strikeOf(index: number): SegmentReport {
  const outcome = { kind: 'failed', code: 'SHEAF_ENGINE_FAILED', message: 'no picture', strike: true } as const
  return {
    kind: 'segment-report',
    jobId: film satisfies JobId,
    generation: 1,
    index,
    leaseId: 'x' as SegmentReport['leaseId'],
    outcome,
  }
}
