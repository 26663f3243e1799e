import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stillRect } from '../compile/picture-layout.js'
import type { StaticPlace } from '../compile/plain-look.js'
import type { MediaState } from '../media/media-state.js'
import { clipOf, editOf, steadyIndex } from '../testing/media-fixtures.js'
import { curveAt } from './curve.js'
import type { EditClip, FitBox, Look } from './edit.js'
import { settleEdit } from './settle-edit.js'

const canvas = { width: 1280, height: 720 }
/** 640x360, of the shape of the canvas. */
const index = steadyIndex(100)
const media = new Map<string, MediaState>([
  ['a', { state: 'indexed', index }],
  ['mute', { state: 'indexed', index: { ...index, audio: undefined } }],
  ['square', { state: 'indexed', index: { ...index, video: index.video && { ...index.video, width: 360 } } }],
])
const settled = (look: Look, name = 'a'): Look | undefined => {
  const { video } = settleEdit(editOf([{ ...clipOf(name, 0, 10), look }]), { canvas, media })
  return (video[0]?.items[0] as EditClip).look
}
const box = (more: Partial<FitBox>): Look => ({
  fit: { box: { x: 0, y: 0, width: 1, height: 1, how: 'contain', alignX: 0.5, alignY: 0.5, ...more } },
})

describe('an edit that is settled', () => {
  it('has no sound where a picture has none, and keeps all other sound', () => {
    const along = (name: string): EditClip => ({
      ...clipOf(name, 0, 10),
      content: { ...clipOf(name, 0, 10).content, ifAny: true },
    })
    const sound = (clip: EditClip): unknown => settleEdit(editOf([], [clip]), { canvas, media }).audio[0]?.items[0]
    expect(sound(along('mute'))).toBeUndefined()
    expect(sound(along('a'))).toEqual(clipOf('a', 0, 10))
    expect(sound(clipOf('mute', 0, 10))).toEqual(clipOf('mute', 0, 10))
    // What was not found is for the check to say.
    expect(sound(along('gone'))).toEqual(clipOf('gone', 0, 10))
    const fade: EditClip = along('mute')
    const item = {
      kind: 'transition',
      from: 0,
      to: 10,
      whole: { from: 0, to: 10 },
      style: 'dissolve',
      where: 't',
    } as const
    const mixed = editOf([], [{ ...item, out: fade, in: clipOf('a', 0, 10) }])
    expect(settleEdit(mixed, { canvas, media }).audio[0]?.items[0]).toMatchObject({
      out: { kind: 'gap' },
      in: { kind: 'clip' },
    })
  })

  it('has crops as fractions of its media', () => {
    expect(settled({ fit: { cropPixels: { left: 64, top: 36, right: 0, bottom: 9999 } } })).toEqual({
      crop: { left: 0.1, top: 0.1, right: 0, bottom: 1 },
    })
    expect(settled({ opacity: 0.5, fit: { cropPixels: { left: 0, top: 0, right: 0, bottom: 0 } } })).toEqual({
      opacity: 0.5,
    })
  })

  it.each([
    ['contain', 'a', { x: 0.5, width: 0.5 }, { x: 0.25, y: 0, scaleX: 0.5, scaleY: 0.5 }, undefined],
    ['contain', 'a', { x: 0.5, width: 0.5, alignY: 0 }, { x: 0.25, y: -0.25, scaleX: 0.5, scaleY: 0.5 }, undefined],
    ['stretch', 'a', { x: 0.5, width: 0.5 }, { x: 0.25, y: 0, scaleX: 0.5, scaleY: 1 }, undefined],
    [
      'cover',
      'a',
      { x: 0.5, width: 0.5 },
      { x: 0.25, y: 0, scaleX: 1, scaleY: 1 },
      { left: 0.25, right: 0.25, top: 0, bottom: 0 },
    ],
    [
      'cover',
      'a',
      { x: 0.5, width: 0.5, alignX: 0 },
      { x: 0.5, y: 0, scaleX: 1, scaleY: 1 },
      { left: 0, right: 0.5, top: 0, bottom: 0 },
    ],
    ['contain', 'square', {}, { x: 0, y: 0, scaleX: 1, scaleY: 1 }, undefined],
    [
      'cover',
      'square',
      {},
      { x: 0, y: 0, scaleX: 16 / 9, scaleY: 16 / 9 },
      { left: 0, right: 0, top: 7 / 32, bottom: 7 / 32 },
    ],
  ] as const)('puts pictures into boxes: %s %s %j', (how, name, more, place, crop) => {
    const look = settled(box({ how, ...more }), name)
    for (const [key, value] of Object.entries(place)) expect(look?.place?.[key as 'x']).toBeCloseTo(value, 9)
    for (const [key, value] of Object.entries(crop ?? {})) expect(look?.crop?.[key as 'left']).toBeCloseTo(value, 9)
    expect(look?.crop === undefined).toBe(crop === undefined)
  })

  it('puts a picture into the same box whatever point of it stays where it is', () => {
    const fitted = { x: 0, y: 0, ...canvas }
    fc.assert(
      fc.property(fc.integer({ min: -20, max: 30 }), fc.integer({ min: -20, max: 30 }), (across, down) => {
        const still = { scaleX: 1, scaleY: 1, rotation: 0, anchorX: across / 10, anchorY: down / 10 }
        const how = { x: 0.5, width: 0.25, height: 0.5, how: 'stretch' } as const
        const place = settled({ ...box(how), place: { x: 0.1, y: 0.05, ...still } })?.place
        const rect = stillRect(fitted, place as StaticPlace, canvas)
        expect(rect).toMatchObject({ x: 640 + 128, y: 36, width: 320, height: 360 })
      }),
    )
  })

  it('keeps crops that move, and lets them go no further than all of the picture', () => {
    const key = (frame: number, value: number) => ({ frame, value, ease: 'linear' as const })
    const crop = { left: [key(0, 0), key(4, 0.4)], top: [key(0, 0.5), key(4, 0.9)], right: 0, bottom: 0 }
    const fit = { cropPixels: { left: 64, top: 72, right: 0, bottom: 0 } }
    const settledCrop = settled({ crop, fit })?.crop
    expect(settledCrop?.left).toEqual([key(0, 0.1), key(4, 0.5)])
    ;[0.7, 0.8, 0.9, 1, 1].forEach((value, frame) => expect(curveAt(settledCrop!.top, frame)).toBeCloseTo(value, 9))
  })

  it('joins a box with the place that is said besides', () => {
    const place = {
      x: 0.1,
      y: 0,
      scaleX: [{ frame: 0, value: 2, ease: 'linear' as const }],
      scaleY: 1,
      rotation: 30,
      anchorX: 0.5,
      anchorY: 0.5,
    }
    expect(settled({ ...box({ x: 0.5, width: 0.5 }), place })?.place).toEqual({
      ...place,
      x: 0.35,
      scaleX: [{ frame: 0, value: 1, ease: 'linear' }],
      scaleY: 0.5,
    })
  })
})
