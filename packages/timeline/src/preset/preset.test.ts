import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUILT_IN_PRESETS } from './built-in-presets.js'
import { presetHint } from './preset-hint.js'
import { checkOutputName, containerOf, needsFinalEncode, outputKind, type Preset } from './preset.js'
import {
  formatPreset,
  parsePreset,
  parsePresetFile,
  presetFileText,
  presetOptions,
  withOptions,
} from './preset-text.js'

const file = (change: object): string =>
  JSON.stringify({ ...JSON.parse(presetFileText(parsePreset('h264'))), ...change })
const pictures = (coding: object): string => file({ pictures: { encoder: 'libx264', ...coding } })

/** A preset with options, or as it is where it does not take them. */
function tried(preset: Preset, options: string): Preset {
  try {
    return withOptions(preset, options)
  } catch {
    return preset
  }
}

describe('presets', () => {
  it('that are shipped have names of their own, and print as files that read back as they are', () => {
    expect(new Set(BUILT_IN_PRESETS.map(({ name }) => name)).size).toBe(BUILT_IN_PRESETS.length)
    for (const preset of BUILT_IN_PRESETS) {
      expect(parsePresetFile(presetFileText(preset), 'x.json')).toEqual(preset)
      expect(presetOptions(preset).join()).not.toContain('undefined')
      for (const ending of preset.endings) checkOutputName(preset, `/x.y/film_######${ending.toUpperCase()}`)
    }
  })

  it.each([
    ['h264', 'h264:crf=20,speed=medium'],
    ['ffv1', 'ffv1'],
    ['h264:crf=23,preset=fast', 'h264:crf=23,speed=fast'],
    ['h264:bitrate=8M', 'h264:bitrate=8000,speed=medium,passes=2'],
    ['h264-2pass:crf=18', 'h264-2pass:crf=18,maxrate=12000,buffer=12000,speed=medium'],
    ['h265:maxrate=4000k', 'h265:crf=22,maxrate=4000,buffer=4000,speed=medium'],
    ['wav', 'wav'],
    ['h264:pixels=yuv422p10le', 'h264:crf=20,speed=medium,pixels=yuv422p10le'],
    ['h264:kbits=96', 'h264:crf=20,speed=medium,kbits=96'],
    ['prores-hq:profile=4444', 'prores-hq:profile=4444'],
    ['m4a:kbits=64', 'm4a:kbits=64'],
  ])('%s is %s', (text, formatted) => {
    expect(formatPreset(parsePreset(text)).split(/[:,]/).sort()).toEqual(formatted.split(/[:,]/).sort())
  })

  it('are read back from their few words as they are, or not at all', () => {
    const changes = fc.constantFrom('', 'pixels=yuv420p', 'pixels=yuv422p10le', 'kbits=96', 'profile=4444', 'crf=30')
    fc.assert(
      fc.property(fc.constantFrom(...BUILT_IN_PRESETS), changes, changes, (preset, ...asked) => {
        const changed = asked.reduce((one, change) => tried(one, change), preset)
        expect(parsePreset(formatPreset(changed))).toEqual(changed)
        const own = { ...changed, name: 'ours' }
        expect(parsePreset(formatPreset(own), [{ ...own, pixels: preset.pixels }])).toEqual(own)
      }),
    )
    const posing = parsePresetFile(file({ sound: { codec: 'none' } }), 'x.json')
    expect(() => parsePreset(formatPreset(posing))).toThrow('"sound=none" is not understood')
    const other = parsePresetFile(pictures({ encoder: 'libx265', crf: 20 }), 'x.json')
    expect(() => parsePreset(formatPreset(other))).toThrow('"encoder=libx265" is not understood')
  })

  it('take the pictures that a profile is made for', () => {
    expect(parsePreset('prores-hq:profile=4444').pixels).toBe('yuv444p10le')
    expect(parsePreset('h265:pixels=yuv422p10le').pixels).toBe('yuv422p10le')
    expect(() => parsePreset('prores-hq:pixels=yuv420p')).toThrow(/expected one of yuv422p10le/)
  })

  it.each([
    ['prores', 'Did you mean prores-hq, prores-4444?'],
    ['H.265', 'Did you mean h265,'],
    ['h2654', 'Did you mean h265'],
    ['zzzzzz', 'See what there is with: sheaf presets'],
    ['', 'See what there is with: sheaf presets'],
  ])('%j is answered by what may have been meant', (name, hint) => {
    const words = presetHint(
      name,
      BUILT_IN_PRESETS.map((preset) => preset.name),
    )
    expect(words.startsWith(hint)).toBe(true)
    expect(words.length).toBeLessThan(120)
  })

  it.each([
    ['av2', 'there is no preset "av2"'],
    ['h264:crf=52', 'preset "h264:crf=52": crf: expected an integer from 0 to 51, found 52'],
    ['h264:crf=x', 'crf: expected an integer'],
    ['h264:preset=placebo', 'speed: expected one of ultrafast'],
    ['ffv1:crf=1', '"crf=1" is not understood'],
    ['h264:crf=1:x', 'crf'],
    ['h264:crf=1,-f=x', '"-f=x" is not understood'],
    ['h264:encoder=libx265', '"encoder=libx265" is not understood'],
    ['h264:__proto__=1', '"__proto__=1" is not understood'],
    ['h264:constructor=1', '"constructor=1" is not understood'],
    ['h264:vbv=strict', 'vbv with maxrate alone'],
    ['h264:bitrate=8000,maxrate=4000', 'maxrate: expected at least bitrate'],
  ])('refuse %s', (text, problem) => {
    expect(() => parsePreset(text)).toThrow(problem)
  })

  it.each([
    ['no JSON', '{', 'is not JSON'],
    ['a name that is a path', file({ name: '../h264' }), 'a name of small letters'],
    ['a filter', file({ vf: 'movie=/etc/passwd' }), '.vf: expected nothing'],
    ['raw arguments', file({ pictures: { encoder: 'libx264', crf: 20, args: '-f tee' } }), '.args: expected nothing'],
    ['a speed that is none', pictures({ crf: 20, speed: 'medium -vf movie=/etc/passwd' }), 'speed: expected one of'],
    ['a tune with more in it', pictures({ crf: 20, tune: "film:log=/etc'\n" }), 'tune: expected one of'],
    ['an encoder that is none', file({ pictures: { encoder: 'libx264;sh' } }), 'encoder: expected one of'],
    ['both crf and a bit rate', pictures({ crf: 20, bitrate: 8000 }), 'expected one of crf and bitrate'],
    ['neither', pictures({}), 'expected one of crf and bitrate'],
    ['an ending that cannot hold it', file({ endings: ['.mkv'] }), 'endings of .mp4, .mov'],
    ['sound that cannot go with it', file({ sound: { codec: 'pcm_s24le' } }), 'endings of .mov'],
    ['a number that is a text', pictures({ crf: '20' }), 'crf: expected an integer'],
    ['a fraction', pictures({ crf: 20.5 }), 'crf: expected an integer'],
    ['pixels that are none', file({ pixels: 'yuv420p,movie=x' }), 'expected one of yuv420p'],
  ])('of a studio refuse %s', (_, text, problem) => {
    expect(() => parsePresetFile(text, '/p/ours.json')).toThrow(problem)
    expect(() => parsePresetFile(text, '/p/ours.json')).toThrow(/^(preset )?\/p\/ours\.json/)
  })

  it('only ever hold words and numbers of the whitelist, whatever is asked', () => {
    fc.assert(
      fc.property(fc.constantFrom(...BUILT_IN_PRESETS), fc.string({ maxLength: 30 }), (preset, noise) => {
        try {
          const changed = withOptions(preset, noise)
          for (const value of Object.values(changed.pictures ?? {})) expect(String(value)).toMatch(/^[\w-]*$/)
        } catch (error) {
          expect((error as { code?: string }).code).toBe('SHEAF_PRESET_INVALID')
        }
      }),
    )
  })

  it('say what they need', () => {
    expect(BUILT_IN_PRESETS.filter(needsFinalEncode).map(({ name }) => name)).toEqual(['h264-2pass', 'h265-2pass'])
    expect(needsFinalEncode(parsePreset('h264:maxrate=4000,vbv=strict'))).toBe(true)
    expect(outputKind(parsePreset('exr'))).toBe('images')
    expect(outputKind(parsePreset('flac'))).toBe('sound')
    expect(containerOf(parsePreset('h264'))).toBe('mp4')
    expect(containerOf(parsePreset('prores-hq'))).toBe('mov')
  })

  it('are written to the containers that keep their times, and images to numbered files', () => {
    const h264 = parsePreset('h264')
    expect(() => checkOutputName(parsePreset('ffv1'), 'film.mkv')).toThrow(/not to \.mkv \(Matroska rounds/)
    expect(() => checkOutputName(parsePreset('ffv1'), 'film.mp4')).toThrow(/written to \.mov/)
    expect(() => checkOutputName(h264, 'a.mp4/film')).toThrow(/a name without an ending/)
    expect(() => checkOutputName(parsePreset('png'), '/x/film.png')).toThrow(/a place for the number/)
    expect(() => checkOutputName(parsePreset('png'), '/x#/film_##_##.png')).toThrow(/a place for the number/)
  })
})
