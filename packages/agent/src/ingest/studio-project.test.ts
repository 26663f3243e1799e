import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mediaClipsOf } from '@sheaf/timeline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { probeMedia } from '../engine/probe-media.js'
import { prepareJob, type PreparedJob } from './prepare-job.js'

const fonts = join(dirname(fileURLToPath(import.meta.resolve('@fontsource/alef/package.json'))), 'files')
const clip = (id: string, more: object = {}): object => ({
  ...{ id, name: id, mediaId: id, startTime: 0, duration: 0.4, mediaStartTime: 0, mediaEndTime: 0.4, offset: 0 },
  ...{ volume: 1, speed: 1, opacity: 1, effects: [], filters: [], transitions: [] },
  ...more,
})
const track = (type: string, clips: readonly object[]): object => ({
  id: type,
  name: type,
  type,
  clips,
  volume: 1,
  pan: 0,
})
const project = (tracks: readonly object[], items: object): string =>
  JSON.stringify({
    metadata: { name: 'film', version: '2.0.0' },
    settings: { resolution: '1920x1080', frameRate: '25' },
    mediaPool: { items },
    activeSequenceId: 's',
    sequences: {
      s: {
        ...{ id: 's', name: 's', type: 'main', settings: { resolution: { width: 192, height: 108 }, frameRate: 25 } },
        composition: { tracks, masterClips: [] },
        resources: {
          subtitleStyles: [{ id: 'st', fontFamily: 'Alef', fontSize: 20, color: '#ffffff' }],
          templates: [{ id: 'l', split: 'vertical', screens: 2 }],
        },
      },
    },
  })

describe('a project of Timeline Studio that is submitted', { timeout: 60_000 }, () => {
  let dir = ''
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sheaf-studio-'))
    await mkdir(join(dir, 'media'))
    const pictures = ['-f', 'lavfi', '-i', 'testsrc2=s=96x54:r=25:d=1']
    const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p']
    execFileSync('ffmpeg', ['-v', 'error', ...pictures, ...h264, join(dir, 'media', 'mute.mp4')])
    const sound = ['-f', 'lavfi', '-i', 'sine=d=1', '-c:a', 'aac']
    execFileSync('ffmpeg', ['-v', 'error', ...pictures, ...sound, ...h264, join(dir, 'media', 'loud.mp4')])
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  const prepare = async (text: string, more: object = {}): Promise<PreparedJob> => {
    const editPath = join(dir, 'film.tlsp')
    await writeFile(editPath, text)
    const probe: Parameters<typeof prepareJob>[1]['probe'] = (path, part) =>
      probeMedia({ tools: { ffprobe: 'ffprobe' }, path, part })
    return prepareJob({ editPath, ...more }, { probe, madeFolder: join(dir, 'made') })
  }
  const item = (id: string, path: string, relativePath: string): object => ({
    id,
    type: 'video',
    name: id,
    source: { path, relativePath },
  })
  const items = {
    mute: item('mute', '/gone/mute.mp4', 'media/mute.mp4'),
    loud: item('loud', 'D:\\films\\loud.mp4', 'media\\loud.mp4'),
  }

  it('finds its media beside it, has its own size, its texts, and sound where there is some', async () => {
    const text = { type: 'subtitle', text: 'hello', subtitleStyleId: 'st' }
    const tracks = [
      track('video', [clip('mute', { templateId: 'l', templateCell: 0 })]),
      track('video', [clip('loud', { templateId: 'l', templateCell: 1 })]),
      track('subtitle', [clip('t', text)]),
    ]
    const { manifest, media } = await prepare(project(tracks, items), {
      fonts: [join(fonts, 'alef-latin-400-normal.woff2')],
    })
    expect(manifest.picture).toMatchObject({ width: 192, height: 108 })
    expect(media.map(({ path }) => path).slice(0, 2)).toEqual(
      ['mute.mp4', 'loud.mp4'].map((name) => join(dir, 'media', name)),
    )
    expect(manifest.edit.audio.map(({ name }) => name)).toEqual(['V2'])
    expect(manifest.edit.video.map(({ name }) => name)).toEqual(['V1', 'V2', 'T1'])
    expect(mediaClipsOf(manifest.edit.video).map(({ look }) => look?.place?.x)).toEqual([-0.25, 0.25, undefined])
    const sized = await prepare(project(tracks.slice(0, 1), items), { size: '96x54' })
    expect(sized.manifest.picture).toMatchObject({ width: 96, height: 54 })
    expect(sized.manifest.edit.audio).toEqual([])
  })

  it('names media that are nowhere, and fonts that are missing', async () => {
    const gone = { gone: item('gone', '/gone/x.mp4', 'media/x.mp4') }
    await expect(prepare(project([track('video', [clip('gone')])], gone))).rejects.toMatchObject({
      code: 'SHEAF_MEDIA_MISSING',
      message: expect.stringContaining('track V1 item 1 "gone" at 00:00:00:00') as string,
    })
    const text = clip('t', { type: 'subtitle', text: 'x', formatting: { fontFamily: 'No Such Font' } })
    await expect(prepare(project([track('subtitle', [text])], {}))).rejects.toMatchObject({
      code: 'SHEAF_FONT_MISSING',
    })
  })
})
