import type { SheafError } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { curveAt } from '../model/curve.js'
import type { Curve, Look } from '../model/edit.js'
import { readEdit } from '../model/read-edit.js'
import { clip, gap, timeline, track } from '../testing/otio-builder.js'

const effect = (metadata: object, effect_name = 'Resolve Effect'): object => ({
  ...{ OTIO_SCHEMA: 'Effect.1', name: '', effect_name, metadata },
})
/** An effect as Resolve writes it. */
const resolve = (name: string, parameters: readonly object[] = [], more: object = {}): object =>
  effect({ Resolve_OTIO: { 'Effect Name': name, Enabled: true, Name: name, Parameters: parameters, Type: 2, ...more } })
const setting = (id: string, value: unknown, usual: unknown, keys: object = {}): object => ({
  ...{ 'Default Parameter Value': usual, 'Key Frames': keys, 'Parameter ID': id, 'Parameter Value': value },
  'Variant Type': 'Double',
})
const key = (Value: number, InBez?: readonly number[], OutBez?: readonly number[]): object => ({
  ...{ Value, 'Variant Type': 'Double' },
  ...(InBez && { InBez: { InBez, 'Variant Type': 'POINTF' } }),
  ...(OutBez && { OutBez: { OutBez, 'Variant Type': 'POINTF' } }),
})
const read = (effects: readonly object[], dropUnknown = false) =>
  readEdit(timeline([track([gap(10), clip('a', 0, 450, { effects })])]), { editPath: 'film.otio', dropUnknown })
const lookOf = (...effects: readonly object[]): Look | undefined => {
  const item = read(effects).edit.video[0]!.items[1]!
  return item.kind === 'clip' ? item.look : undefined
}
const refusalsOf = (...effects: readonly object[]): readonly string[] => {
  try {
    read(effects)
    return []
  } catch (error) {
    const { refusals } = (error as SheafError).details as { refusals: { what: string; droppable: boolean }[] }
    return refusals.map(({ what, droppable }) => (droppable ? what : `${what}!`))
  }
}

/** What Resolve writes on a clip that is zoomed, moved and turned by keyframes, as in OpenTimelineIO's own sample. */
const transform = resolve('Transform', [
  setting('transformationZoomX', 1.19, 1, { 3: key(2.110382080078125), 424: key(1.5003825426101685, [-49.75, 0]) }),
  setting('transformationZoomY', 1.19, 1, { 3: key(2.110382080078125), 424: key(1.5003825426101685, [-49.75, 0]) }),
  setting('transformationPan', 0, 0, {
    203: key(-0.25158348, [-50, -0.0096025777], [50, 0.0096025777]),
    3: key(-0.25158348),
    424: key(0.2519038, [-55.25, -0.12587182]),
  }),
  setting('transformationTilt', 0.11501597613096237, 0),
])

describe('looks in OTIO', () => {
  it('are none when nobody has touched what Resolve writes on every clip', () => {
    const untouched = ['Transform', 'Cropping', 'Composite', 'Lens Correction', 'Retime and Scaling', 'Video Faders']
    const zoom = resolve('Dynamic Zoom', [setting('dynamicZoomScale', 0.8, 1)], { Enabled: false })
    expect(
      lookOf(...untouched.map((name) => resolve(name)), zoom, resolve('Stabilization', [setting('x', 3, 3)])),
    ).toBe(undefined)
  })

  it('hold the transform of Resolve with its keyframes, which count from the clip', () => {
    const place = lookOf(transform)!.place!
    const at = (curve: Curve, frame: number): number => curveAt(curve, 10 + frame)
    expect([at(place.scaleX, 0), at(place.scaleX, 3), at(place.scaleX, 424), at(place.scaleX, 449)]).toEqual([
      2.110382080078125, 2.110382080078125, 1.5003825426101685, 1.5003825426101685,
    ])
    expect([at(place.x, 3), at(place.x, 203), at(place.x, 424)].map((x) => Math.round(x * 1000))).toEqual([
      -252, -252, 252,
    ])
    // Up is above 0 for Resolve, down is for us.
    expect([place.y, place.rotation, place.anchorX]).toEqual([-0.11501597613096237, 0, 0.5])
    // It slows down towards its last key, as the handle there says.
    expect(at(place.scaleX, 400) - at(place.scaleX, 424)).toBeLessThan(((2.11 - 1.5) * 24) / 421 / 2)
  })

  it('hold rotation, mirroring, crop, opacity and the fades at the ends of a clip', () => {
    const turned = resolve('Transform', [
      setting('transformationRotationAngle', 30, 0),
      setting('transformationFlipX', true, false),
    ])
    expect(lookOf(turned)!.place).toMatchObject({ rotation: -30, scaleX: -1, scaleY: 1 })
    const cropped = resolve('Cropping', [setting('cropLeft', 0.12, 0), setting('cropTop', 0.5, 0)])
    expect(lookOf(cropped)!.crop).toEqual({ left: 0.12, top: 0.5, right: 0, bottom: 0 })
    expect(lookOf(resolve('Composite', [setting('opacity', 40, 100)]))).toEqual({ opacity: 0.4 })
    const fading = resolve('Composite', [setting('opacity', 100, 100, { 0: key(100), 100: key(50) })])
    const faders = resolve('Video Faders', [setting('videoFaderIn', 20, 0), setting('videoFaderOut', 50, 0)])
    const opacity = lookOf(fading, faders)!.opacity!
    expect([0, 10, 20, 100, 400, 425].map((frame) => curveAt(opacity, 10 + frame))).toEqual([
      0,
      expect.closeTo(0.475, 3),
      expect.closeTo(0.9, 3),
      0.5,
      0.5,
      expect.closeTo(0.25, 3),
    ])
  })

  const premiere = (MatchName: string, values: Readonly<Record<number, unknown>>, more: object = {}): object => {
    const Parameters = Object.entries(values).map(([id, Value]) => {
      return { DisplayName: '不透明度', ID: Number(id), StartValue: { Position: {}, Value } }
    })
    return effect({ PremierePro_OTIO: { IsIntrinsic: true, MatchName, Parameters, ...more } }, 'Motion')
  }
  const middle = { X: 0.5, Y: 0.5 }
  const still = { 1: middle, 2: 100, 3: 100, 4: true, 5: 0, 6: middle, 7: 0, 8: 0, 9: 0, 10: 0, 11: 0 }

  it('hold what Premiere writes on every clip, its motion and its opacity, and some of its effects', () => {
    const rest = premiere('AE.ADBE Opacity', { 1: 100, 2: 18, 3: 0 })
    expect(lookOf(rest, premiere('AE.ADBE Motion', still))).toBe(undefined)
    const guess = expect.stringMatching(/^Premiere's scale of 100 % is taken for fitted/) as string
    expect(read([premiere('AE.ADBE Motion', still), rest]).report.warnings).toEqual([guess])
    expect(read([rest]).report.warnings).toEqual([])
    const motion = premiere('AE.ADBE Motion', { ...still, 1: { X: 0.75, Y: 0.25 }, 5: 12, 8: 25 })
    const half = premiere('AE.ADBE Opacity', { 1: 50, 2: 18, 3: 0 })
    const looks = lookOf(
      half,
      motion,
      premiere('AE.ADBE Invert', { 1: 0, 2: 25 }),
      premiere('AE.ADBE Vertical Flip', {}),
    )
    expect(looks).toEqual({
      effects: [
        { id: 'invert', parameters: { amount: 0.75 } },
        { id: 'mirror', parameters: { horizontal: 0, vertical: 1 } },
      ],
      crop: { left: 0.25, top: 0, right: 0, bottom: 0 },
      place: { x: 0.25, y: -0.25, scaleX: 1, scaleY: 1, rotation: 12, anchorX: 0.5, anchorY: 0.5 },
      opacity: 0.5,
    })
    const keyed = { Parameters: [{ DisplayName: 'Opacity', ID: 1, Keyframes: [{ Position: {}, Value: 3 }] }] }
    expect(
      refusalsOf(
        premiere('AE.ADBE Motion', { ...still, 2: 50 }),
        premiere('AE.ADBE Motion', { ...still, 6: { X: 0, Y: 0 } }),
        premiere('AE.ADBE Motion', { ...still, 1: { X: 'movie=/etc/passwd', Y: 0 } }),
        premiere('AE.ADBE Opacity', { 1: 100, 2: 5, 3: 0 }),
        premiere('AE.ADBE Opacity', {}, keyed),
        premiere('AE.ADBE Lumetri', {}),
      ),
    ).toEqual([
      "a scale, which is one of the medium's own size, of Premiere",
      'a position or an anchor point of Premiere',
      'a blend mode of Premiere',
      'the effect AE.ADBE Opacity of Premiere with keyframes',
      'the effect Motion (Effect.1)',
    ])
  })

  it('hold effects of the whitelist, from metadata of our own', () => {
    const blur = effect({ sheaf: { parameters: { radius: 0.02 } } }, 'blur')
    expect(lookOf(blur)).toEqual({ effects: [{ id: 'blur', parameters: { radius: 0.02 } }] })
  })

  it.each([
    [
      resolve('Composite', [setting('composite mode', 4, 0)]),
      "the setting composite mode of Resolve's effect Composite",
    ],
    [
      resolve('Transform', [setting('transformationAnchorPoint', [0.1, 0], [0, 0])]),
      "the setting transformationAnchorPoint of Resolve's effect Transform",
    ],
    [
      resolve('Transform', [setting('transformationZoomX', 'movie=/etc/passwd', 1)]),
      "the setting transformationZoomX of Resolve's effect Transform",
    ],
    [
      resolve('Transform', [setting('transformationZoomX', 1, 1, { "0';[out]movie=x": key(2) })]),
      "the setting transformationZoomX of Resolve's effect Transform",
    ],
    [resolve('Dynamic Zoom', [setting('dynamicZoomScale', 0.8, 1)]), 'the effect Dynamic Zoom of Resolve'],
    [effect({}, 'blur'), 'the effect blur (Effect.1)'],
    [
      effect({ sheaf: { parameters: { radius: '0.1,movie=x' } } }, 'blur'),
      'the effect blur with radius NaN, which may be 0 to 0.25',
    ],
    [effect({ sheaf: {} }, 'movie=/etc/passwd'), 'the effect movie=/etc/passwd'],
  ])('that are not rendered are refused by name, and left out when that is asked for', (one, what) => {
    expect(refusalsOf(one)).toEqual([what])
    const { edit, report } = read([one], true)
    expect(report.warnings).toEqual([`track V1 item 2 "a" at 00:00:00:10: ${what} is left out`])
    expect(edit.video[0]!.items[1]).toMatchObject({ kind: 'clip', content: { media: 'a.mp4' } })
  })

  it('follow the speed of the stack that their clip lies in, and lie on stacks too', () => {
    const inner = track([
      clip('a', 0, 100, {
        effects: [resolve('Composite', [setting('opacity', 100, 100, { 0: key(0), 50: key(100) })])],
      }),
    ])
    const stack = {
      ...{ OTIO_SCHEMA: 'Stack.1', children: [inner], source_range: undefined },
      effects: [{ OTIO_SCHEMA: 'LinearTimeWarp.1', time_scalar: 2 }, transform],
    }
    const { edit } = readEdit(
      timeline([track([{ ...stack, source_range: (clip('x', 0, 40) as { source_range: object }).source_range }])]),
      { editPath: 'film.otio' },
    )
    const item = edit.video[0]!.items[0]!
    if (item.kind !== 'clip' || item.content.kind !== 'stack') throw new Error('no stack')
    expect(curveAt(item.look!.place!.scaleX, 3)).toBe(2.110382080078125)
    const nested = item.content.tracks[0]!.items[0]!
    expect(nested.kind === 'clip' && curveAt(nested.look!.opacity!, 25)).toBeCloseTo(1, 6)
  })
})
