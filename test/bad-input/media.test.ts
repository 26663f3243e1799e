import { execFile } from 'node:child_process'
import { appendFile, copyFile, mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { demoEdit, makeDemoMedia, type AgentProcess, type DemoMedium } from '@sheaf/cli'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { FarmSandbox } from '../support/farm-sandbox.js'
import { expectRefusal } from '../support/refusal.js'
import { copySmallMedia, quickPreset, slowPreset, smallMedia } from '../support/small-film.js'
import { untilClosed, untilCompleted, untilJob } from '../support/wait-for.js'

const timeout = 240_000
vi.setConfig({ testTimeout: timeout })
const rate = 25

describe('media that cannot be used are named with their place before anything is rendered', () => {
  let sandbox: FarmSandbox
  let agent: AgentProcess
  const [wide, old] = smallMedia as readonly [DemoMedium, DemoMedium]
  beforeAll(async () => {
    sandbox = await FarmSandbox.create()
    agent = await sandbox.agent('agent')
    await copySmallMedia(sandbox.path('media'))
  }, timeout)
  afterAll(() => sandbox.dispose(), timeout)

  const asFile = (file: string, like: DemoMedium = wide): DemoMedium => ({ ...like, file })
  const editOf = async (media: readonly DemoMedium[], frames = 100): Promise<string> => {
    const editPath = sandbox.path(`edit-${media.map(({ file }) => file.length).join('-')}-${frames}.otio`)
    await writeFile(editPath, demoEdit({ name: 'edit', media, rate, frames, shots: [40, 25] }))
    return editPath
  }
  const submit = async (media: readonly DemoMedium[], frames?: number) => {
    const editPath = await editOf(media, frames)
    return agent.client.submit({
      editPath,
      outputPath: sandbox.path('film.mp4'),
      preset: quickPreset,
      segmentFrames: 24,
    })
  }

  it('missing ones all at once', async () => {
    const error = await expectRefusal(submit([asFile('gone-1.mp4'), old, asFile('gone-2.mp4')], 300), {
      code: 'SHEAF_MEDIA_MISSING',
      says: ['media/gone-1.mp4', 'media/gone-2.mp4', /shot_0010/, /shot_0030/, /00:00:00:00/, /00:00:02:15/],
      hint: /relink|missing/,
    })
    const { problems } = error.details as { readonly problems: readonly { readonly kind: string }[] }
    expect(problems.map(({ kind }) => kind)).toEqual(['missing', 'missing'])
  })

  it('truncated', async () => {
    await copyFile(sandbox.path('media', wide.file), sandbox.path('media', 'cut off.mp4'))
    await truncate(sandbox.path('media', 'cut off.mp4'), 20_000)
    await expectRefusal(submit([asFile('cut off.mp4'), old]), {
      code: 'SHEAF_MEDIA_INVALID',
      says: ['media/cut off.mp4', /shot_0010/],
      hint: /Replace/,
    })
  })

  it('truncated behind its index', async () => {
    const path = sandbox.path('media', 'fast start.mp4')
    const args = ['-v', 'error', '-i', sandbox.path('media', wide.file), '-c', 'copy', '-movflags', '+faststart', path]
    await promisify(execFile)('ffmpeg', args)
    await truncate(path, Math.floor((await readFile(path)).length / 3))
    await expectRefusal(submit([asFile('fast start.mp4'), old]), {
      code: 'SHEAF_MEDIA_INVALID',
      says: ['media/fast start.mp4', /shot_0010/],
      hint: /Replace/,
    })
  })

  it('not media', async () => {
    await writeFile(sandbox.path('media', 'notes.mp4'), 'Remember the milk.\n'.repeat(200))
    await expectRefusal(submit([old, asFile('notes.mp4')]), {
      code: 'SHEAF_MEDIA_INVALID',
      says: ['media/notes.mp4', /shot_0020/],
      hint: /Replace/,
    })
  })

  it('of zero size', async () => {
    await writeFile(sandbox.path('media', 'empty.mp4'), '')
    await expectRefusal(submit([asFile('empty.mp4'), old]), {
      code: 'SHEAF_MEDIA_INVALID',
      says: ['media/empty.mp4', /empty \(0 bytes\)/, /shot_0010/],
      hint: /Replace/,
    })
  })

  it('shorter than the clip that uses it', async () => {
    const short: DemoMedium = { ...wide, file: 'short.mp4', seconds: 1 }
    await makeDemoMedia(sandbox.path('media'), [short])
    await expectRefusal(submit([{ ...short, seconds: 5 }, old]), {
      code: 'SHEAF_MEDIA_TOO_SHORT',
      says: ['media/short.mp4', /15 frames shorter/, /shot_0010/],
      hint: /shorten|Replace/,
    })
  })

  it('of several kinds in one list', async () => {
    await writeFile(sandbox.path('media', 'nil.mp4'), '')
    await expectRefusal(submit([asFile('nowhere.mp4'), asFile('nil.mp4'), old]), {
      code: 'SHEAF_MEDIA_MISSING',
      says: ['media/nowhere.mp4', /does not exist/, 'media/nil.mp4', /0 bytes/],
      hint: /relink|missing/,
    })
  })

  it(
    'with names that trip up others they render',
    async () => {
      const names = ['two  spaces.mp4', `it's "quoted".mp4`, '100%25 %d.mp4', '🎬 日本.mp4', '-y.mp4']
      await mkdir(sandbox.path('media'), { recursive: true })
      for (const name of names) await copyFile(sandbox.path('media', wide.file), sandbox.path('media', name))
      // As editors write them: a bare relative path, a leading minus without any folder, and a file URL.
      await copyFile(sandbox.path('media', wide.file), sandbox.path('-i.mp4'))
      const otio = demoEdit({ name: 'names', media: names.map((file) => asFile(file)), rate, frames: 150, shots: [25] })
      const url = pathToFileURL(sandbox.path('media', '🎬 日本.mp4')).href
      const withUrl = otio.replaceAll('media/🎬 日本.mp4', url).replaceAll('media/-y.mp4', '-i.mp4')
      const editPath = sandbox.path('-names "of" %d 🎬.otio')
      await writeFile(editPath, withUrl)
      const outputPath = sandbox.path(`-o it's 50% "done" 🎬.mp4`)
      const { jobId } = await agent.client.submit({ editPath, outputPath, preset: quickPreset, segmentFrames: 24 })
      const job = await untilCompleted(agent, jobId)
      expect(job.framesLanded).toBe(150)
      expect((await readFile(outputPath)).length).toBe(job.outputBytes)
    },
    timeout,
  )

  it(
    'changed since submission the job fails and names the file',
    async () => {
      const path = sandbox.path('media', 'changing.mp4')
      await copyFile(sandbox.path('media', wide.file), path)
      const editPath = await editOf([asFile('changing.mp4'), old], 600)
      const outputPath = sandbox.path('changed.mp4')
      const { jobId } = await agent.client.submit({ editPath, outputPath, preset: slowPreset, segmentFrames: 24 })
      await untilJob(agent, jobId, 'to be under way', ({ landed }) => landed > 0)
      await appendFile(path, 'one more byte')
      const job = await untilClosed(agent, jobId)
      expect(job.status).toBe('failed')
      expect(job.message).toContain(join('media', 'changing.mp4'))
      expect(job.message).toMatch(/chang/)
      await expect(readFile(outputPath)).rejects.toMatchObject({ code: 'ENOENT' })
    },
    timeout,
  )
})
