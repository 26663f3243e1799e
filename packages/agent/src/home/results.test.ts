import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SheafError } from '@sheaf/protocol'
import { audioExtension } from '@sheaf/timeline'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { stemPaths } from '../join/index.js'
import { makeTone, sha256 } from '../join/testing/make-media.js'
import { film, other, settled, until } from '../worker/testing/make-work.js'
import { smallManifest } from '../worker/testing/small-manifest.js'
import type { FilmFinding } from './ports.js'
import { jobOf, smallMaterials } from './testing/make-home.js'
import { blobs, deskOf, makeSegments, right, watchOf } from './testing/result-desk.js'

// Room for a busy machine; nothing here measures time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })
makeSegments()

const marked = (workDir: string) => writeMarker(join(workDir, `result-${film}`))
async function writeMarker(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'finishing.json'), JSON.stringify({ jobId: film }))
}

describe('a result', () => {
  it('appears whole when the last segment landed, in whatever order they do, and the fact says its hash', async () => {
    const { land, outputPath, outDir, workDir, signed, results } = await deskOf()
    land(2)
    land(0)
    await settled()
    expect(existsSync(outputPath)).toBe(false)
    land(1)
    await until(() => signed('job-completed').length === 1)
    const payload = {
      jobId: film,
      generation: 1,
      outputSha256: await sha256(outputPath),
      sizeBytes: (await readFile(outputPath)).length,
    }
    expect(signed('job-completed')).toEqual([{ kind: 'job-completed', payload }])
    await results.stop()
    expect([await readdir(outDir), await readdir(workDir)]).toEqual([['film.mp4'], []])
    expect(signed('job-completed').length).toBe(1)
  })

  it('in which something is wrong is kept aside, not under its name; its segments are to be rendered again', async () => {
    const joined: number[] = []
    const stopped = vi.fn<() => void>()
    const segments = [{ index: 1, renderedBy: 'ada' }]
    const finding: FilmFinding = { ...right, faults: [{ kind: 'black', message: 'frame 2 is black', segments }] }
    const seen: boolean[] = []
    const settle = async (path: string): Promise<FilmFinding> => {
      seen.push(existsSync(path))
      return finding
    }
    const watch = watchOf({ joined: (index) => void joined.push(index), settle, stop: stopped })
    const desk = await deskOf({}, smallMaterials, () => watch)
    const kept = join(desk.outDir, 'film.faulty.mp4')
    await writeFile(kept, 'of an earlier try')
    desk.land(0, 1, 2)
    await until(() => desk.hopeless.length === 1)
    expect(joined).toEqual([0, 1, 2])
    expect(seen).toEqual([true])
    const aside = join(desk.outDir, 'film.faulty-2.mp4')
    expect(desk.hopeless).toEqual([`frame 2 is black. The film is not right and was kept as ${aside}.`])
    expect((await readdir(desk.outDir)).sort()).toEqual(['film.faulty-2.mp4', 'film.faulty.mp4'])
    expect(await readFile(kept, 'utf8')).toBe('of an earlier try')
    const place = { jobId: film, generation: 1, epoch: 2 }
    expect(desk.signed('segments-retracted').map(({ payload }) => payload)).toEqual([{ ...place, indexes: [1] }])
    expect(desk.signed('job-completed')).toEqual([])
    expect(existsSync(join(desk.workDir, `result-${film}`, 'finishing.json'))).toBe(false)
    expect(stopped).toHaveBeenCalled()
  })

  it('in which no segment is wrong is not recommended to be requeued', async () => {
    const finding: FilmFinding = { ...right, faults: [{ kind: 'tag', message: 'the tag is wrong', segments: [] }] }
    const watch = watchOf({ settle: async () => finding })
    const { land, log, hopeless } = await deskOf({}, smallMaterials, () => watch)
    land(0, 1, 2)
    await until(() => hopeless.length === 1)
    const said = log.said.find(({ message }) => message === 'output not finished yet')?.fields
    expect(said).toMatchObject({ error: { hint: expect.stringContaining('submit the edit anew') as string } })
  })

  it('is not joined again because the name of a stem is taken', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const joined: number[] = []
    const watch = watchOf({ joined: (at) => void joined.push(at) })
    const audio = [{ name: 'A1', items: [{ kind: 'gap' as const, from: 0, to: 6 }] }]
    const manifest = { ...smallManifest, edit: { ...smallManifest.edit, audio }, sound: { stems: true as const } }
    const materials = { ...smallMaterials, manifest: async () => manifest }
    const desk = await deskOf({}, materials, () => watch)
    const folder = join(desk.workDir, `result-${film}`)
    await mkdir(folder)
    await makeTone(join(folder, `sound${audioExtension(manifest.preset)}`), 0.24, 'aac')
    await writeFile(join(folder, 'stem-0.wav'), 'stem')
    const [stem = ''] = stemPaths(manifest, desk.outputPath)
    await writeFile(stem, 'mine')
    desk.land(0, 1, 2)
    await until(() => desk.results.notice(film)?.includes('the stem') === true)
    await rm(stem)
    await until(() => vi.getTimerCount() > 0)
    await vi.advanceTimersToNextTimerAsync()
    await until(() => desk.signed('job-completed').length === 1)
    expect(joined).toEqual([0, 1, 2])
    expect(await readFile(stem, 'utf8')).toBe('stem')
  })

  it('is not made on other machines than the submitter’s', async () => {
    const { land, outputPath, results } = await deskOf({ submitter: other })
    land(0, 1, 2)
    await results.stop()
    expect(existsSync(outputPath)).toBe(false)
  })

  it('takes back a segment whose bytes are gone, and one that is damaged', async () => {
    const lost = await deskOf()
    lost.land(0, 1)
    lost.store.here.delete(blobs[1] ?? expect.fail())
    await until(() => lost.signed('segments-retracted').length === 1)
    expect(lost.signed('segments-retracted')[0]?.payload).toEqual({
      jobId: film,
      generation: 1,
      epoch: 2,
      indexes: [1],
    })

    const torn = await deskOf()
    await writeFile(join(torn.dir, 'store', '0.mp4'), 'torn')
    torn.land(0)
    await until(() => torn.signed('segments-retracted').length === 1)
    expect(torn.store.dropped).toEqual([blobs[0]])
    await until(() => torn.results.notice(film) !== undefined)
    expect(torn.results.notice(film)).toContain('segment 0')
    expect(await readdir(torn.outDir)).toEqual([])
    expect(torn.hopeless).toEqual([])
  })

  it('takes back a segment of which one bit has changed in the store, before any of it is in the file', async () => {
    const { dir, land, store, signed, results, outDir } = await deskOf()
    const path = join(dir, 'store', '1.mp4')
    const bytes = await readFile(path)
    const at = bytes.indexOf('mdat') + 100
    bytes[at] = (bytes[at] ?? 0) ^ 1
    await writeFile(path, bytes)
    land(0, 1, 2)
    await until(() => signed('segments-retracted').length === 1)
    expect(signed('segments-retracted')[0]?.payload).toMatchObject({ indexes: [1] })
    expect(store.dropped).toEqual([blobs[1]])
    await until(() => results.notice(film) !== undefined)
    expect(results.notice(film)).toContain('Segment 1 is not what landed')
    expect([await readdir(outDir), signed('job-completed')]).toEqual([[], []])
  })

  it('never replaces a file that is there, and says what stands in the way', async () => {
    const { land, outputPath, results, signed } = await deskOf()
    await writeFile(outputPath, 'mine')
    land(0, 1, 2)
    await until(() => results.notice(film) !== undefined)
    expect(results.notice(film)).toContain('exists already')
    expect(await readFile(outputPath, 'utf8')).toBe('mine')
    expect(signed('job-completed')).toEqual([])
  })

  it('replaces it when it was told to', async () => {
    const { land, outputPath, signed } = await deskOf({ overwrite: true })
    await writeFile(outputPath, 'old')
    land(0, 1, 2)
    await until(() => signed('job-completed').length === 1)
    expect((await readFile(outputPath)).length).toBeGreaterThan(100)
  })

  it('whose agent died while it got its name is known again by its bytes', async () => {
    const first = await deskOf()
    first.land(0, 1, 2)
    await until(() => first.signed('job-completed').length === 1)
    const second = await deskOf()
    await marked(second.workDir)
    await copyFile(first.outputPath, second.outputPath)
    second.land(0, 1, 2)
    await until(() => second.signed('job-completed').length === 1)
    expect(second.signed('job-completed')).toEqual(first.signed('job-completed'))
    expect(await readdir(second.outDir)).toEqual(['film.mp4'])
  })

  it('whose agent died before it got its name leaves a person’s file alone', async () => {
    const { land, workDir, outDir, outputPath, results, signed } = await deskOf()
    await marked(workDir)
    await writeFile(outputPath, 'mine')
    land(0, 1, 2)
    await until(() => results.notice(film) !== undefined)
    expect(results.notice(film)).toContain('exists already')
    expect([await readFile(outputPath, 'utf8'), await readdir(outDir), signed('job-completed')]).toEqual([
      'mine',
      ['film.mp4'],
      [],
    ])
    expect(existsSync(join(workDir, `result-${film}`, 'finishing.json'))).toBe(false)
  })

  it('of a job that was closed leaves nothing behind', async () => {
    const { land, farm, results, outDir, workDir } = await deskOf()
    land(0)
    await until(() => existsSync(join(outDir, `.sheaf-${film}.part`)))
    farm.jobs.set(film, jobOf({ open: false }))
    results.update()
    await results.stop()
    expect([await readdir(outDir), await readdir(workDir)]).toEqual([[], []])
  })

  it('that can never be is given up once, also while that fact is on its way', async () => {
    const error = new SheafError({ code: 'SHEAF_MEDIA_CHANGED', message: 'shot.mov has changed' })
    const { land, hopeless, results } = await deskOf({}, { ...smallMaterials, assets: () => Promise.reject(error) })
    land(0)
    await until(() => hopeless.length > 0)
    results.update()
    await settled()
    results.update()
    await settled()
    expect(hopeless).toEqual(['shot.mov has changed'])
  })

  it.each(['SHEAF_MANIFEST_VERSION', 'SHEAF_MANIFEST_INVALID'] as const)('that says %s is given up', async (code) => {
    const error = new SheafError({ code, message: 'of another version' })
    const { results, hopeless } = await deskOf({}, { ...smallMaterials, manifest: () => Promise.reject(error) })
    results.update()
    await until(() => hopeless.length > 0)
    expect(hopeless).toEqual(['of another version'])
  })

  it.each([
    ['an error of the disk', Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }), 1],
    ['a missing tool', new SheafError({ code: 'SHEAF_TOOL_MISSING', message: 'no ffmpeg' }), 1],
    ['bytes that are on their way', new SheafError({ code: 'SHEAF_BLOB_NOT_FOUND', message: 'not here' }), 0],
  ])('for which there is %s is tried a few times or for ever', async (_name, error, givenUp) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { results, hopeless, log } = await deskOf({}, { ...smallMaterials, manifest: () => Promise.reject(error) })
    results.update()
    for (let tries = 1; tries <= 6; tries++) {
      await until(() => log.said.filter(({ message }) => message === 'output not finished yet').length === tries)
      expect(hopeless.length).toBe(tries === 6 ? givenUp : 0)
      await settled()
      if (tries < 6) await vi.advanceTimersToNextTimerAsync()
    }
  })

  it('is given up when it cannot be written for a minute and a half, less and less often tried', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const { land, outputPath, hopeless, log } = await deskOf()
    await writeFile(outputPath, 'mine')
    land(0, 1, 2)
    const pausesMs: number[] = []
    const failures = () => log.said.filter(({ message }) => message === 'output not finished yet').length
    for (;;) {
      await until(() => failures() > pausesMs.length)
      await settled()
      if (hopeless.length > 0) break
      const failedAtMs = Date.now()
      await vi.advanceTimersToNextTimerAsync()
      pausesMs.push(Date.now() - failedAtMs)
    }
    expect(pausesMs).toEqual([3000, 6000, 12_000, 24_000, 48_000])
    expect(hopeless[0]).toContain('exists already')
    expect(await readFile(outputPath, 'utf8')).toBe('mine')
  })

  it('is given up when a segment that was made anew does not fit either', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { dir, land, hopeless, signed } = await deskOf()
    await writeFile(join(dir, 'store', '0.mp4'), 'torn')
    for (const tries of [1, 2, 3]) {
      expect(hopeless).toEqual([])
      land(0)
      await until(() => signed('segments-retracted').length === tries)
      await until(() => vi.getTimerCount() > 0)
      await vi.advanceTimersByTimeAsync(3000)
    }
    expect(hopeless.length).toBe(1)
  })
})
