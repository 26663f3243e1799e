import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SheafError } from '@sheaf/protocol'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { deferred, film, until } from '../worker/testing/make-work.js'
import { identityOf } from './done-film.js'
import { takeFromItsPlace } from './film-check.js'
import type { FilmFinding, FilmWatch } from './ports.js'
import { smallMaterials } from './testing/make-home.js'
import { deskOf, makeSegments, right, watchOf } from './testing/result-desk.js'

// Room for a busy machine; nothing here measures time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })
makeSegments()

describe('a film that is in its place', () => {
  const faulty: FilmFinding = {
    faults: [{ kind: 'frozen', message: 'frame 2 stands still', segments: [{ index: 1, renderedBy: 'ada' }] }],
    borders: { checked: 4, all: 4 },
  }
  /** A watch whose look at the film in its place waits until it is told what it finds. */
  const waiting = () => {
    const end = deferred<FilmFinding>()
    const paths: string[] = []
    const finish: FilmWatch['finish'] = (path, onProgress) => {
      paths.push(path)
      onProgress?.({ checked: 1, all: 4 })
      return end.promise
    }
    const joined: number[] = []
    return { end, paths, joined, watch: watchOf({ joined: (index) => void joined.push(index), finish }) }
  }

  it('is there before all of it was looked at, its job completes after that, and the fact says how far', async () => {
    const { end, watch } = waiting()
    const { land, outDir, signed, results } = await deskOf({}, smallMaterials, () => watch)
    land(0, 1, 2)
    await until(() => results.check(film) !== undefined)
    expect(results.check(film)).toEqual({ checked: 1, all: 4 })
    expect([await readdir(outDir), signed('job-completed')]).toEqual([['film.mp4'], []])
    end.resolve(right)
    await until(() => signed('job-completed').length === 1)
    expect(signed('job-completed')[0]?.payload).toMatchObject({ borders: { checked: 4, all: 4 } })
  })

  it('and is not right is kept as a faulty one; a requeue renders the named segments again and makes it anew', async () => {
    const { end, watch, paths } = waiting()
    const watches = [watch, watchOf({})]
    const desk = await deskOf({}, smallMaterials, () => watches.shift() ?? expect.fail())
    desk.land(0, 1, 2)
    await until(() => paths.length === 1)
    end.resolve(faulty)
    await until(() => desk.hopeless.length === 1)
    const aside = join(desk.outDir, 'film.faulty.mp4')
    expect(desk.hopeless).toEqual([
      `frame 2 stands still. The film is not right. It was in its place meanwhile, and is kept as ${aside} now.`,
    ])
    expect(await readdir(desk.outDir)).toEqual(['film.faulty.mp4'])
    expect(desk.signed('segments-retracted')[0]?.payload).toMatchObject({ indexes: [1] })
    expect(desk.signed('job-completed')).toEqual([])

    const again = await deskOf({ generation: 2, outputPath: desk.outputPath }, smallMaterials, () => watchOf({}))
    again.land(0, 1, 2)
    await until(() => again.signed('job-completed').length === 1)
    expect((await readdir(desk.outDir)).sort()).toEqual(['film.faulty.mp4', 'film.mp4'])
  })

  it('is looked at again by an agent that comes back, without being made again', async () => {
    const { end, watch, paths, joined } = waiting()
    const again = waiting()
    const watches = [watch, again.watch]
    const desk = await deskOf({}, smallMaterials, () => watches.shift() ?? expect.fail())
    desk.land(0, 1, 2)
    await until(() => paths.length === 1)
    const stopping = desk.results.stop()
    end.resolve(right)
    await stopping
    expect(desk.signed('job-completed')).toEqual([])
    const results = desk.make()
    onTestFinished(() => results.stop())
    results.update()
    again.end.resolve(right)
    await until(() => desk.signed('job-completed').length === 1)
    expect([joined, again.joined]).toEqual([[0, 1, 2], []])
    expect(await readdir(desk.outDir)).toEqual(['film.mp4'])
  })

  it.each([true, false])('is not made over what a person has put there since (overwrite: %s)', async (overwrite) => {
    const { end, watch, paths } = waiting()
    const watches = [watch]
    const desk = await deskOf({ overwrite }, smallMaterials, () => watches.shift() ?? expect.fail())
    desk.land(0, 1, 2)
    await until(() => paths.length === 1)
    await writeFile(desk.outputPath, 'cut by hand')
    const stopping = desk.results.stop()
    end.resolve(right)
    await stopping
    const results = desk.make()
    onTestFinished(() => results.stop())
    results.update()
    await until(() => desk.signed('job-completed').length === 1)
    expect([await readFile(desk.outputPath, 'utf8'), desk.hopeless]).toEqual(['cut by hand', []])
  })

  it('and is not right, but cannot be renamed, is told of all the same', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    const path = join(dir, `film.${'x'.repeat(249)}`)
    await writeFile(path, 'a film')
    const output = { path, frames: 1, sizeBytes: 6, sha256: '' }
    const wrong = { message: 'frame 2 stands still', hint: 'Look.' }
    const error = await takeFromItsPlace(output, (await identityOf(path)) ?? '', wrong)
    expect(error.message).toContain(`frame 2 stands still. The film is not right. It still lies at ${path}`)
    expect(error.code).toBe('SHEAF_OUTPUT_FAULTY')
  })

  it('may be moved on at once: it is looked at all the same', async () => {
    const { end, watch, paths } = waiting()
    const desk = await deskOf({}, smallMaterials, () => watch)
    desk.land(0, 1, 2)
    await until(() => paths.length === 1)
    await rename(desk.outputPath, join(desk.outDir, 'elsewhere.mp4'))
    expect(existsSync(paths[0] ?? '')).toBe(true)
    end.resolve(faulty)
    await until(() => desk.hopeless.length === 1)
    expect(desk.hopeless[0]).toContain(`It is not at ${desk.outputPath} any more`)
    expect(await readdir(desk.outDir)).toEqual(['elsewhere.mp4'])
  })

  it.each(['the film was changed', 'a medium was changed'])('is not blamed when %s since it was made', async (what) => {
    const { end, watch, paths } = waiting()
    const changed = new SheafError({ code: 'SHEAF_MEDIA_CHANGED', message: 'shot.mov has changed' })
    let isChanged = false
    const confirmUnchanged = async (): Promise<void> => {
      if (isChanged) throw changed
    }
    const desk = await deskOf({}, { ...smallMaterials, confirmUnchanged }, () => watch)
    desk.land(0, 1, 2)
    await until(() => paths.length === 1)
    if (what === 'the film was changed') await writeFile(desk.outputPath, 'cut by hand')
    else isChanged = true
    end.resolve(faulty)
    await until(() => desk.signed('job-completed').length === 1)
    expect(desk.signed('job-completed')[0]?.payload).toMatchObject({ borders: { checked: 3, all: 4 } })
    expect([desk.hopeless, await readdir(desk.outDir)]).toEqual([[], ['film.mp4']])
  })

  it('is looked at no longer than somebody wants it', async () => {
    const { end, watch, paths } = waiting()
    const stop = (): void => end.resolve({ faults: [], borders: { checked: 1, all: 4 } })
    const desk = await deskOf({}, smallMaterials, () => ({ ...watch, stop }))
    desk.land(0, 1, 2)
    await until(() => paths.length === 1)
    desk.results.endCheck(film)
    await until(() => desk.signed('job-completed').length === 1)
    expect(desk.signed('job-completed')[0]?.payload).toMatchObject({ borders: { checked: 1, all: 4 } })
  })
})
