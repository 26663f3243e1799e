import { rational } from '@sheaf/protocol'
import { expect, it } from 'vitest'
import type { Content, Edit, EditItem, Look, Place } from '../model/edit.js'
import { parsePreset } from '../preset/preset-text.js'
import { renderCost } from './render-cost.js'

const HOME: Place = { x: 0, y: 0, scaleX: 1, scaleY: 1, rotation: 0, anchorX: 0.5, anchorY: 0.5 }
const film: Content = { kind: 'media', media: 'a', start: rational(0), speed: rational(1) }
const clip = (look?: Look, content: Content = film): EditItem & { kind: 'clip' } => {
  return { kind: 'clip', name: 'c', from: 0, to: 10, content, look, where: 'c' }
}
const edit = (...tracks: readonly (readonly EditItem[])[]): Edit => {
  return {
    name: 'e',
    rate: rational(25),
    frames: 10,
    audio: [],
    video: tracks.map((items, i) => ({ name: `V${i}`, items })),
  }
}
const cost = (of: Edit, preset = 'h264') => renderCost({ edit: of, preset: parsePreset(preset) })
const turned: Look = { place: { ...HOME, rotation: 10 } }

it('layers, turned pictures, effects and stacks make work wherever a frame is composed, and none for the last encode', () => {
  const plain = cost(edit([clip()]))
  const cases: readonly (readonly [Edit, number])[] = [
    [edit([clip()], [clip()]), 1],
    [edit([clip({ place: { ...HOME, x: 0.2 } })]), 1],
    [edit([clip(turned)]), 5],
    [edit([clip({ effects: [{ id: 'blur', parameters: {} }] })]), 1.5],
    [edit([clip(undefined, { kind: 'stack', tracks: [{ name: 's', items: [clip(turned)] }] })]), 6],
  ]
  for (const [of, more] of cases) {
    expect(cost(of).direct - plain.direct).toBeCloseTo(more)
    expect(cost(of).lossless - plain.lossless).toBeCloseTo(more)
    expect(cost(of).once).toBe(plain.once)
  }
  const gap: EditItem = { kind: 'gap', from: 0, to: 10 }
  expect(cost(edit([gap]))).toEqual(plain)
})

it('a slower encoder makes work wherever the film is encoded', () => {
  const of = (preset: string) => cost(edit([clip()]), preset)
  const more = of('h264:speed=slow').once - of('h264').once
  expect(more).toBeGreaterThan(1)
  expect(of('h264:speed=slow').direct - of('h264').direct).toBeCloseTo(more)
  expect(of('h264:speed=slow').lossless).toBe(of('h264').lossless)
  expect(of('h264-nvenc').once).toBeLessThan(of('h264:speed=ultrafast').once + 1)
})
