import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rational, type Rational } from '@sheaf/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MediaIndex } from '../media/media-index.js'
import type { Edit, EditItem, EditTrack, MediaClip } from '../model/edit.js'
import { parsePreset } from '../preset/preset-text.js'
import { ffmpeg, hasFfmpeg, indexOf } from '../testing/ffmpeg.js'
import { compileAudio } from './compile-audio.js'
import { resolveCall } from './ffmpeg-call.js'
import { sampleOfFrame } from './medium-sound.js'

// Real processes on a machine that may be busy: the limit only ends a hang.
describe.runIf(hasFfmpeg())('the sound of a job', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sheaf-audio-'))
  const pathOf = (assetId: string): string => join(folder, assetId)
  const media = new Map<string, MediaIndex>()
  const rate = rational(30000, 1001)

  beforeAll(() => {
    // A ramp, so that each sample tells its own time: 1/65536 per sample at 48 kHz, from zero every second.
    const ramp = (sampleRate: number): string => `aevalsrc=exprs='mod(t\\,1)*0.9':s=${sampleRate}:d=8:c=mono`
    ffmpeg(['-v', 'error', '-f', 'lavfi', '-i', ramp(48000), '-c:a', 'pcm_s16le', `file:${pathOf('mono.wav')}`])
    ffmpeg([
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'testsrc2=r=25:s=64x64:d=8',
      '-f',
      'lavfi',
      '-i',
      ramp(44100),
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-pix_fmt',
      'yuv420p',
      '-c:a',
      'flac',
      '-strict',
      '-2',
      `file:${pathOf('av.mp4')}`,
    ])
    ffmpeg([
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'sine=440:r=44100:d=8',
      '-ac',
      '2',
      '-c:a',
      'aac',
      `file:${pathOf('tone.mkv')}`,
    ])
    for (const name of ['mono.wav', 'av.mp4', 'tone.mkv']) media.set(name, indexOf(pathOf(name)))
  }, 180_000)
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  const clip = (name: string, from: number, to: number, sourceStart = rational(0)): MediaClip => ({
    kind: 'clip',
    name,
    from,
    to,
    content: { kind: 'media', media: name, start: sourceStart, speed: rational(1) },
    where: name,
  })
  const editOf = (items: readonly EditItem[]): Edit => ({
    name: 'sound',
    rate,
    frames: items.at(-1)!.to,
    video: [],
    audio: [{ name: 'A1', items }],
  })
  const items = [
    clip('mono.wav', 0, 45, rational(5, 2)),
    { kind: 'gap', from: 45, to: 61 } as const,
    clip('av.mp4', 61, 120, rational(3)),
    clip('tone.mkv', 120, 151, rational(21, 10)),
    // Three seconds are left of eight: the rest is silence.
    clip('mono.wav', 151, 300, rational(5)),
  ]
  const render = (preset: 'h264' | 'ffv1', name: string): { path: string; samples: number } => {
    const chosen = parsePreset(preset)
    const path = join(folder, name)
    const call = compileAudio({ edit: editOf(items), media, preset: chosen, output: path })!
    ffmpeg(resolveCall(call, { pathOf }))
    return { path, samples: call.samples }
  }
  const decode = (path: string): Float32Array => {
    const raw = ffmpeg(['-v', 'error', '-i', `file:${path}`, '-f', 'f32le', '-c:a', 'pcm_f32le', '-'])
    return new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length))
  }

  it('has every clip at its sample, in stereo, and ends on the last frame', () => {
    const { path, samples } = render('ffv1', 'out.mov')
    expect(samples).toBe(Math.round((300 * 48000 * 1001) / 30000))
    const sound = decode(path)
    expect(sound.length).toBe(2 * samples)
    const left = (n: number): number => sound[2 * n] ?? Number.NaN
    const ramp = (n: number): number => ((n % 48000) / 48000) * 0.9
    for (let n = 0; n < samples; n += 97) expect(left(n)).toBeCloseTo(sound[2 * n + 1]!, 3)
    // The first piece, to a sixth of a sample's step in time: exact.
    for (let n = 0; n < sampleOfFrame(45, rate); n += 61) expect(left(n)).toBeCloseTo(ramp(n + 120000), 4)
    for (let n = sampleOfFrame(45, rate); n < sampleOfFrame(61, rate); n++) expect(left(n)).toBe(0)
    const second = sampleOfFrame(61, rate)
    // Resampled: away from the jumps of the ramp, within three samples.
    for (let n = 5000; n < 40000; n += 777) expect(Math.abs(left(second + n) - ramp(n + 144000))).toBeLessThan(6e-5)
    const last = sampleOfFrame(151, rate)
    expect(left(last + 1000)).toBeCloseTo(ramp(1000), 4)
    expect(left(last + 143_999)).toBeCloseTo(ramp(47_999), 4)
    for (let n = last + 144_000; n < samples; n += 50) expect(left(n)).toBe(0)
  })

  it('is the same file twice, as AAC of the right length', () => {
    const first = render('h264', 'one.m4a')
    const second = render('h264', 'two.m4a')
    const bytes = (path: string): Buffer =>
      ffmpeg(['-v', 'error', '-i', `file:${path}`, '-c', 'copy', '-f', 'adts', '-'])
    expect(bytes(first.path).equals(bytes(second.path))).toBe(true)
    expect(indexOf(first.path).audio).toMatchObject({ codec: 'aac', sampleRate: 48000, channels: 2 })
    expect(Math.abs(decode(first.path).length / 2 - first.samples)).toBeLessThan(1024)
  })

  const mixed = (audio: readonly EditTrack[], frames: number): Float32Array => {
    const edit: Edit = { name: 'mix', rate: rational(25), frames, video: [], audio }
    const path = join(folder, 'mixed.mov')
    ffmpeg(resolveCall(compileAudio({ edit, media, preset: parsePreset('ffv1'), output: path })!, { pathOf }))
    const stereo = decode(path)
    expect(stereo.length).toBe(2 * frames * 1920)
    return stereo.filter((_, at) => at % 2 === 0)
  }
  const trackOf = (name: string, items: readonly EditItem[]): EditTrack => ({ name, items })
  const rms = (sound: Float32Array, from: number, to: number): number => {
    let sum = 0
    for (let n = from; n < to; n++) sum += (sound[n] ?? 0) ** 2
    return Math.sqrt(sum / (to - from))
  }
  /** Times that a sound goes from below zero to above it, a second. */
  const pitch = (sound: Float32Array, from: number, to: number): number => {
    let crossings = 0
    for (let n = from + 1; n < to; n++) if ((sound[n - 1] ?? 0) < 0 && (sound[n] ?? 0) >= 0) crossings += 1
    return (crossings * 48_000) / (to - from)
  }

  it('is the sum of its tracks, nested ones too', () => {
    const one = mixed([trackOf('A1', [clip('mono.wav', 0, 50)])], 50)
    const inner: EditItem = {
      ...clip('x', 0, 50),
      content: {
        kind: 'stack',
        tracks: [trackOf('A2.1', [clip('mono.wav', 0, 20), { kind: 'gap', from: 20, to: 50 }])],
      },
    }
    const two = mixed([trackOf('A1', [clip('mono.wav', 0, 50)]), trackOf('A2', [inner])], 50)
    for (let n = 0; n < 50 * 1920; n += 101) {
      expect(two[n]! - Math.min(1, one[n]! * (n < 20 * 1920 ? 2 : 1))).toBeCloseTo(0, 4)
    }
  })

  it('is faded over with equal power, and from and to nothing at the ends', () => {
    const cross: EditItem = {
      kind: 'transition',
      from: 25,
      to: 50,
      whole: { from: 25, to: 50 },
      style: 'dissolve',
      out: clip('tone.mkv', 25, 50, rational(1)),
      in: { kind: 'gap', from: 25, to: 50 },
      where: 'x',
    }
    const sound = mixed([trackOf('A1', [clip('tone.mkv', 0, 25), cross])], 50)
    const full = rms(sound, 24_000, 47_000)
    expect(rms(sound, 48_000 + 23_000, 48_000 + 25_000) / full).toBeCloseTo(Math.SQRT1_2, 1)
    expect(rms(sound, 48_000 + 47_500, 96_000) / full).toBeLessThan(0.05)
  })

  it('keeps its pitch at another speed, and ends where its clip does', () => {
    const at = (speed: Rational) => {
      const item = clip('tone.mkv', 0, 50, speed.num < 0 ? rational(5) : rational(1))
      return mixed([trackOf('A1', [{ ...item, content: { ...item.content, speed } }])], 50)
    }
    for (const speed of [rational(2), rational(1, 2), rational(-1), rational(3)]) {
      const sound = at(speed)
      expect(Math.abs(pitch(sound, 20_000, 68_000) - 440)).toBeLessThan(4)
    }
    expect(at(rational(0)).every((sample) => sample === 0)).toBe(true)
  })

  it('is absent when the edit has no audio track', () => {
    const edit = { ...editOf(items), audio: [] }
    expect(compileAudio({ edit, media, preset: parsePreset('ffv1'), output: '/x' })).toBeUndefined()
  })
})
