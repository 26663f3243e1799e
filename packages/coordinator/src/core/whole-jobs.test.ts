import type { FactIntent } from '@sheaf/protocol'
import { describe, expect, it, vi } from 'vitest'
import { farmStateHash } from '../facts/farm-state-hash.js'
import { countRuns, runsContain } from '../facts/runs.js'
import { jobStatus, landedRuns } from '../facts/selectors.js'
import { jobOf, peerOf, submission } from '../testing/make.js'
import { simulate, type Sim } from '../testing/sim.js'
import { emptyBook } from '../leasing/book.js'
import { hearHeartbeat } from '../leasing/hear.js'
import { emptyLeasing, type AgentBook, type LeasingState } from '../leasing/leasing-state.js'
import { farmView } from '../view/farm-view.js'

// Simulated time and counted runs: how long it takes on a loaded machine says nothing.
vi.setConfig({ testTimeout: 120_000 })

const job = jobOf('1')
const machines = { A: { score: 100, slots: 2 }, B: { score: 52, slots: 1 }, C: { score: 49, slots: 2 } }
const abc = ['A', 'B', 'C']
const farm = (sim: Sim, name: string) => (sim.agents.get(name) ?? [...sim.agents.values()][0])!.core.farm
const landed = (sim: Sim, name: string): number => countRuns(landedRuns(farm(sim, name), job))
const begun = (sim: Sim): string[] => [...sim.agents.values()].flatMap((agent) => agent.begun)

/** Runs until the job's segments have landed on `home`; returns when, or fails. */
function finish(sim: Sim, home: string, segments: number, limitMs: number): number {
  while (landed(sim, home) < segments) {
    if (sim.nowMs() > limitMs) throw new Error(`only ${landed(sim, home)} of ${segments} landed`)
    sim.run(sim.nowMs() + 100)
  }
  return sim.nowMs()
}

function start(
  seed: number,
  segments: number,
  init: { home?: string; abilities?: Parameters<typeof simulate>[2] } = {},
): Sim {
  const sim = simulate(seed, abc, init.abilities ?? machines)
  for (const name of abc) sim.up(name)
  sim.run(2000)
  sim.author(init.home ?? 'A', submission({ job, segments }))
  return sim
}

describe('a whole job', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'lands close to the sum of the speeds, hardly anything rendered twice (seed %i)',
    (seed) => {
      const sim = start(seed, 80)
      const tookMs = finish(sim, 'A', 80, 120_000) - 2000
      // 80 segments of 50 frames, 0.201 frames a millisecond together.
      expect((80 * 50) / 0.201 / tookMs).toBeGreaterThan(0.85)
      expect(begun(sim).length).toBeLessThanOrEqual(83)
      expect(new Set(begun(sim)).size).toBe(80)
      expect(sim.faults).toEqual([])
    },
  )

  it.each([1, 2, 3, 4, 5, 6])(
    'survives the kill of a worker: its segments are leased again within 1.5 s (seed %i)',
    (seed) => {
      const sim = start(seed, 60)
      sim.run(8000)
      const victim = sim.leaders()[0] === 'B' ? 'C' : 'B'
      const lost = sim.agents.get(victim)!.leases.flatMap(({ left }) => left)
      sim.crash(victim)
      sim.run(9500)
      const done = landedRuns(farm(sim, 'A'), job)
      for (const index of lost) {
        const again = sim.leases.some(
          ({ atMs, to, indexes }) => atMs >= 8000 && to !== victim && indexes.includes(index),
        )
        expect(again || runsContain(done, index)).toBe(true)
      }
      expect(lost.length).toBeGreaterThan(0)
      finish(sim, 'A', 60, 120_000)
      expect(sim.faults).toEqual([])
    },
  )

  it.each(Array.from({ length: 20 }, (_, at) => at + 1))(
    'lands in a storm of kills, freezes and pulled cables (seed %i)',
    (seed) => {
      const sim = start(seed, 50, { home: abc[seed % 3] as string })
      for (let round = 0; round < 8; round++) {
        const name = abc[Math.floor(sim.random() * 3)] as string
        const agent = sim.agents.get(name)!
        sim.run(sim.nowMs() + 1000 + sim.random() * 2000)
        const what = Math.floor(sim.random() * 3)
        if (what === 0) sim.crash(name)
        if (what === 1 && agent.up) sim.freeze(name)
        if (what === 2) sim.unplug(name)
        sim.run(sim.nowMs() + 500 + sim.random() * 5000)
        if (what === 0) sim.up(name)
        if (what === 1 && agent.up) sim.thaw(name)
        if (what === 2) {
          sim.plug(name)
        }
      }
      const home = abc[seed % 3] as string
      finish(sim, home, 50, 180_000)
      sim.run(sim.nowMs() + 5000)
      expect(sim.faults).toEqual([])
      expect(sim.leaders()).toHaveLength(1)
      expect(new Set(begun(sim)).size).toBe(50)
    },
  )

  it('survives the coordinator: the new one adopts what is rendering and leases none of it again', () => {
    const sim = start(7, 60, { home: 'B' })
    sim.run(8000)
    expect(sim.leaders()).toEqual(['A'])
    sim.crash('A')
    const adopted = ['B', 'C'].flatMap((name) => sim.agents.get(name)!.running.map(({ index }) => index))
    sim.run(10_000)
    expect(sim.leaders()).toEqual(['B'])
    const again = sim.leases
      .filter(({ atMs, reason }) => atMs > 8000 && reason !== 'slowest-remaining')
      .flatMap(({ indexes }) => indexes)
    expect(again.filter((index) => adopted.includes(index))).toEqual([])
    expect(sim.decisions.some(({ kind, by }) => kind === 'adopt' && by === 'B')).toBe(true)
    finish(sim, 'B', 60, 120_000)
  })

  it('uses an agent that joins late, and leaves out one that would make other bytes', () => {
    const sim = simulate(3, [...abc, 'D'], { ...machines, C: { fingerprint: 'other' } })
    for (const name of ['A', 'C', 'D']) sim.up(name)
    sim.run(2000)
    sim.author('A', submission({ job, segments: 60 }))
    sim.run(6000)
    sim.up('B')
    finish(sim, 'A', 60, 120_000)
    const got = (name: string): number => sim.leases.filter(({ to }) => to === name).length
    expect(got('B')).toBeGreaterThan(0)
    expect(got('C')).toBe(0)
    const told = sim.decisions.filter(({ kind, reason }) => kind === 'refuse' && reason === 'fingerprint-differs')
    expect(told.map((one) => 'peer' in one && one.peer)).toEqual([peerOf('C')])
  })

  it('tries a failed segment elsewhere, and once only on each', () => {
    const sim = start(2, 30)
    sim.agents.get('A')!.fails = ({ index }) => index < 3
    finish(sim, 'B', 30, 120_000)
    const strikes = sim.decisions.filter(({ kind }) => kind === 'strike')
    expect(strikes.length).toBeGreaterThan(0)
    expect(strikes.every((one) => 'peer' in one && one.peer === peerOf('A'))).toBe(true)
    for (const index of [0, 1, 2]) {
      expect(sim.agents.get('A')!.begun.filter((key) => key === `${job}/1/${index}`).length).toBeLessThanOrEqual(1)
    }
  })

  it('fails when every agent failed a segment, after all the others have landed; a requeue retries just that', () => {
    const sim = start(5, 12)
    for (const agent of sim.agents.values()) agent.fails = ({ index }) => index === 4
    sim.run(60_000)
    expect(jobStatus(farm(sim, 'C'), job)).toBe('failed')
    expect(landed(sim, 'C')).toBe(11)
    const view = farmView(sim.agents.get('C')!.core, sim.nowMs()).jobs[0]
    expect(view?.message).toBe('segment 4 failed on A, B, C: no picture')
    expect(view?.failed).toEqual([4])
    const before = begun(sim).length
    for (const agent of sim.agents.values()) agent.fails = () => false
    sim.author('B', { kind: 'job-requeued', payload: { jobId: job, generation: 2 } })
    finish(sim, 'A', 12, 90_000)
    expect(
      begun(sim)
        .slice()
        .filter((key) => key.includes('/2/'))
        .every((key) => key === `${job}/2/4`),
    ).toBe(true)
    expect(begun(sim).length).toBeGreaterThan(before)
  })

  it.each<[string, FactIntent, boolean]>([
    ['canceled', { kind: 'job-canceled', payload: { jobId: job } }, false],
    ['paused', { kind: 'job-setting', payload: { jobId: job, paused: true } }, true],
  ])('that is %s stops', (status, intent, goesOn) => {
    const sim = start(4, 60)
    sim.run(6000)
    sim.author('C', intent)
    sim.run(6100)
    const count = begun(sim).length
    if (!goesOn) for (const agent of sim.agents.values()) expect(agent.running).toEqual([])
    sim.run(20_000)
    expect(begun(sim).length).toBe(count)
    for (const name of abc) expect(jobStatus(farm(sim, name), job)).toBe(status)
    if (!goesOn) return
    sim.author('C', { kind: 'job-setting', payload: { jobId: job, paused: false } })
    finish(sim, 'A', 60, 120_000)
  })

  it('shows the same on every agent, and a line without gaps', () => {
    const sim = start(6, 40)
    sim.run(7000)
    const views = abc.map((name) => farmView(sim.agents.get(name)!.core, sim.nowMs()))
    expect(new Set(abc.map((name) => farmStateHash(farm(sim, name)))).size).toBeLessThanOrEqual(2)
    for (const view of views) {
      expect(view.coordinator?.peer).toBe(peerOf('A'))
      expect(view.peers.map(({ coordinator, connected }) => [coordinator, connected])).toEqual([
        [true, true],
        [false, true],
        [false, true],
      ])
      const [shown] = view.jobs
      expect(shown?.status).toBe('active')
      expect(shown?.runs.reduce((at, { from, to }) => (from === at && to > from ? to : -1), 0)).toBe(40)
      expect(shown?.shares.reduce((sum, share) => sum + share.landed, 0)).toBe(shown?.landed)
      expect(shown?.etaMs).toBeGreaterThan(1000)
      expect(shown?.etaMs).toBeLessThan(12_000)
      expect(shown?.framesDone).toBeGreaterThanOrEqual(shown?.framesLanded ?? Number.NaN)
    }
  })

  it('counts no frame back when a second agent begins a segment, nor while a landing is on its way', () => {
    const sim = start(6, 40)
    sim.run(7000)
    const { core } = sim.agents.get('A')!
    const at = farmView(core, core.atMs).jobs[0]?.runs.find(({ status }) => status === 'waiting')?.from ?? -1
    const key = { jobId: job, generation: 1, index: at }
    const book = (name: string, progress: number): AgentBook => ({
      ...emptyBook(peerOf(name)),
      running: [{ ...key, progress, sinceMs: 0 }],
    })
    const done = (leasing: Partial<LeasingState>): number =>
      farmView({ ...core, leasing: { ...emptyLeasing, ...leasing } }, core.atMs).jobs[0]?.framesDone ?? Number.NaN
    const without = done({})
    const further = done({ books: [book('A', 0.5)] })
    expect(further).toBeGreaterThan(without)
    // Whichever of the two the books name first.
    expect(done({ books: [book('A', 0.5), book('B', 0)] })).toBe(further)
    expect(done({ books: [book('A', 0), book('B', 0.5)] })).toBe(further)
    const silent = hearHeartbeat({ ...core, leasing: { ...emptyLeasing, books: [book('A', 0.5)] } }, peerOf('A'), {
      ...core.peers[0]!.heartbeat!,
      leases: [],
      running: [],
      held: [],
    })
    expect(done(silent)).toBe(further)
    expect(done({ ...silent, settling: [] })).toBe(without)
  })

  it('is the same run for the same seed', () => {
    const story = (): unknown => {
      const sim = start(9, 20)
      sim.run(9000)
      return [sim.leases, sim.decisions]
    }
    expect(story()).toEqual(story())
  })
})
