import { describe, expect, it } from 'vitest'
import { readEdit } from '../model/read-edit.js'
import { editorClip, editorTrack, sequence, tlsp } from '../testing/studio-builder.js'

describe('sequences in each other', () => {
  it('that hold one another twice over end in a refusal, not in the memory of the machine', { timeout: 30_000 }, () => {
    const track = (mediaId: string): object => editorTrack('video', [editorClip(`c${mediaId}`, [0, 1], { mediaId })])
    const levels = Array.from({ length: 20 }, (_, i) =>
      sequence(`s${i}`, [{ ...track(`s${i + 1}`) }, { ...track(`s${i + 1}`) }], i === 0 ? {} : { type: 'nested' }),
    )
    const text = tlsp(
      [...levels, sequence('s20', [editorTrack('video', [editorClip('end', [0, 1])])], { type: 'nested' })],
      [],
      {
        activeSequenceId: 's0',
      },
    )
    expect(() => readEdit(text, { editPath: 'a.tlsp' })).toThrow(
      /more than 200000 clips, counted wherever they are used/,
    )
  })
})
