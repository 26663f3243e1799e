import { rational } from '@sheaf/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeManifest } from '../manifest/manifest-codec.js'
import { MANIFEST_VERSION } from '../manifest/manifest.js'
import type { Edit, EditClip, Look } from '../model/edit.js'
import { sliceEdit } from '../model/slice-edit.js'
import { bindMedia, mediaClipsOf, reframe } from '../model/walk-edit.js'
import { BUILT_IN_PRESETS } from '../preset/built-in-presets.js'
import { hasFfmpeg } from '../testing/ffmpeg.js'
import { hashesOf, layered, lookClip, medium, PictureStudio } from '../testing/picture-studio.js'

const FRAMES = 36
const rate = rational(30000, 1001)
const effects = (...all: readonly (readonly [string, Readonly<Record<string, number>>])[]): Look => ({
  effects: all.map(([id, parameters]) => ({ id, parameters })),
})
/** Keys between frames, as retimed keyframes lie. */
const ramp = (from: number, to: number) =>
  [
    { frame: 1 / 3, value: from, ease: 'smooth' },
    { frame: 22.7, value: to, ease: 'linear' },
    { frame: 35.1, value: from, ease: 'linear' },
  ] as const
const place = {
  ...{ x: ramp(-0.3, 0.3), y: 0, scaleX: ramp(0.4, 1.3), scaleY: ramp(0.4, 1.3), rotation: ramp(0, 50) },
  ...{ anchorX: 0.5, anchorY: 0.5 },
}

/** Everything in which the number of a frame, or what lies around it, decides about a picture. */
function edit(): Edit {
  const clip = (start: number, speed: number, [from, to]: readonly [number, number], look?: Look): EditClip =>
    lookClip(medium('wide', start, speed), from, to, look)
  const stacked = lookClip(
    { kind: 'stack', tracks: [{ name: 'n', items: [clip(6, 1, [0, 20]), clip(30, 0.83, [20, FRAMES])] }] },
    ...([0, FRAMES] as const),
    {
      ...effects(['stop-motion', { frames: 3 }], ['motion-blur', { frames: 4 }], ['film-grain', { strength: 0.4 }]),
      opacity: ramp(0.2, 0.7),
    },
  )
  const [out, into] = [clip(20, 0.37, [0, 18]), clip(3, -0.61, [12, FRAMES])]
  const across = { from: 12, to: 18 }
  const row = [
    reframe(out, { from: 0, to: 12 }, rate),
    {
      ...({ kind: 'transition', ...across, whole: across, style: 'dissolve', where: 'cut' } as const),
      ...{
        out: reframe(out, across, rate),
        in: reframe({ ...into, content: medium('wide', 40, -0.61) }, across, rate),
      },
    },
    reframe({ ...into, content: medium('wide', 40, -0.61) }, { from: 18, to: FRAMES }, rate),
  ] as const
  const deflickered = clip(10, 1.37, [5, 30], {
    ...effects(['deflicker', { frames: 4 }], ['stop-motion', { frames: 5 }]),
    place,
    opacity: 0.8,
  })
  return { ...layered(FRAMES, row, [stacked], [deflickered]), rate }
}

describe.runIf(hasFfmpeg())('a part of an edit', { timeout: 120_000 }, () => {
  const studio = new PictureStudio({ width: 96, height: 54 })
  beforeAll(() => {
    const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '12', '-f', 'mp4']
    studio.make('wide', 'testsrc2=s=128x72:r=24000/1001:d=3', x264)
  }, 120_000)
  afterAll(() => studio.close())

  it('shows the pictures of the whole edit, bit by bit, wherever it begins', () => {
    const whole = hashesOf(studio.render(edit()))
    expect(new Set(whole).size).toBe(FRAMES)
    for (const [from, to] of [
      [1, 9],
      [14, 21],
      [19, 36],
    ] as const) {
      const part = sliceEdit(edit(), { from, to })
      expect(hashesOf(studio.render(part)), `${from}-${to}`).toEqual(whole.slice(from, to))
    }
    const twice = sliceEdit(sliceEdit(edit(), { from: 5, to: 30 }), { from: 8, to: 12 })
    expect(twice.firstFrame).toBe(13)
    expect(hashesOf(studio.render(twice, 1, 3))).toEqual(whole.slice(14, 16))
  })

  it('settles ties between two pictures as the whole edit does', () => {
    // Each 17th frame lies in the middle between two pictures; 5/17 of a frame is no whole number of ticks.
    const content = { kind: 'media', media: 'wide', start: rational(0), speed: rational(5, 17) } as const
    const slow = { ...layered(FRAMES, [lookClip(content, 0, FRAMES)]), rate }
    const whole = hashesOf(studio.render(slow))
    for (const from of [1, 2, 3, 5]) {
      expect(hashesOf(studio.render(sliceEdit(slow, { from, to: 30 }))), `from ${from}`).toEqual(whole.slice(from, 30))
    }
  })

  it('keeps what it needs for that in its manifest', () => {
    const ids = new Map([['wide', 'a1']])
    const part = bindMedia(sliceEdit(edit(), { from: 7, to: 20 }), ids)
    const media = { a1: { name: 'wide.mp4', sizeBytes: 1, index: studio.media.get('wide') } }
    const preset = BUILT_IN_PRESETS.find(({ name }) => name === 'h264')
    const picture = { width: 96, height: 54, pixFmt: 'yuv420p', colour: 'bt709' }
    const text = JSON.stringify({ version: MANIFEST_VERSION, edit: part, media, preset, picture, segments: [[0, 13]] })
    const read = decodeManifest(text).edit
    expect(read).toEqual(part)
    expect(mediaClipsOf(read.video).filter(({ content }) => content.at !== undefined).length).toBeGreaterThan(2)
  })
})
