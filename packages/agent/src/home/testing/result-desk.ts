import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BlobId } from '@sheaf/protocol'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import type { FfmpegTools } from '../../engine/index.js'
import { makeSegment, sha256 } from '../../join/testing/make-media.js'
import { memoryLog, self } from '../../worker/testing/make-work.js'
import type { FilmFinding, FilmWatch, HomeJob, WatchFilm } from '../ports.js'
import { Results } from '../results.js'
import { fakeBytes, fakeFarm, jobOf, smallMaterials } from './make-home.js'

let media = ''
/** What the segments of every desk hash to. */
export const blobs: BlobId[] = []
/** Makes the segments, once for a test file. */
export function makeSegments(): void {
  beforeAll(async () => {
    media = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
    for (const index of [0, 1, 2]) {
      await makeSegment(join(media, `${index}.mp4`), {
        codec: 'h264',
        rate: '25',
        timescale: 12800,
        start: index * 2,
        frames: 2,
      })
      blobs[index] = (await sha256(join(media, `${index}.mp4`))) as BlobId
    }
  })
  afterAll(() => rm(media, { recursive: true, force: true }))
}

/** Results of a job of three segments, on a disk of their own until the test has ended. */
export async function deskOf(change: Partial<HomeJob> = {}, materials = smallMaterials, watchFilm?: WatchFilm) {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
  const [workDir, outDir] = [join(dir, 'work'), join(dir, 'out')]
  await Promise.all([mkdir(workDir), mkdir(outDir), copyAll(media, join(dir, 'store'))])
  const outputPath = change.outputPath ?? join(outDir, 'film.mp4')
  const farm = fakeFarm(jobOf({ ...change, outputPath }))
  const store = fakeBytes((id) => join(dir, 'store', `${blobs.indexOf(id)}.mp4`))
  const hopeless: string[] = []
  const log = memoryLog()
  const make = () =>
    new Results(
      { farm, bytes: store.bytes, materials, append: farm.append, tools: {} as FfmpegTools, log, watchFilm },
      { self, workDir, onHopeless: (_job, error) => void hopeless.push(error.message), onChange: () => undefined },
    )
  const results = make()
  onTestFinished(async () => {
    await results.stop()
    await rm(dir, { recursive: true, force: true })
  })
  const land = (...indexes: readonly number[]): void => {
    for (const index of indexes) {
      const blob = blobs[index] ?? expect.fail('no such segment')
      store.here.add(blob)
      farm.landed.set(index, blob)
    }
    results.update()
  }
  const signed = (kind: string) => farm.signed.filter((intent) => intent.kind === kind)
  return { dir, workDir, outDir, outputPath, farm, store, make, results, hopeless, land, signed, log }
}

async function copyAll(from: string, to: string): Promise<void> {
  await mkdir(to)
  for (const name of await readdir(from)) await copyFile(join(from, name), join(to, name))
}

/** What is found of a film that is right. */
export const right: FilmFinding = { faults: [], borders: { checked: 4, all: 4 } }
/** A watch that finds nothing, but for what a test is about. */
export const watchOf = (more: Partial<FilmWatch>): FilmWatch => ({
  joined: () => undefined,
  settle: async () => ({ ...right, borders: { checked: 1, all: 4 } }),
  finish: async () => right,
  stop: () => undefined,
  ...more,
})
