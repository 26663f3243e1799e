import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { rational } from '@sheaf/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ffmpeg, hasFfmpeg } from '../testing/ffmpeg.js'
import { Footage, SMALL } from '../testing/footage.js'
import { clipOf } from '../testing/media-fixtures.js'

/** Debian's `opencv-doc` holds films of real cameras and old encoders; CI unpacks it and says where. */
const folder = process.env['SHEAF_REAL_FOOTAGE'] ?? '/usr/share/doc/opencv-doc/examples/data'
const films = ['vtest.avi', 'tree.avi', 'Megamind.avi', 'Megamind_bugy.avi']
const present = films.every((name) => existsSync(join(folder, name)))
const required = process.env['SHEAF_REQUIRE_TOOLS'] === '1'

const FRAMES = 32
const PIXELS = SMALL.width * SMALL.height

interface Played {
  readonly seconds: number
  readonly luma: Buffer
}

/** What a player shows, as the edit's pictures are made, and when. */
function played(path: string, seconds: number): readonly Played[] {
  const input = [
    '-v',
    'error',
    '-flags:v',
    '+bitexact',
    '-t',
    String(seconds),
    '-i',
    path,
    '-map',
    '0:v:0',
    '-fps_mode',
    'passthrough',
  ]
  const fit =
    'scale=96:54:force_original_aspect_ratio=decrease:out_color_matrix=bt709:out_range=limited:flags=bicubic+accurate_rnd+bitexact'
  const chain = `${fit},format=yuv420p,pad=96:54:-1:-1,extractplanes=y`
  const pictures = ffmpeg([...input, '-vf', chain, '-f', 'rawvideo', 'pipe:1'])
  const list = ffmpeg([...input, '-enc_time_base', '1:1000000', '-f', 'framecrc', 'pipe:1']).toString('latin1')
  const times = [...list.matchAll(/^0,[^,]*, *(\d+),/gm)].map(([, microseconds]) => Number(microseconds) / 1e6)
  return times.map((time, i) => ({ seconds: time, luma: pictures.subarray(i * PIXELS, (i + 1) * PIXELS) }))
}

/** Mean square of what two pictures differ by. */
function distance(a: Buffer, b: Buffer): number {
  let sum = 0
  for (let i = 0; i < PIXELS; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2
  return sum / PIXELS
}

describe.runIf(hasFfmpeg() && (present || required))('footage of real cameras', { timeout: 240_000 }, () => {
  const footage = new Footage()
  beforeAll(() => {
    for (const name of films) symlinkSync(join(folder, name), footage.path(name))
  })
  afterAll(() => footage.remove())

  it.each([
    // 10 pictures a second, from a street; the second part needs a seek.
    ['vtest.avi', 0],
    ['vtest.avi', 260],
    // 1000000/66667 ticks a second, of which few have a picture: the last one stands until the next.
    ['tree.avi', 0],
    ['tree.avi', 130],
  ])('%s from frame %i is what a player shows then, in every window', (name, from) => {
    footage.index(name)
    const edit = footage.editOfItems([clipOf(name, 0, FRAMES, rational(from, 25))], rational(25))
    const { shown, unstable } = footage.proof(edit, SMALL)
    expect(unstable).toEqual([])
    const pictures = played(footage.path(name), (from + FRAMES) / 25 + 1)
    const wrong = shown.flatMap((picture, n) => {
      // A picture comes in with the frame that is nearest to its time.
      const at = pictures.findLastIndex(({ seconds }) => Math.round(seconds * 25) <= from + n)
      const nearby = pictures.slice(Math.max(0, at - 1), at + 2).map(({ luma }) => distance(picture, luma))
      return distance(picture, pictures[at]?.luma ?? picture) <= Math.min(...nearby) ? [] : [n]
    })
    expect(wrong).toEqual([])
  })

  it.each(['Megamind.avi', 'Megamind_bugy.avi'])('%s, whose B-frames are packed in pairs, is refused', (name) => {
    expect(() => footage.index(name)).toThrow(/Megamind.*no picture of their own/)
  })
})
