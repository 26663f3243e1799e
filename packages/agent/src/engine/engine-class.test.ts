import { parsePreset } from '@sheaf/timeline'
import { describe, expect, it } from 'vitest'
import {
  chipFingerprint,
  classOfFingerprint,
  engineClassOf,
  isChip,
  likelyChips,
  probePresets,
} from './engine-class.js'

const digits = 'a'.repeat(64)

describe('classes of jobs', () => {
  it.each([
    ['h264', 'base'],
    ['ffv1', 'lossless'],
    ['wav', 'base'],
    ['h265', 'libx265'],
    ['png', 'png'],
    ['h264-2pass', 'lossless'],
    ['h264:maxrate=8000,vbv=strict', 'lossless'],
    ['h264-nvenc', 'h264_nvenc'],
  ] as const)('%s is of class %s', (text, expected) => {
    expect(engineClassOf(parsePreset(text), { intermediate: false })).toBe(expected)
  })

  it('a film that is encoded once asks for filters and FFV1 alone, whatever encodes it', () => {
    expect(engineClassOf(parsePreset('h264-nvenc'), { intermediate: true })).toBe('lossless')
  })

  it('are told by fingerprints', () => {
    expect(classOfFingerprint(digits)).toBe('base')
    expect(classOfFingerprint(`libx265-${digits}`)).toBe('libx265')
    expect(classOfFingerprint(`lossless-${digits}`)).toBe('lossless')
    for (const strange of ['print', `sh-${digits}`, `libx265-${digits}0`]) {
      expect(classOfFingerprint(strange)).toBeUndefined()
    }
  })

  it('are probed in every depth, and without sound', () => {
    expect(probePresets('libx265').map(({ pixels }) => pixels)).toEqual(['yuv420p10le', 'yuv420p'])
    expect(probePresets('lossless').every(({ sound }) => sound.codec === 'none')).toBe(true)
  })

  it.each([
    ['linux', '/dev/nvidiactl', ['h264_nvenc']],
    ['linux', '/dev/dri/renderD128', ['h264_vaapi', 'h264_qsv']],
    ['linux', '/', []],
    ['darwin', '/', ['hevc_videotoolbox']],
    ['win32', '/', ['h264_nvenc', 'h264_qsv', 'h264_amf']],
  ] as const)('of chips are tried on %s with %s: %j', (platform, device, expected) => {
    const encoders = new Set(['libx264', 'h264_nvenc', 'h264_vaapi', 'h264_qsv', 'hevc_videotoolbox', 'h264_amf'])
    expect(likelyChips({ encoders, platform, present: (path) => path === device })).toEqual(expected)
  })

  it('of chips take the kind that most slots have, and never two', () => {
    const of = (name: string, slots: number) => ({ slots, fingerprints: { ffmpeg: digits, [`ffmpeg/x`]: name } })
    const [one, two] = [`h264_nvenc-${'1'.repeat(64)}`, `h264_nvenc-${'2'.repeat(64)}`]
    expect(isChip('h264_nvenc')).toBe(true)
    expect(isChip('libx265')).toBe(false)
    expect(chipFingerprint('h264_nvenc', [of(one, 2), of(two, 3), of(one, 2)])).toBe(one)
    expect(chipFingerprint('h264_nvenc', [of(two, 2), of(one, 2)])).toBe(one)
    expect(chipFingerprint('hevc_nvenc', [of(one, 2)])).toBeUndefined()
  })
})
