import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import type { AgentProcess } from '@sheaf/cli'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { FarmSandbox } from '../support/farm-sandbox.js'
import { expectRefusal } from '../support/refusal.js'
import { runSheaf } from '../support/run-sheaf.js'
import { makeReadOnlyFolder, mayMakeReadOnly, mayMount, mountSmallDisk } from '../support/small-disk.js'
import { makeSmallFilm, quickPreset, type SmallFilm } from '../support/small-film.js'
import { untilCompleted, untilJob } from '../support/wait-for.js'

const timeout = 240_000
vi.setConfig({ testTimeout: timeout })

const canMount = await mayMount()
const canMakeReadOnly = await mayMakeReadOnly()

describe('an output that cannot be written is refused, and what is there stays', () => {
  let sandbox: FarmSandbox
  let agent: AgentProcess
  let film: SmallFilm
  beforeAll(async () => {
    sandbox = await FarmSandbox.create()
    agent = await sandbox.agent('agent')
    film = await makeSmallFilm(sandbox.root, 72)
  }, timeout)
  afterAll(() => sandbox.dispose(), timeout)

  const submit = (outputPath: string, more: { readonly overwrite?: boolean } = {}) =>
    agent.client.submit({ editPath: film.editPath, outputPath, preset: quickPreset, segmentFrames: 24, ...more })

  it(
    'exists: refused without --overwrite, replaced with it',
    async () => {
      const path = sandbox.path('precious.mp4')
      await writeFile(path, 'precious')
      await expectRefusal(submit(path), {
        code: 'SHEAF_OUTPUT_EXISTS',
        says: [path, /exists already/],
        hint: /--overwrite/,
      })
      expect(await readFile(path, 'utf8')).toBe('precious')

      const args = ['render', film.editPath, '-o', path, '--store', sandbox.storePath('agent')]
      const refused = await runSheaf([...args, '--json'])
      expect(refused.exitCode).toBe(1)
      expect(JSON.parse(refused.stderr)).toMatchObject({ code: 'SHEAF_OUTPUT_EXISTS' })
      expect(await readFile(path, 'utf8')).toBe('precious')

      const replaced = await runSheaf([...args, '--overwrite', '--preset', quickPreset])
      expect(replaced).toMatchObject({ exitCode: 0, stderr: '' })
      expect((await readFile(path)).subarray(4, 8).toString('latin1')).toBe('ftyp')
    },
    timeout,
  )

  it(
    'appears while the job renders: it is not destroyed, and the job says so',
    async () => {
      const path = sandbox.path('late.mp4')
      // Paused, so that the name is taken before the film can be whole.
      await agent.client.pauseAgent()
      const { jobId } = await submit(path)
      await writeFile(path, 'mine', { flag: 'wx' })
      await agent.client.resumeAgent()
      const job = await untilJob(agent, jobId, 'to say what is in its way', ({ message }) => message !== undefined)
      expect(job.message).toContain(path)
      expect(job.status).not.toBe('completed')
      expect(await readFile(path, 'utf8')).toBe('mine')
      await agent.client.cancelJob(jobId)
    },
    timeout,
  )

  it(
    'is what another job is being rendered to: refused until that one has ended',
    async () => {
      const path = sandbox.path('twice.mp4')
      await agent.client.pauseAgent()
      const { jobId } = await submit(path)
      await expectRefusal(submit(path, { overwrite: true }), {
        code: 'SHEAF_OUTPUT_EXISTS',
        says: [path, jobId],
        hint: new RegExp(`sheaf cancel ${jobId}`),
      })
      await agent.client.cancelJob(jobId)
      const second = await submit(path)
      await agent.client.resumeAgent()
      await untilCompleted(agent, second.jobId)
    },
    timeout,
  )

  it('is one of the inputs, also through a link and with --overwrite', async () => {
    const medium = sandbox.path('media', 'wide.mp4')
    const before = await readFile(medium)
    const link = sandbox.path('link.mp4')
    await symlink(medium, link)
    for (const path of [medium, link]) {
      await expectRefusal(submit(path, { overwrite: true }), {
        code: 'SHEAF_OUTPUT_EXISTS',
        says: [path, /input/],
        hint: /-o/,
      })
    }
    expect((await readFile(medium)).equals(before)).toBe(true)
  })

  it('is a folder, or lies in one that does not exist or is a file', async () => {
    await mkdir(sandbox.path('folder.mp4'))
    await expectRefusal(submit(sandbox.path('folder.mp4')), {
      code: 'SHEAF_OUTPUT_EXISTS',
      says: ['folder.mp4', /folder/],
      hint: /-o/,
    })
    await expectRefusal(submit(sandbox.path('no', 'where', 'film.mp4')), {
      code: 'SHEAF_OUTPUT_FOLDER_MISSING',
      says: [sandbox.path('no', 'where'), /does not exist/],
      hint: /Make the folder|-o/,
    })
    await expectRefusal(submit(`${film.editPath}/film.mp4`), {
      code: 'SHEAF_OUTPUT_FOLDER_MISSING',
      says: [film.editPath, /not a folder/],
      hint: /-o/,
    })
  })

  it('has a name that the preset cannot write', async () => {
    await expectRefusal(submit(sandbox.path('film.mkv')), {
      code: 'SHEAF_OUTPUT_FORMAT',
      says: ['film.mkv', /\.mp4/],
      hint: /\.mp4/,
    })
  })

  it.skipIf(!canMakeReadOnly)('lies in a read-only folder', async () => {
    const folder = await makeReadOnlyFolder(sandbox.path('read-only'))
    try {
      await expectRefusal(submit(sandbox.path('read-only', 'film.mp4')), {
        code: 'SHEAF_OUTPUT_NOT_WRITABLE',
        says: [sandbox.path('read-only'), /EROFS|EACCES|EPERM/],
        hint: /-o/,
      })
    } finally {
      await folder.undo()
    }
  })

  it.skipIf(!canMount)(
    'lies on a disk that is full, now or later',
    async () => {
      const disk = await mountSmallDisk(sandbox.path('small'), '4m')
      try {
        const path = sandbox.path('small', 'film.mp4')
        await writeFile(sandbox.path('small', 'ballast'), Buffer.alloc(3_900_000))
        await expectRefusal(submit(path), {
          code: 'SHEAF_DISK_FULL',
          says: [sandbox.path('small'), /full/, /MB/],
          hint: /space|-o/,
        })

        await writeFile(sandbox.path('small', 'ballast'), '')
        await agent.client.pauseAgent()
        const { jobId } = await submit(path)
        await writeFile(sandbox.path('small', 'ballast'), Buffer.alloc(4 * 1024 * 1024 - 8192))
        await agent.client.resumeAgent()
        const stuck = await untilJob(
          agent,
          jobId,
          'to say that the disk is full',
          ({ message }) => message !== undefined,
        )
        expect(stuck.message).toMatch(/full/)
        expect(stuck.status).not.toBe('failed')
        await writeFile(sandbox.path('small', 'ballast'), '')
        const done = await untilCompleted(agent, jobId)
        expect((await readFile(path)).length).toBe(done.outputBytes)
        expect((await readdir(sandbox.path('small'))).sort()).toEqual(['ballast', 'film.mp4'])
      } finally {
        await disk.undo()
      }
    },
    timeout,
  )
})
