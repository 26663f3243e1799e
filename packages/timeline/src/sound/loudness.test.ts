import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SoundPlan } from '../compile/compile-sound.js'
import { resolveCall } from '../compile/ffmpeg-call.js'
import { hasFfmpeg } from '../testing/ffmpeg.js'
import { spawnSync } from 'node:child_process'
import { clipOf } from '../testing/media-fixtures.js'
import { samplesOf, SoundLab, soundEdit } from '../testing/sound-lab.js'
import { chooseChange, type LoudnessChange, type MeasuredLoudness, readLoudness, refineChange } from './loudness.js'

const target = { lufs: -23, truePeak: -1 }

describe('the choice of a loudness', () => {
  it('is one gain while the peaks allow it, a limiter when not, and nothing for silence', () => {
    expect(chooseChange({ lufs: -30, truePeak: -12 }, target)).toEqual({ kind: 'gain', decibels: 7 })
    expect(chooseChange({ lufs: -10.04, truePeak: 0.5 }, target)).toEqual({ kind: 'gain', decibels: -12.96 })
    expect(chooseChange({ lufs: -30, truePeak: -7 }, target)).toEqual({ kind: 'limited', decibels: 7, ceiling: -1.3 })
    expect(chooseChange({ lufs: -70, truePeak: Number.NEGATIVE_INFINITY }, target).kind).toBe('none')
    expect(chooseChange({ lufs: Number.NEGATIVE_INFINITY, truePeak: -80 }, target).kind).toBe('none')
  })

  it('lands on what was asked for, by the meter, and never peaks above it with a gain alone', () => {
    const number = (min: number, max: number) => fc.double({ min, max, noNaN: true })
    fc.assert(
      fc.property(number(-69, -3), number(-60, 6), number(-50, -5), number(-20, 0), (lufs, peak, wanted, truePeak) => {
        const change = chooseChange({ lufs, truePeak: peak }, { lufs: wanted, truePeak })
        if (change.kind === 'none') throw new Error('silent')
        expect(Math.abs(lufs + change.decibels - wanted)).toBeLessThan(0.006)
        if (change.kind === 'gain') expect(peak + change.decibels).toBeLessThanOrEqual(truePeak)
        else expect(change.ceiling).toBeLessThanOrEqual(truePeak)
      }),
    )
  })

  it('gives back what a limiter took, and leaves the rest alone', () => {
    const limited: LoudnessChange = { kind: 'limited', decibels: 7, ceiling: -1.3 }
    expect(refineChange(limited, { lufs: -23.6, truePeak: -1 }, target)).toEqual({ ...limited, decibels: 7.6 })
    expect(refineChange(limited, { lufs: -23.1, truePeak: -1 }, target)).toBeUndefined()
    expect(refineChange({ kind: 'gain', decibels: 7 }, { lufs: -20, truePeak: -1 }, target)).toBeUndefined()
  })

  it('reads the last summary of the meter, and says so when there is none', () => {
    const text =
      '[x] Summary:\n\n  Integrated loudness:\n    I:         -70.0 LUFS\n  True peak:\n    Peak:       -inf dBFS\n'
    const later = text.replace('-70.0', '-21.3').replace('-inf', ' -0.4')
    expect(readLoudness(text)).toEqual({ lufs: -70, truePeak: Number.NEGATIVE_INFINITY })
    expect(readLoudness(text + later)).toEqual({ lufs: -21.3, truePeak: -0.4 })
    expect(() => readLoudness('nothing')).toThrow(/how loud/)
  })
})

describe.runIf(hasFfmpeg())('loudness', { timeout: 180_000 }, () => {
  const lab = new SoundLab()
  beforeAll(() => {
    const speech = `aevalsrc='0.05*sin(2*PI*220*t)*(1+sin(2*PI*2*t))+if(lt(mod(t,0.7),0.004),0.6*sin(2*PI*3000*t),0)'`
    lab.make('speech.wav', ['-f', 'lavfi', '-i', `${speech}:s=48000:d=4:c=mono`, '-c:a', 'pcm_f32le'])
    lab.constant('silence.wav', [0], 4)
  })
  afterAll(() => lab.end())

  const measure = (plan: SoundPlan, change?: LoudnessChange): MeasuredLoudness => {
    const args = resolveCall(plan.measure(change), { pathOf: lab.pathOf })
    return readLoudness(spawnSync('ffmpeg', args, { encoding: 'utf8' }).stderr)
  }
  const loud = (name: string, lufs: number, stems?: true) => {
    const edit = soundEdit([[clipOf(name, 0, 96)], [clipOf(name, 0, 96)]])
    const asked = { lufs, truePeak: -1 }
    const plan = lab.plan(edit, { settings: { loudness: asked, stems } })
    for (const call of [...plan.parts, plan.mix]) lab.run(call)
    let change = chooseChange(measure(plan), asked)
    for (let more: LoudnessChange | undefined = change; more; more = refineChange(change, measure(plan, change), asked))
      change = more
    for (const call of [plan.encode(change), ...plan.stems(change)]) lab.run(call)
    return { change, plan, sound: samplesOf(lab.pathOf('out.mov')) }
  }

  it.each([
    [-23, 'gain'],
    [-12, 'limited'],
  ])('is %d LUFS at the end, %s, in exactly as many samples, under the ceiling', (lufs, kind) => {
    const { change, sound } = loud('speech.wav', lufs, kind === 'gain' ? true : undefined)
    expect(change.kind).toBe(kind)
    expect(sound.length).toBe(2 * 96 * 1920)
    lab.make('result.wav', ['-i', lab.pathOf('out.mov')])
    const meter = [
      '-hide_banner',
      '-nostats',
      '-i',
      lab.pathOf('result.wav'),
      '-af',
      'ebur128=peak=true',
      '-f',
      'null',
      '-',
    ]
    const result = readLoudness(spawnSync('ffmpeg', meter, { encoding: 'utf8' }).stderr)
    expect(Math.abs(result.lufs - lufs)).toBeLessThan(0.5)
    expect(result.truePeak).toBeLessThanOrEqual(-1 + 0.05)
    if (kind !== 'gain') return
    const stems = ['stem-0', 'stem-1'].map((name) => samplesOf(lab.pathOf(name)))
    expect(stems.map((stem) => stem.length)).toEqual([sound.length, sound.length])
    let worst = 0
    for (let n = 0; n < sound.length; n++)
      worst = Math.max(worst, Math.abs((stems[0]?.[n] ?? 9) + (stems[1]?.[n] ?? 9) - (sound[n] ?? 0)))
    expect(worst).toBeLessThan(4e-7)
  })

  it('leaves silence as it is', () => {
    const { change, sound } = loud('silence.wav', -14)
    expect(change).toEqual({ kind: 'none', why: 'silent' })
    expect(sound.every((sample) => sample === 0)).toBe(true)
  })
})
