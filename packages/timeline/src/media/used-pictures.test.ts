import { rational } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import type { Effect } from '../model/edit.js'
import { layered, lookClip, medium } from '../testing/picture-studio.js'
import { picturesOfEdit } from './used-pictures.js'

describe('the pictures of a sequence that an edit needs', () => {
  const used = (speed: number, ...effects: readonly Effect[]) => {
    const { video, rate } = layered(40, [lookClip(medium('shots', 100, speed), 10, 20, { effects })])
    return picturesOfEdit({ video, rate }, 'shots', rational(1, 25))
  }
  const frames = (id: string, count: number): Effect => ({ id, parameters: { frames: count } })

  it('are those that are shown, and those that effects look at, at the speed of the clip', () => {
    expect(used(1)).toEqual([99, 111])
    expect(used(1, frames('motion-blur', 32))).toEqual([68, 111])
    expect(used(1, frames('deflicker', 32))).toEqual([99, 142])
    // Frames 0 to 59 are one group; the clip begins at frame 10.
    expect(used(1, frames('stop-motion', 60))).toEqual([89, 151])
    const [first] = used(8, frames('motion-blur', 32)) ?? []
    expect(first).toBeLessThanOrEqual(100 - 8 * 31)
    const [, end] = used(-8, frames('motion-blur', 32)) ?? []
    expect(end).toBeGreaterThan(100 + 8 * 31)
    // What is no effect is for others to say.
    expect(used(1, frames('nonsense', 32))).toEqual([99, 111])
  })
})
