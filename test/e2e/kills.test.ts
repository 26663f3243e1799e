import { readdir } from 'node:fs/promises'
import { RerenderWatch, sha256, type AgentProcess } from '@sheaf/cli'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeEncodeLog, type EncodeLog } from '../support/encode-log.js'
import { FarmSandbox } from '../support/farm-sandbox.js'
import { inspectFilm, upTo } from '../support/inspect-film.js'
import { renderers, segmentsOf } from '../support/segments-of.js'
import { makeSmallFilm, slowPreset, type SmallFilm } from '../support/small-film.js'
import { untilCompleted, untilFarm, untilFound, untilJob, untilMet } from '../support/wait-for.js'

const timeout = 240_000

describe('an agent that is killed costs time and nothing else', () => {
  let sandbox: FarmSandbox
  let film: SmallFilm
  let encodes: EncodeLog
  let expected: string | undefined
  let agents: readonly [AgentProcess, AgentProcess, AgentProcess]

  beforeAll(async () => {
    sandbox = await FarmSandbox.create()
    encodes = await makeEncodeLog(sandbox.root)
    film = await makeSmallFilm(sandbox.root, 336)
    const a = await sandbox.agent('a', { env: encodes.env })
    const alone = await submit(a, 'alone.mp4')
    expected = (await untilCompleted(a, alone)).outputSha256
    const b = await start('b', [a])
    agents = [a, b, await start('c', [a, b])]
  }, timeout)
  afterAll(() => sandbox.dispose(), timeout)

  const start = (name: string, peers: readonly AgentProcess[]): Promise<AgentProcess> =>
    sandbox.agent(name, { peers, env: encodes.env })

  const submit = async (agent: AgentProcess, file: string): Promise<string> => {
    const { editPath } = film
    const outputPath = sandbox.path(file)
    const job = await agent.client.submit({ editPath, outputPath, preset: slowPreset, segmentFrames: 24 })
    return job.jobId
  }

  /** Until about a third has landed while `victim` is in the midst of a segment. */
  const untilMidway = (seenBy: AgentProcess, jobId: string, victim: AgentProcess) =>
    untilJob(
      seenBy,
      jobId,
      `to be midway with work at ${victim.name}`,
      (job) => job.landed >= job.segments / 3 && segmentsOf(job, 'rendering', victim.peer).length > 0,
    )

  const expectWhole = async (file: string): Promise<void> => {
    expect(await sha256(sandbox.path(file)), 'the bytes of one agent alone').toBe(expected)
    const facts = await inspectFilm(sandbox.path(file), film.rate)
    expect(facts.grid).toEqual(upTo(film.frames))
    expect(facts.decodedFrames).toBe(film.frames)
    expect(Math.abs((facts.audioS ?? 0) - facts.videoS)).toBeLessThanOrEqual(1 / film.rate)
  }

  it(
    'a worker',
    async () => {
      await untilMet(agents)
      const [home, worker, victim] = agents
      const jobId = await submit(home, 'worker-killed.mp4')
      const before = await untilMidway(home, jobId, victim)
      const left = before.segments - before.landed
      await victim.kill()
      await untilFarm(home, 'the victim to be missed', ({ peers }) =>
        peers.every(({ peer, connected }) => peer !== victim.peer || !connected),
      )
      const done = await untilCompleted(home, jobId)
      await expectWhole('worker-killed.mp4')
      const landedOfVictim = segmentsOf(done, 'landed', victim.peer).length
      expect(landedOfVictim).toBeGreaterThanOrEqual(segmentsOf(before, 'landed', victim.peer).length)
      expect(landedOfVictim).toBeLessThan(left + segmentsOf(before, 'landed', victim.peer).length)
      agents = [home, worker, await start('c', [home, worker])]
    },
    timeout,
  )

  it(
    'the coordinator, which is not the home',
    async () => {
      await untilMet(agents)
      const { coordinator } = await agents[0].client.farm()
      const leader = agents.find(({ peer }) => peer === coordinator?.peer)
      const [home, other] = agents.filter((agent) => agent !== leader)
      if (leader === undefined || home === undefined || other === undefined) throw new Error('no coordinator')
      const jobId = await submit(home, 'coordinator-killed.mp4')
      await untilMidway(home, jobId, leader)
      await leader.kill()
      const view = await untilFarm(home, 'another coordinator', (seen) => {
        const peer = seen.coordinator?.peer
        return peer === home.peer || peer === other.peer
      })
      expect(view.coordinator?.counter).toBeGreaterThan(coordinator?.counter ?? Number.POSITIVE_INFINITY)
      await untilCompleted(home, jobId)
      await expectWhole('coordinator-killed.mp4')
      agents = [home, other, await start(leader.name, [home, other])]
    },
    timeout,
  )

  it(
    'the home, started again on its store: nothing that landed or that a worker holds is rendered again',
    async () => {
      await untilMet(agents)
      const [home, witness, other] = agents
      const jobId = await submit(home, 'home-killed.mp4')
      const watch = new RerenderWatch(jobId)
      const before = await untilJob(witness, jobId, 'to be midway', (job, view) => {
        watch.see(view, 0)
        return job.landed >= job.segments / 3
      })
      await home.kill()
      // The workers go on with what they were leased, and keep it: nobody is there to take it.
      const orphaned = await untilJob(witness, jobId, 'a worker to hold a segment for the lost home', (job, view) => {
        watch.see(view, 0)
        return (
          job.framesDone > job.framesLanded &&
          segmentsOf(job, 'rendering').length > 0 &&
          !view.peers.some(({ peer, connected }) => peer === home.peer && connected)
        )
      })
      const begunBefore = (await encodes.segments()).length
      const again = await start(home.name, [witness, other])
      expect(again.peer).toBe(home.peer)
      const done = await untilJob(again, jobId, 'to be closed', (job, view) => {
        watch.see(view, 0)
        return job.status === 'completed' || job.status === 'failed'
      })
      expect(done.message).toBeUndefined()
      expect(done.status).toBe('completed')
      await expectWhole('home-killed.mp4')

      expect(watch.landedTwice(), 'landed segments that were begun again').toBe(0)
      const begunAfter = new Set((await encodes.segments()).slice(begunBefore))
      const wasLanded = [...renderers(before).keys()]
      expect(wasLanded.filter((index) => begunAfter.has(index))).toEqual([])
      const made = renderers(done)
      for (const [index, holder] of renderers(before)) expect(made.get(index)).toBe(holder)
      for (const worker of [witness, other]) {
        const [rendering] = segmentsOf(orphaned, 'rendering', worker.peer)
        if (rendering !== undefined) expect(made.get(rendering)).toBe(worker.peer)
      }
      agents = [again, witness, other]
    },
    timeout,
  )

  it(
    'and no partial file, no orphan',
    async () => {
      const agentsRun = agents.length
      const left = await untilFound('the tools to be gone', async () => {
        const processes = await sandbox.processes()
        return processes.length === agentsRun ? processes : undefined
      })
      expect(left).toHaveLength(agentsRun)
      const films = (await readdir(sandbox.root)).filter((name) => name.includes('.mp4'))
      expect(films.sort()).toEqual(['alone.mp4', 'coordinator-killed.mp4', 'home-killed.mp4', 'worker-killed.mp4'])
    },
    timeout,
  )
})
