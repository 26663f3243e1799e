import { readFileSync } from 'node:fs'
import { rational } from '@sheaf/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ffmpeg, hasFfmpeg } from '../testing/ffmpeg.js'
import { Footage, lavfi, SMALL, X264 } from '../testing/footage.js'
import { clipOf } from '../testing/media-fixtures.js'

const FRAMES = 40

/** Pictures that say their number: which of eight columns is bright, in the upper half the ones, below the eights. */
const numbered = (rate: string): string =>
  `nullsrc=s=96x54:r=${rate},trim=end_frame=${FRAMES},format=yuv420p,` +
  `geq=lum='if(eq(floor(X/12),if(lt(Y,27),mod(N,8),floor(N/8))),235,16)':cb=128:cr=128`

/** The number that a picture says. */
function numberOf(picture: Buffer): number {
  const brightest = (row: number): number => {
    const columns = Array.from({ length: 8 }, (_, i) => picture[row * 96 + i * 12 + 6] ?? 0)
    return columns.indexOf(Math.max(...columns))
  }
  return brightest(13) + 8 * brightest(40)
}

/** What a player shows: times of the pictures in seconds, and their numbers, in order. */
function played(path: string, times: readonly string[]) {
  const output = ['-map', '0:v:0', '-fps_mode', 'passthrough']
  const raw = [...output, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', 'pipe:1']
  const list = [...output, '-enc_time_base', '1:1000000', '-f', 'framecrc', `${path}.txt`]
  const pictures = ffmpeg(['-v', 'error', ...times, '-copyts', '-i', path, ...raw, ...list])
  const lines = readFileSync(`${path}.txt`, 'latin1').split('\n')
  const seconds = lines.flatMap((line) => (/^0,/.test(line) ? [Number(line.split(',')[2]) / 1_000_000] : []))
  return { seconds, numbers: seconds.map((_, i) => numberOf(pictures.subarray(i * 7776, (i + 1) * 7776))) }
}

// Real processes on a machine that may be busy: the limit only ends a hang.
describe.runIf(hasFfmpeg())('times of footage', { timeout: 240_000 }, () => {
  const footage = new Footage()
  const inter = [...X264, '-g', '8', '-bf', '3', '-b_strategy', '0']
  beforeAll(() => {
    ffmpeg(['-v', 'error', ...lavfi(numbered('25')), ...inter, footage.path('source.mp4')])
    const sound = ['-i', footage.path('source.mp4'), ...lavfi('sine=d=2'), '-c:v', 'copy', '-c:a', 'aac']
    ffmpeg(['-v', 'error', ...sound, footage.path('sound.mp4')])
  }, 120_000)
  afterAll(() => footage.remove())

  const of = (name: string): string[] => ['-i', footage.path(name)]
  const jitter = "setpts='(PTS-STARTPTS)+gt(mod(N,7),3)*0.013/TB',select='mod(n+1,11)'"
  const late = ['-itsoffset', '0.4', ...of('source.mp4'), ...lavfi('sine=d=2')]

  it.each<readonly [string, readonly string[]]>([
    [
      'phone.mp4',
      [...lavfi(numbered('30')), '-vf', jitter, '-fps_mode', 'vfr', '-video_track_timescale', '90000', ...inter],
    ],
    ['cut.mp4', ['-ss', '0.52', ...of('sound.mp4'), '-c', 'copy']],
    ['cut.mov', ['-ss', '0.71', ...of('sound.mp4'), '-t', '0.6', '-c', 'copy']],
    ['empty-edit.mp4', [...late, '-map', '0:v', '-map', '1:a', '-c:v', 'copy', '-c:a', 'aac']],
    ['negative-offsets.mp4', [...of('source.mp4'), '-c', 'copy', '-movflags', '+negative_cts_offsets']],
    ['fragments.mp4', [...of('source.mp4'), '-c', 'copy', '-movflags', '+frag_keyframe+empty_moov']],
    ['broadcast.ts', [...of('sound.mp4'), '-c', 'copy', '-muxdelay', '3']],
    [
      'late.mkv',
      [
        '-itsoffset',
        '0.021',
        ...of('source.mp4'),
        ...lavfi('sine=d=2'),
        '-map',
        '0:v',
        '-map',
        '1:a',
        '-c:v',
        'copy',
        '-c:a',
        'aac',
      ],
    ],
    ['primed.mkv', [...of('sound.mp4'), '-c', 'copy']],
    ['odd.avi', [...lavfi(numbered('1000000/66667')), '-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p']],
    ['reordered.avi', [...lavfi(numbered('25')), '-c:v', 'mpeg4', '-q:v', '2', '-bf', '2', '-g', '9']],
    [
      'open.mp4',
      [
        ...lavfi(numbered('25')),
        '-c:v',
        'libx265',
        '-preset',
        'ultrafast',
        '-x265-params',
        'log-level=0:open-gop=1:keyint=9:bframes=3',
      ],
    ],
    [
      'hidden.webm',
      [
        ...lavfi(numbered('25')),
        '-c:v',
        'libvpx-vp9',
        '-auto-alt-ref',
        '1',
        '-lag-in-frames',
        '16',
        '-cpu-used',
        '8',
        '-g',
        '16',
      ],
    ],
    ['program.mpg', [...lavfi(numbered('25')), '-c:v', 'mpeg2video', '-q:v', '2', '-bf', '2', '-g', '9']],
    ['tape.mxf', [...lavfi(numbered('25')), '-c:v', 'mpeg2video', '-q:v', '2', '-bf', '2', '-g', '9']],
  ])('%s: every frame shows the picture that a player shows then, in any window', (name, args) => {
    const video = footage.shoot(name, args)
    const { seconds, numbers } = played(footage.path(name), /avi|mpg/.test(name) ? ['-fflags', '+genpts'] : [])
    expect([name, video.frameCount]).toEqual([name, seconds.length])
    const first = seconds[0] ?? 0
    const frames = Math.floor(((seconds.at(-1) ?? 0) - first) * 25)
    const rendered = (from: number, to: number): number[] => {
      const edit = footage.editOfItems([clipOf(name, 0, frames)], rational(25))
      return footage.frames(edit, SMALL, { from, to }).map(numberOf)
    }
    const expected = Array.from({ length: frames }, (_, n) => {
      const until = first + (n + 0.5) / 25
      return numbers[seconds.findLastIndex((second) => second < until - 1e-6)]
    })
    const middle = Math.floor(frames / 2) + 1
    expect([...rendered(0, middle), ...rendered(middle, frames)]).toEqual(expected)
  })
})
