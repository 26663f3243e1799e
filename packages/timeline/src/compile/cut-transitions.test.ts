import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Edit, EditElement, EditItem, EditTransition, FrameSpan } from '../model/edit.js'
import { reframe } from '../model/walk-edit.js'
import { sliceEdit } from '../model/slice-edit.js'
import { hasFfmpeg } from '../testing/ffmpeg.js'
import { colour, filled, hashesOf, layered, lookClip, medium, PictureStudio } from '../testing/picture-studio.js'
import { frameFormat } from './frame-format.js'
import { type PicturePlan, planPictures } from './picture-plan.js'

const mix = (whole: FrameSpan, out: EditElement, into: EditElement): EditTransition => ({
  kind: 'transition',
  ...whole,
  whole,
  style: 'dissolve',
  ...{ out, in: into, where: `transition at ${whole.from}` },
})
const gapOn = ({ from, to }: FrameSpan) => ({ kind: 'gap', from, to }) as const
/** Fades up from what lies below, and back to it. */
const fading = (of: (from: number, to: number) => EditElement, [a, b, c, d]: readonly number[]): EditItem[] => {
  const [up, alone, down] = [
    { from: a!, to: b! },
    { from: b!, to: c! },
    { from: c!, to: d! },
  ]
  return [
    mix(up, gapOn(up), of(up.from, up.to)),
    of(alone.from, alone.to),
    mix(down, of(down.from, down.to), gapOn(down)),
  ]
}

/** Transitions on two tracks, over and inside nested stacks. */
function edit(): Edit {
  const white = (from: number, to: number) => lookClip(colour('ffffff'), from, to)
  const wide = (from: number, to: number) => lookClip(medium('wide', from), from, to)
  const tracks = [filled([wide(0, 40)], 40), filled(fading(white, [6, 12, 20, 28]), 40)]
  const whole = lookClip({ kind: 'stack', tracks: tracks.map((items) => ({ name: 'n', items })) }, 0, 40)
  const nested = (from: number, to: number) => reframe(whole, { from, to }, layered(40).rate)
  const first = { from: 8, to: 14 }
  return layered(
    40,
    [lookClip(medium('wide', 5), 0, 8), mix(first, lookClip(medium('wide', 13), 8, 14), nested(8, 14)), nested(14, 40)],
    fading((from, to) => lookClip(colour('c02010'), from, to, { opacity: 0.7 }), [4, 16, 22, 36]),
    [
      lookClip(
        { kind: 'stack', tracks: [{ name: 'n', items: filled(fading(wide, [24, 30, 31, 37]), 38, 24) }] },
        24,
        38,
      ),
    ],
  )
}

/** Throws where a part of a plan has not all the frames that it is to have. */
function check(plan: PicturePlan, span: FrameSpan): void {
  expect([plan.from, plan.to]).toEqual([span.from, span.to])
  switch (plan.kind) {
    case 'black':
      return
    case 'clip':
      if (plan.over) check(plan.over, plan)
      return
    case 'stack':
      check(plan.inside, plan.inside)
      check(plan.over, plan)
      return
    case 'mix':
      check(plan.out, plan.whole)
      check(plan.in, plan.whole)
      return
    case 'row': {
      expect(plan.parts.length).toBeGreaterThan(0)
      let at = plan.from
      for (const part of plan.parts) {
        check(part, { from: at, to: part.to })
        at = part.to
      }
      expect(at).toBe(plan.to)
    }
  }
}

describe('transitions that are cut into', { timeout: 120_000 }, () => {
  it('have sides of all their frames, whatever is cut away below them', () => {
    const context = { media: new Map(), format: frameFormat({ width: 96, height: 54 }) }
    const frame = fc.integer({ min: 0, max: 40 })
    fc.assert(
      fc.property(frame, frame, fc.nat(39), (a, b, at) => {
        fc.pre(a !== b)
        const slice = sliceEdit(edit(), { from: Math.min(a, b), to: Math.max(a, b) })
        const from = at % slice.frames
        check(planPictures(slice.video, { from, to: slice.frames }, context), { from, to: slice.frames })
      }),
    )
  })

  describe.runIf(hasFfmpeg())('with ffmpeg', () => {
    const studio = new PictureStudio({ width: 96, height: 54 })
    beforeAll(() => {
      const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '12', '-f', 'mp4']
      studio.make('wide', 'testsrc2=s=192x108:r=25:d=2.4', x264)
    }, 120_000)
    afterAll(() => studio.close())

    it('show in a slice what they show in the whole edit', () => {
      const whole = hashesOf(studio.render(edit()))
      expect(new Set(whole).size).toBeGreaterThan(30)
      for (const [from, to] of [
        [9, 11],
        [10, 26],
        [25, 40],
        [33, 35],
      ] as const) {
        expect(hashesOf(studio.render(sliceEdit(edit(), { from, to })))).toEqual(whole.slice(from, to))
      }
    })

    it('show a stack whose effects look at its neighbours as if nothing were cut', () => {
      const clip = lookClip(medium('wide', 3), 0, 40)
      const look = { effects: [{ id: 'motion-blur', parameters: { frames: 6 } }] }
      const stack = lookClip({ kind: 'stack', tracks: [{ name: 'n', items: [clip] }] }, 0, 40, look)
      const part = (from: number, to: number) => reframe(stack, { from, to }, layered(40).rate)
      const whole = hashesOf(studio.render(layered(40, [stack])))
      expect(new Set(whole).size).toBe(40)
      const across = { from: 20, to: 30 }
      const mixed = layered(40, [part(0, 20), mix(across, part(20, 30), part(20, 30)), part(30, 40)])
      const [flat, cut] = [studio.render(layered(40, [stack])), studio.render(mixed)]
      const apart = cut.map((picture, i) => {
        const sums = picture.subarray(0, 96 * 54).map((value, at) => Math.abs(value - (flat[i]?.[at] ?? 0)))
        return Math.max(...sums)
      })
      // Colours of transitions are as fine as brightness.
      expect(Math.max(...apart)).toBeLessThanOrEqual(2)
      expect(hashesOf([...cut.slice(0, 20), ...cut.slice(30)])).toEqual([...whole.slice(0, 20), ...whole.slice(30)])
      expect(hashesOf(studio.render(sliceEdit(layered(40, [stack]), { from: 7, to: 12 })))).toEqual(whole.slice(7, 12))
    })

    it('dissolve from what lies below at the right frame', () => {
      const greys = Array.from({ length: 40 }, (_, i) => lookClip(colour((100 + i).toString(16).repeat(3)), i, i + 1))
      const across = { from: 10, to: 30 }
      const white = (from: number, to: number) => lookClip(colour('ffffff'), from, to)
      const dissolve = layered(40, greys, [mix(across, gapOn(across), white(10, 30)), white(30, 40)])
      const levels = (of: Edit): number[] => studio.render(of).map((picture) => studio.luma(picture, 48, 27))
      expect(levels(sliceEdit(dissolve, { from: 20, to: 35 }))).toEqual(levels(dissolve).slice(20, 35))
    })
  })
})
