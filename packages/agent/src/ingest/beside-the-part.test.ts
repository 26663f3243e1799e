import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pngIndex, type MediaIndex } from '@sheaf/timeline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { rational } from '@sheaf/protocol'
import { prepareJob, type PreparedJob } from './prepare-job.js'

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-beside-'))
  for (const name of ['small.mp4', 'large.mp4', 'wide.mp4']) await writeFile(join(dir, name), 'x')
})
afterAll(() => rm(dir, { recursive: true, force: true }))

/** Made-up media: `wide.mp4` is PQ, the others SDR. */
async function probe(path: string): Promise<MediaIndex> {
  const large = { width: 128, height: 72 }
  const index = pngIndex(path.includes('small') ? { width: 64, height: 36 } : large)
  if (!index.video) throw new Error('no pictures')
  const frames = {
    frames: [{ start: 0, num: 1, den: 1, count: 50 }],
    frameCount: 50,
    timeBase: rational(1),
    lastDuration: 1,
    alpha: 'none',
  } as const
  const colour = path.includes('wide') ? ('bt2020-pq' as const) : ('bt709' as const)
  return Promise.resolve({ ...index, video: { ...index.video, ...frames, colour } })
}

const range = (start: number, length: number): object => ({
  OTIO_SCHEMA: 'TimeRange.1',
  start_time: { OTIO_SCHEMA: 'RationalTime.1', value: start, rate: 1 },
  duration: { OTIO_SCHEMA: 'RationalTime.1', value: length, rate: 1 },
})
async function prepare(names: readonly string[], more: object): Promise<PreparedJob> {
  const children = names.map((name) => ({
    ...{ OTIO_SCHEMA: 'Clip.1', name, source_range: range(0, 10) },
    media_reference: { OTIO_SCHEMA: 'ExternalReference.1', target_url: `${name}.mp4` },
  }))
  const editPath = join(dir, 'film.otio')
  await writeFile(editPath, JSON.stringify({ OTIO_SCHEMA: 'Track.1', kind: 'Video', children }))
  return prepareJob({ editPath, ...more }, { probe, madeFolder: join(dir, 'made') })
}

it('a part has the size of the whole film, also where the clip that says it lies outside', async () => {
  const { manifest, media } = await prepare(['large', 'small'], { frames: '12-17' })
  expect(manifest).toMatchObject({ picture: { width: 128, height: 72 }, edit: { firstFrame: 12, frames: 6 } })
  expect(media.map(({ path }) => path)).toEqual([join(dir, 'small.mp4')])
  expect((await prepare(['large', 'small'], { frames: '12-17', size: '96x54' })).manifest.picture.width).toBe(96)
})

it('a part is rendered when media of the rest are missing', async () => {
  expect((await prepare(['gone', 'small'], { frames: '12-17' })).manifest.picture.width).toBe(64)
})

it('a part has the colours of the whole film', async () => {
  const preset = 'h265'
  expect((await prepare(['wide', 'wide'], { frames: '12-17', preset })).manifest.picture.colour).toBe('bt2020-pq')
  await expect(prepare(['wide', 'small'], { frames: '12-17', preset })).rejects.toThrow('different colours')
  const chosen = await prepare(['wide', 'small'], { frames: '12-17', preset, colour: 'bt709' })
  expect(chosen.manifest.picture.colour).toBe('bt709')
})
