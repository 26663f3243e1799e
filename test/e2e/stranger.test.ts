import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FarmSandbox } from '../support/farm-sandbox.js'
import { makeSmallFilm, quickPreset } from '../support/small-film.js'
import { untilCompleted, untilFound } from '../support/wait-for.js'

const timeout = 240_000

describe('a machine of another farm', () => {
  let sandbox: FarmSandbox
  beforeAll(async () => {
    sandbox = await FarmSandbox.create()
  })
  afterAll(() => sandbox.dispose(), timeout)

  it(
    'gets nothing: no peers, no facts, no jobs; both keep working',
    async () => {
      const member = await sandbox.agent('member')
      const stranger = await sandbox.agent('stranger', {
        peers: [member],
        role: 'founder',
      })
      const film = await makeSmallFilm(sandbox.root, 72)
      const submit = async (agent: typeof member, file: string) => {
        const { editPath } = film
        const request = { editPath, outputPath: sandbox.path(file), preset: quickPreset, segmentFrames: 24 }
        return (await agent.client.submit(request)).jobId
      }
      // Both sides have said no before anything is concluded from what is not seen.
      for (const [agent, other] of [
        [member, stranger],
        [stranger, member],
      ] as const) {
        await untilFound(`${agent.name} to refuse ${other.name}`, async () => {
          const lines = await agent.client.agentLog({ lines: 500 })
          return lines.find(
            ({ message, fields }) =>
              message === 'peer refused' &&
              fields['peer'] === other.peer &&
              (fields['error'] as { readonly code?: string }).code === 'SHEAF_FARM_REFUSED',
          )
        })
      }

      const job = await submit(member, 'member.mp4')
      const done = await untilCompleted(member, job)
      expect(done.shares.map(({ peer }) => peer)).toEqual([member.peer])

      for (const [agent, jobs] of [
        [member, 1],
        [stranger, 0],
      ] as const) {
        const view = await agent.client.farm()
        expect(view.peers.map(({ peer }) => peer)).toEqual([agent.peer])
        expect(view.jobs).toHaveLength(jobs)
        expect((await agent.client.status()).peers).toBe(0)
      }

      await untilCompleted(stranger, await submit(stranger, 'stranger.mp4'))
      expect((await member.client.farm()).jobs.map(({ jobId }) => jobId)).toEqual([job])
    },
    timeout,
  )
})
