import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mediaClipsOf } from '@sheaf/timeline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { probeMedia } from '../engine/probe-media.js'
import { prepareJob, type PreparedJob } from './prepare-job.js'

const time = (value: number, rate: number): object => ({ OTIO_SCHEMA: 'RationalTime.1', rate, value })
const range = (start: number, duration: number, rate: number): object => ({
  ...{ OTIO_SCHEMA: 'TimeRange.1', duration: time(duration, rate), start_time: time(start, rate) },
})
const external = (target_url: string, available_range: object | null): object => ({
  ...{ OTIO_SCHEMA: 'ExternalReference.1', metadata: {}, name: '', available_range, available_image_bounds: null },
  target_url,
})
const clip = (source_range: object | null, reference: object): object => ({
  ...{ OTIO_SCHEMA: 'Clip.2', metadata: {}, name: 'shot', effects: [], markers: [], enabled: true, source_range },
  ...{ media_references: { DEFAULT_MEDIA: reference }, active_media_reference_key: 'DEFAULT_MEDIA' },
})
const track = (kind: string, children: readonly object[], source_range: object | null = null): object => ({
  ...{ OTIO_SCHEMA: 'Track.1', metadata: {}, name: kind, source_range, effects: [], markers: [], enabled: true, kind },
  children,
})
const timeline = (global_start_time: object | null, tracks: readonly object[]): string =>
  JSON.stringify({
    ...{ OTIO_SCHEMA: 'Timeline.1', metadata: {}, name: 'film', global_start_time },
    tracks: { OTIO_SCHEMA: 'Stack.1', metadata: {}, name: 'tracks', source_range: null, children: tracks },
  })

describe('edits as exporters write them, over real media', { timeout: 60_000 }, () => {
  let dir = ''
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sheaf-quirks-'))
    await mkdir(join(dir, 'media dir'))
    const sources = ['-f', 'lavfi', '-i', 'testsrc2=s=96x54:r=24000/1001:d=2', '-f', 'lavfi', '-i', 'sine=d=2']
    const film = [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-pix_fmt',
      'yuv420p',
      join(dir, 'media dir', 'shot é.mp4'),
    ]
    execFileSync('ffmpeg', ['-v', 'error', ...sources, ...film])
    const still = ['-frames:v', '1', '-map', '0:v']
    execFileSync('ffmpeg', [
      ...['-v', 'error', ...sources, ...still, join(dir, 'media dir', 'still.png')],
      ...[...still, join(dir, 'media dir', 'old.tga')],
    ])
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  async function prepare(text: string, more: object = {}): Promise<PreparedJob> {
    const editPath = join(dir, 'film.otio')
    await writeFile(editPath, text)
    const probe: Parameters<typeof prepareJob>[1]['probe'] = (path, part) =>
      probeMedia({ tools: { ffprobe: 'ffprobe' }, path, part })
    return prepareJob({ editPath, ...more }, { probe, madeFolder: join(dir, 'made') })
  }
  const clipsOf = ({ manifest }: PreparedJob): readonly object[] =>
    mediaClipsOf(manifest.edit.video).map(({ from, to, content }) => ({ from, to, start: content.start }))

  it('Kdenlive: a still whose available range has rate 0, an empty track with a duration of 0', async () => {
    const job = await prepare(
      timeline(null, [
        track('Video', [
          clip(range(0, 50, 25), external('media dir/still.png', range(0, 0, 0))),
          clip(range(5, 20, 25), external('media dir/shot é.mp4', range(0, 50, 25))),
        ]),
        track('Video', [], range(0, 0, 25)),
      ]),
    )
    expect(job.manifest.edit.rate).toEqual({ num: 25, den: 1 })
    expect(clipsOf(job)).toEqual([
      { from: 0, to: 50, start: { num: 0, den: 1 } },
      { from: 50, to: 70, start: { num: 1, den: 5 } },
    ])
  })

  it('Resolve: an hour of time code, 23.976 as a decimal, and the same in its media', async () => {
    const hour = 86_400
    const job = await prepare(
      timeline(time(hour, 23.976), [
        track('Video', [
          clip(
            range(hour + 12, 24, 23.976),
            external(`file://${join(dir, 'media dir', 'shot é.mp4')}`, range(hour, 48, 23.976)),
          ),
        ]),
      ]),
    )
    expect(job.manifest.edit.rate).toEqual({ num: 24_000, den: 1001 })
    expect(clipsOf(job)).toEqual([{ from: 0, to: 24, start: { num: 1001, den: 2000 } }])
  })

  it('Premiere on Windows: drives with escapes, behind localhost, in another case than the folder', async () => {
    const url = 'file://localhost/D%3a/Projekte/Media%20Dir/shot%20e%cc%81.mp4'
    const text = timeline(null, [track('Video', [clip(range(0, 24, 23.976), external(url, null))])])
    await expect(prepare(text)).rejects.toMatchObject({
      code: 'SHEAF_MEDIA_MISSING',
      hint: expect.stringContaining(`--media-root 'D:/Projekte/Media Dir=FOLDER'`) as string,
    })
    const roots = [{ from: 'd:\\projekte\\media dir', to: join(dir, 'media dir') }]
    const job = await prepare(text, { mediaRoots: roots })
    expect(job.media[0]?.path).toBe(join(dir, 'media dir', 'shot é.mp4'))
  })

  it('a still of a kind that is known by its name alone is refused by name', async () => {
    const text = timeline(null, [track('Video', [clip(range(0, 5, 25), external('media dir/old.tga', null))])])
    await expect(prepare(text)).rejects.toMatchObject({
      message: expect.stringMatching(/old\.tga.*still pictures of the kind targa/) as string,
    })
  })
})
