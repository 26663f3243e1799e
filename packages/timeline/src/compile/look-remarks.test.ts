import { rational } from '@sheaf/protocol'
import { expect, it } from 'vitest'
import type { Content, EditClip, EditTrack, Look, Place } from '../model/edit.js'
import { frameFormat } from './frame-format.js'
import { remarksOnLooks } from './look-remarks.js'

const HOME: Place = { x: 0, y: 0, scaleX: 1, scaleY: 1, rotation: 0, anchorX: 0.5, anchorY: 0.5 }
const film: Content = { kind: 'media', media: 'a', start: rational(0), speed: rational(1) }
const clip = (where: string, look: Look, content: Content = film): EditClip => {
  return { kind: 'clip', name: where, from: 0, to: 10, content, look, where }
}
const at = (place: Partial<Place>): Look => ({ place: { ...HOME, ...place } })
const track = (...items: EditTrack['items']): EditTrack => ({ name: 'V1', items })
const glide = (from: number, to: number): Place['x'] => [
  { frame: 0, value: from, ease: 'linear' },
  { frame: 9, value: to, ease: 'linear' },
]
const remarks = (pixFmt: 'yuv420p' | 'yuv420p10le', ...items: EditTrack['items']): string[] =>
  remarksOnLooks(
    { video: items.map((item) => track(item)) },
    { media: new Map(), format: frameFormat({ width: 1280, height: 720, pixFmt }) },
  )

it('names what moves or is turned with more than 8 bits, in stacks and transitions too, with a rough cost', () => {
  const moving = clip('pip', at({ x: glide(0, 0.2) }))
  const turned = clip('turned', at({ rotation: 10 }))
  const stack = clip('stack', {}, { kind: 'stack', tracks: [track(turned)] })
  const [said = '', ...others] = remarks('yuv420p10le', moving, stack)
  expect(others).toEqual([])
  expect(said).toMatch(/^clips move or are turned.*roughly 6 s of one .*each at 1280x720, 20 frames .*\(pip, turned\)/)
  const whole = { from: 0, to: 10 }
  const into = {
    kind: 'transition',
    ...whole,
    whole,
    style: 'dissolve',
    out: clip('out', {}),
    in: moving,
    where: 't',
  } as const
  expect(remarks('yuv420p10le', into)).toEqual([expect.stringMatching(/^a clip moves .* 10 frames in all \(pip\)/)])
  expect(remarks('yuv420p', moving, stack)).toEqual([])
  const quick = [at({ x: 0.1, scaleX: 0.5 }), at({ rotation: 180 }), { ...at({ rotation: 10 }), opacity: 0 }]
  expect(remarks('yuv420p10le', ...quick.map((look) => clip('quick', look)))).toEqual([])
  const many = Array.from({ length: 7 }, (_, i) => clip(`c${i}`, at({ rotation: 1 })))
  expect(remarks('yuv420p10le', ...many)).toEqual([expect.stringMatching(/c3, c4 and 2 more/)])
})

it('names what is never inside the picture, and nothing that is there for one frame', () => {
  const gone = [at({ x: 1.2 }), at({ y: -540, rotation: 30 }), at({ x: glide(1.5, 3), y: 0.2 })]
  const some = [at({ x: 0.9 }), at({ x: glide(5, 0.9) }), at({ x: -0.6, scaleX: 1.5 }), at({ x: 1.05, rotation: 30 })]
  const named = (looks: readonly Look[]) => remarks('yuv420p', ...looks.map((look, i) => clip(`c${i}`, look)))
  expect(named(gone)).toEqual([expect.stringMatching(/^never inside the picture.*: c0, c1, c2 \(/)])
  expect(named(some)).toEqual([])
  expect(remarks('yuv420p10le', clip('gone', at({ x: 1.2, rotation: 30 }))).join()).toMatch(/^never inside[^;]*$/)
})
