import { rational } from '@sheaf/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frameFormat } from '../compile/frame-format.js'
import type { EditItem, Level, Look } from '../model/edit.js'
import { parsePreset } from '../preset/preset-text.js'
import { clipOf, editOf, steadyIndex } from '../testing/media-fixtures.js'
import { canonicalJson } from './canonical-json.js'
import { decodeManifest, encodeManifest } from './manifest-codec.js'
import { type Manifest, mediaIndices } from './manifest.js'

const medium = { index: steadyIndex(100), sizeBytes: 1000, name: 'a 🎬.mp4' }
const manifest: Manifest = {
  version: 3,
  edit: editOf([clipOf('a0', 0, 50), { kind: 'gap', from: 50, to: 60 }], [clipOf('a0', 0, 60)]),
  media: { a0: medium },
  picture: frameFormat({ width: 640, height: 360 }),
  preset: parsePreset('h264'),
  segments: [
    [0, 30],
    [30, 60],
  ],
}
const changed = (path: string, value: unknown): string => {
  const copy = JSON.parse(encodeManifest(manifest)) as Record<string, unknown>
  const keys = path.split('.')
  const owner = keys.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, copy)
  owner[keys.at(-1)!] = value
  return JSON.stringify(copy)
}

interface Loose {
  readonly edit: { readonly video: readonly { readonly items: Record<string, unknown>[] }[] }
}

describe('manifest', () => {
  it('reads back what was written', () => {
    expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest)
    const silent: Manifest = { ...manifest, edit: { ...manifest.edit, audio: [] }, preset: parsePreset('ffv1') }
    expect(decodeManifest(encodeManifest(silent))).toEqual(silent)
    const look: Look = {
      effects: [{ id: 'blur', parameters: { radius: 2 } }],
      crop: { left: 0.1, top: 0, right: 0, bottom: 0 },
      place: { x: 0, y: 0, scaleX: 1, scaleY: 1, rotation: 0, anchorX: 0.5, anchorY: 0.5 },
      opacity: [
        { frame: -3, value: 0, ease: 'linear' },
        { frame: 20.5, value: 1, ease: 'hold' },
      ],
    }
    const level: Level = { gain: 0.5, pan: -1 }
    const second = { ...clipOf('a0', 0, 60), content: { ...clipOf('a0', 0, 60).content, sound: 1 } }
    const more = [{ ...steadyIndex(100).audio!, stream: 2, channels: 1, language: 'eng' }]
    const sounds: Manifest = {
      ...manifest,
      edit: { ...manifest.edit, audio: [{ name: 'A1', title: 'Dialogue', level, items: [second] }] },
      media: { a0: { ...medium, index: { ...medium.index, moreAudio: more } } },
    }
    expect(decodeManifest(encodeManifest(sounds))).toEqual(sounds)
    const settings = { layout: '5.1', loudness: { lufs: -23, truePeak: -1 }, stems: true } as const
    const asked: Manifest = { ...manifest, sound: settings }
    expect(decodeManifest(encodeManifest(asked))).toEqual(asked)
    const shout = { ...asked, sound: { loudness: { lufs: 3, truePeak: -1 } } }
    expect(() => decodeManifest(encodeManifest(shout))).toThrow(/sound.loudness.lufs/)
    expect(() => decodeManifest(encodeManifest({ ...sounds, media: { a0: medium } }))).toThrow(/audio of a0/)
    const looks: Manifest = {
      ...manifest,
      edit: editOf([{ ...clipOf('a0', 0, 60), look }], [{ ...clipOf('a0', 0, 60), level }]),
    }
    expect(decodeManifest(encodeManifest(looks))).toEqual(looks)
    const point = { x: 35_400, y: 14_600 }
    const mastering = {
      red: point,
      green: point,
      blue: point,
      white: point,
      maxLuminance: 10_000_000,
      minLuminance: 50,
    }
    const light = { mastering, content: { maxContent: 1000, maxAverage: 400 } }
    const hdr: Manifest = {
      ...manifest,
      picture: frameFormat({ width: 640, height: 360, pixFmt: 'yuv420p10le', colour: 'bt2020-pq', light }),
    }
    expect(decodeManifest(encodeManifest(hdr))).toEqual(hdr)
    const unusual = { turn: 'left', fields: 'top-first', decoder: 'libvpx-vp9', colour: 'bt2020-pq', light } as const
    const phone = { ...medium, index: { ...medium.index, video: { ...medium.index.video!, ...unusual } } }
    expect(decodeManifest(encodeManifest({ ...manifest, media: { a0: phone } })).media['a0']).toEqual(phone)
    expect(mediaIndices(manifest).get('a0')).toEqual(steadyIndex(100))
  })

  it('reads back every kind of item, and nothing that breaks its frames', () => {
    const inner = { name: 'V1.1.1', items: [clipOf('a0', 10, 20, rational(-1, 3), rational(-3, 2))] }
    const items: readonly EditItem[] = [
      {
        ...{ kind: 'transition', from: 0, to: 10, whole: { from: -3, to: 10 }, style: 'wipe-up', where: 'x' },
        out: { kind: 'gap', from: -3, to: 10 },
        in: { ...clipOf('a0', -3, 10), content: { kind: 'colour', rgb: 'c02010' } },
      },
      { ...clipOf('a0', 10, 20), content: { kind: 'stack', tracks: [inner] } },
      { ...clipOf('a0', 20, 60), content: { kind: 'bars' } },
    ]
    const rich: Manifest = { ...manifest, edit: editOf(items) }
    expect(decodeManifest(encodeManifest(rich))).toEqual(rich)
    const broken = (item: number, key: string, value: unknown): string => {
      const copy = JSON.parse(encodeManifest(rich)) as Loose
      copy.edit.video[0]!.items[item]![key] = value
      return JSON.stringify(copy)
    }
    let deep: unknown = { kind: 'bars' }
    for (let level = 0; level < 40; level++) {
      deep = { kind: 'stack', tracks: [{ name: 'x', items: [{ ...clipOf('a0', 20, 60), content: deep }] }] }
    }
    const cases: readonly (readonly [string, RegExp])[] = [
      [broken(0, 'in', { kind: 'gap', from: 0, to: 10 }), /sides on all its frames/],
      [broken(1, 'to', 19), /without holes|up to frame/],
      [broken(2, 'content', deep), /stacks deep/],
      [broken(2, 'content', { kind: 'colour', rgb: 'red;x=' }), /six hex digits|at most 6/],
      [broken(0, 'style', 'fade;movie=x'), /one of dissolve/],
      [broken(0, 'whole', { from: 1, to: 10 }), /part of the whole/],
      [broken(0, 'whole', { from: -9000, to: 10 }), /shorter transition/],
      [
        broken(2, 'content', { kind: 'media', media: 'a0', start: { num: 0, den: 1 }, speed: { num: 5000, den: 1 } }),
        /a speed of 0/,
      ],
    ]
    for (const [text, message] of cases) expect(() => decodeManifest(text)).toThrow(message)
  })

  it('has one text, however its fields were put together', () => {
    const reversed = Object.fromEntries(Object.entries(manifest).reverse()) as unknown as Manifest
    expect(encodeManifest(reversed)).toBe(encodeManifest(manifest))
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(/NaN/)
  })

  it.each<[string, unknown, RegExp]>([
    ['version', 7, /version 7; this Sheaf reads version 3/],
    ['version', '1', /manifest\.version: expected an integer/],
    ['picture.width', 641, /manifest\.picture: expected even/],
    ['picture.pixFmt', 'pal8', /pixFmt: expected one of/],
    ['segments', [[0, 30]], /segments up to frame 60/],
    [
      'segments',
      [
        [0, 30],
        [31, 60],
      ],
      /begins at frame 30/,
    ],
    [
      'segments',
      [
        [0, 0],
        [0, 60],
      ],
      /begins at frame 0/,
    ],
    ['edit.rate.den', 0, /manifest\.edit\.rate\.den/],
    ['edit.frames', 61, /items up to frame 61/],
    ['edit.video.0.items.0.content.media', 'b', /video of b/],
    ['edit.video.0.items.0.content.media', '__proto__', /video of __proto__/],
    ['media.a0.index.container', 'concat', /one of mov/],
    ['media.a0.index.video.codec', 'h264;x', /letters, digits/],
    ['media.a0.index.video.frameCount', 99, /as many time stamps/],
    ['preset.pictures.speed', '-f', /one of ultrafast/],
    ['preset.pictures.vf', 'movie=/etc/passwd', /manifest\.preset\.pictures\.vf: expected nothing/],
    ['preset.pixels', 'yuv420p,movie=x', /one of yuv420p/],
    ['preset.pictures.encoder', 'sh', /one of libx264, /],
    ['edit.name', 'x'.repeat(5000), /at most 4096/],
    ['media.a0.sizeBytes', 0, /sizeBytes/],
    ['edit.video.0.items.0.look', { opacity: 2 }, /opacity: expected a number from 0 to 1/],
    ['edit.video.0.items.0.look', { effects: [{ id: 'movie=/etc/passwd', parameters: {} }] }, /letters, digits/],
    ['edit.video.0.items.0.look', { effects: [{ id: 'blur', parameters: { r: '1;x' } }] }, /a number from/],
    ['edit.video.0.items.0.look', { opacity: [] }, /rising order/],
    ['edit.audio.0.items.0.level', { gain: 1, pan: 2 }, /pan: expected a number/],
    ['edit.audio.0.items.0.content.media', 'a1', /audio of a1/],
    ...['../../../../home/u/.bashrc', '/etc/passwd', '..', 'a', 'a00', 'a0/../b', 'a0\n', '', '__proto__'].map(
      (id) =>
        ['media', JSON.parse(`{${JSON.stringify(id)}:${JSON.stringify(medium)}}`) as unknown, /asset ids/] as [
          string,
          unknown,
          RegExp,
        ],
    ),
    ['media', null, /manifest\.media: expected an object, found null/],
  ])('refuses %s = %j', (path, value, message) => {
    expect(() => decodeManifest(changed(path, value))).toThrow(message)
  })

  it('refuses any damage with an error of its own', () => {
    const text = encodeManifest(manifest)
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, noise) => {
        try {
          decodeManifest(text.slice(0, at) + noise + text.slice(at + 1))
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^SHEAF_MANIFEST_/)
        }
      }),
    )
  })
})
