import { rational } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { frameFormat } from '../compile/frame-format.js'
import type { Manifest } from '../manifest/manifest.js'
import type { EditTrack } from '../model/edit.js'
import { BUILT_IN_PRESETS } from '../preset/built-in-presets.js'
import { ENCODER_NAMES, type EncoderName, encoderRule } from '../preset/picture-coding.js'
import { parsePreset } from '../preset/preset-text.js'
import type { Preset } from '../preset/preset.js'
import { checkFilm } from './check-film.js'
import { expectFilm } from './film-expectation.js'
import type { FilmFacts } from './film-facts.js'

const h264 = parsePreset('h264')
const rate = rational(25)
const sounding = { name: 'A1', items: [] } as unknown as EditTrack

/** A job of two frames with one audio track. */
const jobWith = (preset: Preset): Manifest => {
  const pixFmt = preset.pixels ?? 'yuv420p'
  const edit = { name: 'x', rate, frames: 2, video: [], audio: [sounding] }
  return { edit, preset, picture: frameFormat({ width: 64, height: 36, pixFmt }) } as unknown as Manifest
}

const presetOf = (encoder: EncoderName): Preset => {
  const shipped = BUILT_IN_PRESETS.find(({ pictures }) => pictures?.encoder === encoder)
  if (!shipped) throw new Error(`no shipped preset has ${encoder}`)
  return shipped
}

/** A film that says all that is expected of it, but for these tags. */
function filmOf(preset: Preset, change: Readonly<Record<string, string | undefined>>): FilmFacts {
  const { tags } = expectFilm(jobWith(preset))
  const said = Object.entries({ ...tags, ...change }).filter((tag): tag is [string, string] => tag[1] !== undefined)
  const video = { stream: 0, timeBase: rational(1, 12_800), times: [0, 512], keyframes: [0], reorder: 0 }
  const audio = { stream: 1, seconds: 2 / 25, tags: {} }
  return { container: 'mov', video: { ...video, tags: Object.fromEntries(said) }, audio }
}

const unsaid = { color_space: undefined, color_primaries: undefined, color_transfer: undefined, color_range: undefined }
/** ffprobe's names, as its own list of codecs has them. */
const PROBED = ['h264', 'hevc', 'av1', 'prores', 'dnxhd', 'ffv1', 'png', 'exr', 'mjpeg']

describe('what a film is expected to be', () => {
  it.each(ENCODER_NAMES)('is called by its codec when %s made it, never by its encoder', (encoder) => {
    const { tags } = expectFilm(jobWith(presetOf(encoder)))
    expect(PROBED).toContain(tags['codec_name'])
    const family = /^(h264|hevc)_/.exec(encoder)?.[1]
    if (family !== undefined) expect(tags['codec_name']).toBe(family)
  })

  it('may leave colours unsaid when a chip made it, but not say others', () => {
    for (const encoder of ENCODER_NAMES.filter((name) => encoderRule(name).hardware)) {
      const preset = presetOf(encoder)
      const expected = expectFilm(jobWith(preset))
      expect(checkFilm(filmOf(preset, unsaid), expected)).toEqual([])
      expect(checkFilm(filmOf(preset, { color_space: 'smpte170m' }), expected)).toMatchObject([{ name: 'color_space' }])
    }
    expect(checkFilm(filmOf(h264, unsaid), expectFilm(jobWith(h264)))).toHaveLength(3)
  })

  it('has no sound where the preset leaves it out', () => {
    expect(expectFilm(jobWith(h264)).soundSeconds).toBe(2 / 25)
    const silent: Preset = { ...h264, sound: { codec: 'none' } }
    expect(expectFilm(jobWith(silent)).soundSeconds).toBeUndefined()
    expect(checkFilm({ ...filmOf(silent, {}), audio: undefined }, expectFilm(jobWith(silent)))).toEqual([])
  })
})
