import { describe, expect, it } from 'vitest'
import { checkOutputName, formatPreset, listPresets, parsePreset } from './preset.js'

describe('presets', () => {
  it.each([
    ['h264', { id: 'h264', crf: 20, speed: 'medium' }],
    ['ffv1', { id: 'ffv1' }],
    ['h264:crf=23,preset=fast', { id: 'h264', crf: 23, speed: 'fast' }],
  ])('reads %s', (text, preset) => {
    expect(parsePreset(text)).toEqual(preset)
    expect(parsePreset(formatPreset(parsePreset(text)))).toEqual(preset)
  })

  it.each([
    ['av1', 'there is no preset "av1"'],
    ['h264:crf=52', '"crf=52" is not understood'],
    ['h264:preset=placebo', 'not understood'],
    ['ffv1:crf=1', 'ffv1 has no options'],
    ['h264:crf=1:x', 'more than one'],
    ['h264:crf=1,-f=x', '"-f=x"'],
  ])('refuses %s', (text, problem) => {
    expect(() => parsePreset(text)).toThrow(problem)
  })

  it('is written to the containers that keep its times', () => {
    for (const { id, extensions } of listPresets()) {
      for (const extension of extensions) checkOutputName(parsePreset(id), `/x.y/film${extension.toUpperCase()}`)
    }
    expect(() => checkOutputName({ id: 'ffv1' }, 'film.mkv')).toThrow(/not to \.mkv \(Matroska rounds/)
    expect(() => checkOutputName({ id: 'ffv1' }, 'film.mp4')).toThrow(/written to \.mov/)
    expect(() => checkOutputName(parsePreset('h264'), 'a.mp4/film')).toThrow(/a name without an ending/)
  })
})
