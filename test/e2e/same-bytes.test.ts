import { readFile, writeFile } from 'node:fs/promises'
import { sha256 } from '@sheaf/cli'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FarmSandbox } from '../support/farm-sandbox.js'
import { writeHardEdit } from '../support/hard-edit.js'
import { inspectFilm, upTo } from '../support/inspect-film.js'
import { makeSmallFilm, quickPreset, withoutSound, type SmallFilm } from '../support/small-film.js'
import { untilCompleted, untilMet } from '../support/wait-for.js'

const timeout = 240_000

describe('three agents make the bytes of one', () => {
  let sandbox: FarmSandbox
  let film: SmallFilm
  beforeAll(async () => {
    sandbox = await FarmSandbox.create()
    film = await makeSmallFilm(sandbox.root, 240)
  }, timeout)
  afterAll(() => sandbox.dispose(), timeout)

  it(
    'H.264 with sound, FFV1 without, and an edit of everything that is composited',
    async () => {
      const silentPath = sandbox.path('silent.otio')
      const hardPath = await writeHardEdit(sandbox.root)
      await writeFile(silentPath, withoutSound(await readFile(film.editPath, 'utf8')))
      const jobs = [
        { editPath: film.editPath, preset: quickPreset, file: 'film.mp4', segmentFrames: 24 },
        { editPath: silentPath, preset: 'ffv1', file: 'silent.mov', segmentFrames: 24, frames: '10-105' },
        { editPath: hardPath, preset: quickPreset, file: 'hard.mp4', segmentFrames: 16 },
      ]

      const alone = await sandbox.agent('alone')
      const aloneHashes: (string | undefined)[] = []
      for (const { file, ...job } of jobs) {
        const { jobId } = await alone.client.submit({ ...job, outputPath: sandbox.path(`alone-${file}`) })
        aloneHashes.push((await untilCompleted(alone, jobId)).outputSha256)
      }
      await alone.stop()

      const agents = await sandbox.farm(['a', 'b', 'c'])
      await untilMet(agents)
      const [, home] = agents
      if (home === undefined) throw new Error('no agent')
      for (const [at, { file, ...job }] of jobs.entries()) {
        const outputPath = sandbox.path(`farm-${file}`)
        const { jobId } = await home.client.submit({ ...job, outputPath })
        const done = await untilCompleted(home, jobId)
        expect(done.shares.filter(({ landed }) => landed > 0).length, 'every agent took part').toBe(3)
        expect(done.outputSha256).toBe(aloneHashes[at])
        expect(await sha256(outputPath)).toBe(done.outputSha256)
        expect(await sha256(sandbox.path(`alone-${file}`))).toBe(done.outputSha256)
      }

      const sounding = await inspectFilm(sandbox.path('farm-film.mp4'), film.rate)
      expect(sounding.grid).toEqual(upTo(240))
      expect(sounding.decodedFrames).toBe(240)
      expect(Math.abs((sounding.audioS ?? 0) - sounding.videoS)).toBeLessThanOrEqual(1 / film.rate)
      const silent = await inspectFilm(sandbox.path('farm-silent.mov'), film.rate)
      expect(silent.grid).toEqual(upTo(96))
      expect(silent.decodedFrames).toBe(96)
      expect(silent.audioS).toBeUndefined()
      const hard = await inspectFilm(sandbox.path('farm-hard.mp4'), film.rate)
      expect(hard.grid).toEqual(upTo(180))
      expect(hard.decodedFrames).toBe(180)
      expect(Math.abs((hard.audioS ?? 0) - hard.videoS)).toBeLessThanOrEqual(1 / film.rate)
    },
    timeout,
  )

  it(
    'an edit rendered twice at once: what one job is done with is still there for the other',
    async () => {
      const agent = await sandbox.agent('twice')
      const job = { editPath: film.editPath, preset: quickPreset, segmentFrames: 24, frames: '0-95' }
      const submit = async (file: string) =>
        (await agent.client.submit({ ...job, outputPath: sandbox.path(file) })).jobId
      const jobIds = [await submit('first.mp4'), await submit('second.mp4')]
      const [first, second] = await Promise.all(jobIds.map((jobId) => untilCompleted(agent, jobId)))
      expect(second?.outputSha256).toBe(first?.outputSha256)
      const troubles = (await agent.client.agentLog({ lines: 500 })).filter(({ level }) => level !== 'info')
      expect(troubles.map(({ message }) => message)).toEqual([])
    },
    timeout,
  )
})
