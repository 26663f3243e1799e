import { cp } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FarmSandbox } from '../support/farm-sandbox.js'
import { untilFound } from '../support/wait-for.js'

const timeout = 240_000

describe('members of a farm', () => {
  let sandbox: FarmSandbox
  beforeAll(async () => {
    sandbox = await FarmSandbox.create()
  })
  afterAll(() => sandbox.dispose(), timeout)

  it(
    'do what their roles let them, are put out by admins, also by one whose store was copied',
    async () => {
      const ann = await sandbox.agent('ann', { role: 'admin' })
      const liz = await sandbox.agent('liz', { role: 'worker', peers: [ann] })
      const mo = await sandbox.agent('mo', { peers: [ann, liz] })
      const zoe = await sandbox.agent('zoe', { peers: [ann, liz] })
      type Agent = typeof ann
      const whenLinked = (agent: Agent, other: Agent, linked: boolean) =>
        untilFound(`${agent.name} to be ${linked ? 'linked with' : 'rid of'} ${other.name}`, async () => {
          const { members } = await agent.client.members()
          return members.find(({ peer, connected }) => peer === other.peer && connected === linked)
        })
      for (const other of [mo, zoe]) await whenLinked(liz, other, true)

      const request = { editPath: sandbox.path('film.otio'), outputPath: sandbox.path('film.mp4') }
      await expect(liz.client.submit(request)).rejects.toMatchObject({ code: 'SHEAF_NOT_ALLOWED' })
      await expect(mo.client.revokeMember('liz')).rejects.toMatchObject({ code: 'SHEAF_NOT_ALLOWED' })

      await ann.client.revokeMember('mo', { reason: 'lost in a train' })
      expect(await whenLinked(liz, mo, false)).toMatchObject({ revoked: true })
      await untilFound('mo to hear that it is out', async () => {
        const lines = await mo.client.agentLog({ lines: 500 })
        return lines.find(
          ({ fields }) => (fields['error'] as { code?: string } | undefined)?.code === 'SHEAF_MEMBER_REVOKED',
        )
      })

      // The admin's disk goes into another machine; what is written there is a log of its own.
      await ann.stop()
      await cp(sandbox.storePath('ann'), sandbox.storePath('copy'), { recursive: true })
      const copy = await sandbox.agent('copy', { role: 'admin', peers: [liz] })
      expect(copy.peer).toBe(ann.peer)
      await copy.client.revokeMember('zoe')
      await whenLinked(liz, zoe, false)
      const { members } = await liz.client.members()
      const out = members.filter(({ revoked }) => revoked).map(({ name }) => name)
      expect(out.sort()).toEqual(['mo', 'zoe'])
      expect(members.find(({ peer }) => peer === ann.peer)).not.toHaveProperty('forked')
    },
    timeout,
  )
})
