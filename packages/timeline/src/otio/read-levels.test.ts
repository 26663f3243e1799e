import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { curveAt } from '../model/curve.js'
import type { Curve, EditItem, EditTrack, Level } from '../model/edit.js'
import { hearingOf } from '../model/heard-tracks.js'
import { readEdit } from '../model/read-edit.js'
import { sampleCurve } from '../model/sample-curve.js'
import { clip, gap, range, timeline, track } from '../testing/otio-builder.js'

const effect = (metadata: object, more: object = {}): object => ({
  OTIO_SCHEMA: 'Effect.1',
  name: '',
  effect_name: 'Resolve Effect',
  metadata,
  ...more,
})
/** An effect as Resolve writes it. */
const resolve = (name: string, parameters: readonly object[] = [], more: object = {}): object =>
  effect({ Resolve_OTIO: { 'Effect Name': name, Enabled: true, Parameters: parameters, ...more } })
const number = (id: string, value: number, keys: Readonly<Record<string, object>> = {}, usual = 0): object => ({
  'Default Parameter Value': usual,
  'Key Frames': keys,
  'Parameter ID': id,
  'Parameter Value': value,
  'Variant Type': 'Double',
})
const VOLUME = 'Fairlight Clip Volume and Fades'
const volume = (value: number, keys: Readonly<Record<string, object>> = {}): object =>
  resolve(VOLUME, [number('volume', value, keys)])
const key = (value: number): object => ({ Value: value, 'Variant Type': 'Double' })
/** The effects that Resolve writes on every clip of sound. */
const untouched = [
  resolve(VOLUME),
  resolve('Fairlight Clip Pan'),
  resolve('Fairlight Clip Pitch'),
  resolve('Fairlight Clip Equaliser', [number('eq frequency', 400)], { Enabled: false }),
  resolve('Fairlight Equaliser Band', [number('eq band index', 1, {}, 0)]),
]

const read = (children: readonly object[], more: object = {}, dropUnknown = false) =>
  readEdit(timeline([track(children, 'Audio', more)]), { editPath: 'film.otio', dropUnknown })
const first = ({ edit }: { readonly edit: { readonly audio: readonly EditTrack[] } }): EditItem =>
  edit.audio[0]!.items.at(-1)!
const levelOf = (effects: readonly object[], before = 0): Level | undefined => {
  const row = [...(before > 0 ? [gap(before)] : []), clip('a', 40, 253, { effects })]
  const item = first(read(row))
  return item.kind === 'clip' ? item.level : undefined
}
const decibels = (curve: Curve | undefined, frame: number): number => 20 * Math.log10(curveAt(curve ?? 1, frame))

describe('levels in OTIO', () => {
  it('are none when nobody has touched what Resolve and Premiere write on every clip and track', () => {
    const premiere = (MatchName: string, value?: unknown): object =>
      effect({
        PremierePro_OTIO: {
          IsIntrinsic: true,
          MatchName,
          Parameters: [
            { DisplayName: '静音', ID: 0, Keyframes: [] },
            {
              DisplayName: 'Level',
              ID: 1,
              ...(value === undefined ? { Keyframes: [] } : { StartValue: { Value: value } }),
            },
          ],
        },
      })
    expect(levelOf(untouched)).toBeUndefined()
    const still = [
      'Internal Volume Mono',
      'Internal Volume Stereo',
      'Internal Channel Volume Stereo',
      'AudioFader',
      'PanProcessor',
    ]
    expect(
      levelOf([...still.map((name) => premiere(name)), premiere('Internal Volume Stereo', 0.177828)]),
    ).toBeUndefined()
    const onTrack = read([clip('a', 0, 50)], { effects: [premiere('AudioFader'), premiere('PanProcessor')] })
    expect(onTrack.edit.audio[0]?.level).toBeUndefined()
    expect(() => levelOf([premiere('Internal Volume Stereo', 0.5)])).toThrow(/Internal Volume Stereo of Premiere/)
  })

  it('are those of Resolve: decibels, straight between keys that count from the beginning of the clip', () => {
    expect(levelOf([volume(-6)])).toEqual({ gain: 10 ** -0.3, pan: 0 })
    expect(levelOf([volume(-100)])?.gain).toBe(0)
    const { gain } = levelOf([volume(-2, { '194': key(-2), '241': key(-29.54), '96': key(0) })], 872) ?? {}
    expect(decibels(gain, 872)).toBeCloseTo(0, 6)
    expect(decibels(gain, 872 + 96)).toBeCloseTo(0, 6)
    expect(decibels(gain, 872 + 145)).toBeCloseTo(-1, 2)
    expect(Math.abs(curveAt(gain ?? 0, 872 + 217.5) - 10 ** (-15.77 / 20))).toBeLessThan(2e-3)
    expect(decibels(gain, 872 + 250)).toBeCloseTo(-29.54, 6)
  })

  it('follow the handles of keys', () => {
    const eased = (name: string, handle: readonly number[]): object => ({
      [name]: { [name]: handle, 'Variant Type': 'POINTF' },
    })
    const keys = {
      '0': { ...key(-20), ...eased('OutBez', [50, 0]) },
      '100': { ...key(0), ...eased('InBez', [-50, 0]) },
    }
    const { gain } = levelOf([volume(0, keys)]) ?? {}
    expect(decibels(gain, 50)).toBeCloseTo(-10, 1)
    expect(decibels(gain, 10)).toBeLessThan(-19)
    expect(decibels(gain, 90)).toBeGreaterThan(-1)
  })

  it('fade in and out by frames, and pan from left to right', () => {
    const fades = resolve(VOLUME, [number('faderIn', 10), number('faderOut', 20)])
    const level = levelOf([fades, resolve('Fairlight Clip Pan', [number('pan', -50)])], 100)
    expect(level?.pan).toBe(-0.5)
    const at = (frame: number): number => curveAt(level?.gain ?? 9, frame)
    expect([at(100), at(105), at(110), at(333), at(343), at(353)]).toEqual([0, 0.5, 1, 1, 0.5, 0])
  })

  it('are on the time of the edit when a stack runs at another speed', () => {
    const inner = { OTIO_SCHEMA: 'Stack.1', name: 'x', source_range: range(0, 100), children: [] as object[] }
    inner.children.push(track([clip('a', 0, 100, { effects: [volume(0, { '0': key(-40), '40': key(0) })] })], 'Audio'))
    const fast = { ...inner, effects: [{ OTIO_SCHEMA: 'LinearTimeWarp.1', time_scalar: 2 }, volume(-6)] }
    const item = first(read([gap(10), fast]))
    if (item.kind !== 'clip' || item.content.kind !== 'stack') throw new Error('no stack')
    expect(item.level).toEqual({ gain: 10 ** -0.3, pan: 0 })
    const [nested] = item.content.tracks[0]!.items
    if (nested?.kind !== 'clip') throw new Error('no clip')
    expect(decibels(nested.level?.gain, 10)).toBeCloseTo(-40, 3)
    expect(decibels(nested.level?.gain, 30)).toBeCloseTo(0, 3)
  })

  it('are those of FCP 7 XML, as numbers without keyframes', () => {
    const fcp = (effectid: string, value: string, more: object = {}): object =>
      effect({ fcp_xml: { effectid, name: 'Audio Levels', parameter: { parameterid: 'level', value, ...more } } })
    expect(levelOf([fcp('audiolevels', '0.5'), fcp('audiopan', '-0.25')])).toEqual({ gain: 0.5, pan: -0.25 })
    expect(() => levelOf([fcp('audiolevels', '0.5', { keyframe: [{ when: '1' }] })])).toThrow(
      /Audio Levels with keyframes/,
    )
    expect(() => levelOf([fcp('audiolevels', 'movie=/etc/passwd')])).toThrow(/Audio Levels/)
  })

  it.each([
    [
      'an equaliser',
      resolve('Fairlight Equaliser Band', [number('eq dB gain', 79)]),
      /the effect Fairlight Equaliser Band of Resolve/,
    ],
    ['a pitch', resolve('Fairlight Clip Pitch', [number('semiTones', 2)]), /Fairlight Clip Pitch/],
    ['what is louder than anybody means', volume(30), /more than \+24 dB/],
    ['a pan that is none', resolve('Fairlight Clip Pan', [number('pan', 400)]), /pan beyond/],
    [
      'a value that is no number',
      resolve(VOLUME, [{ 'Parameter ID': 'volume', 'Parameter Value': "1';movie=x,%{n}" }]),
      /Volume and Fades/,
    ],
    ['an unknown effect', effect({}, { effect_name: 'Reverb' }), /the effect Reverb/],
  ])('refuse %s by name, and go on without it when told to', (_, one, message) => {
    expect(() => read([clip('a', 0, 50, { effects: [one] })])).toThrow(message)
    const { edit, report } = read([clip('a', 0, 50, { effects: [one] })], {}, true)
    expect(first({ edit })).not.toHaveProperty('level')
    expect(report.warnings.join()).toMatch(/is left out/)
  })

  it('leave the sound of picture tracks alone, and keep the titles of tracks', () => {
    const { edit } = read([clip('a', 0, 50)], { name: 'Dialogue' })
    expect(edit.audio[0]).toMatchObject({ name: 'A1', title: 'Dialogue' })
  })
})

describe('mute and solo', () => {
  const switches = fc.array(fc.record({ muted: fc.boolean(), solo: fc.boolean() }), { maxLength: 8 })

  it('never let a muted track be heard, nor one beside a solo one', () => {
    fc.assert(
      fc.property(switches, (tracks) => {
        const anySolo = tracks.some(({ solo }) => solo)
        for (const [at, hearing] of hearingOf(tracks).entries()) {
          const { muted, solo } = tracks[at]!
          expect(hearing === 'heard').toBe(!muted && (solo || !anySolo))
          expect(hearing === 'muted').toBe(muted)
        }
      }),
    )
  })

  it('are read from Resolve’s tracks: the others are silent and keep their numbers', () => {
    const named = (name: string, SoloOn: boolean, enabled = true): object =>
      track([clip(name, 0, 50)], 'Audio', { name, enabled, metadata: { Resolve_OTIO: { SoloOn, Locked: false } } })
    const tracks = [named('a', false), named('b', true), named('c', true, false)]
    const { edit, report } = readEdit(timeline([track([clip('v', 0, 50)]), ...tracks]), { editPath: 'film.otio' })
    expect(edit.audio.map(({ name }) => name)).toEqual(['A2'])
    expect(report.warnings).toEqual([
      'track A3 "c" is switched off; it is not rendered',
      'track A1 "a" is silent: another track is solo',
    ])
  })
})

describe('a sampled curve', () => {
  it('leaves a function by no more than it may', () => {
    const shape = (frame: number): number => 10 ** ((-60 + frame) / 40) * Math.min(1, frame / 7)
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (frame) => {
        expect(Math.abs(curveAt(sampleCurve(shape, [0, 7, 100], 1e-3), frame) - shape(frame))).toBeLessThan(2e-3)
      }),
    )
  })
})
