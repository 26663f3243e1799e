import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { rational } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { parsePreset } from '../preset/preset-text.js'
import { soundOutput } from './compile-audio.js'
import { compileEncoder } from './compile-encoder.js'
import { compileFilmEncoder } from './compile-film-encoder.js'
import { frameFormat } from './frame-format.js'

const run = promisify(execFile)
const rate = rational(25)

describe('encoders', () => {
  it('of H.265 make the same bytes in every run also where the cap binds', { timeout: 60_000 }, async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sheaf-encoder-'))
    try {
      const raw = join(dir, 'raw')
      const noise = 'testsrc2=s=320x180:r=25,noise=alls=40:allf=t:all_seed=7,format=yuv420p10le'
      await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', noise, '-frames:v', '25', '-f', 'rawvideo', raw])
      const preset = parsePreset('h265:crf=18,maxrate=300,buffer=150,speed=ultrafast')
      const format = frameFormat({ width: 320, height: 180, pixFmt: 'yuv420p10le' })
      const made = async (_: unknown, number: number): Promise<Buffer> => {
        const output = join(dir, `out${number}.mp4`)
        const args = compileEncoder({ preset, format, frames: 25, rate, output })
        await run('ffmpeg', ['-y', ...args.map((arg) => (arg === 'pipe:0' ? `file:${raw}` : arg))])
        return readFile(output)
      }
      // At once: what depends on which thread comes first shows on a busy machine.
      const [first = Buffer.of(), ...others] = await Promise.all(Array.from({ length: 6 }, made))
      // A second of 300 kbit/s, though not kept to strictly; without a cap this noise takes several times that.
      expect(first.length).toBeLessThan(150_000)
      expect(others.map((other) => other.equals(first))).toEqual([true, true, true, true, true])
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  })

  it.each([
    ['h264-vaapi', ['-vaapi_device', '/dev/dri/renderD128']],
    ['h265-qsv', ['-init_hw_device', 'qsv=chip']],
  ])('of chips are given their chip for a whole film too: %s', (name, device) => {
    const format = frameFormat({ width: 64, height: 36, pixFmt: 'yuv420p' })
    const request = { preset: parsePreset(name), format, rate, input: '/in.mov', output: '/out.mp4', passLog: 'log' }
    const [args = []] = compileFilmEncoder(request)
    const at = args.indexOf(device[0] ?? '')
    expect(args.slice(at, at + 2)).toEqual(device)
    expect(at).toBeLessThan(args.indexOf('-i'))
  })

  it('of sound write WAV that may be longer than 4 GiB', () => {
    const wav = soundOutput({ preset: parsePreset('wav'), output: '/a.wav', layout: 'stereo' })
    expect(wav.join(' ')).toContain('-rf64 auto -f wav')
    expect(soundOutput({ preset: parsePreset('flac'), output: '/a.flac', layout: 'stereo' })).not.toContain('-rf64')
  })
})
