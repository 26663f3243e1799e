import { expect, it } from 'vitest'
import { clip, timeline, track } from '../testing/otio-builder.js'
import type { EditClip } from './edit.js'
import { readEdit } from './read-edit.js'

const read = (text: string) => readEdit(text, { editPath: 'film.otio' })
const stack = (children: readonly object[]): object => ({ OTIO_SCHEMA: 'Stack.1', name: 'in', children })

it('cuts names that are longer than a job keeps, with the time code of places left', () => {
  const name = `${'x'.repeat(138)}🎬${'y'.repeat(5000)}`
  const [item] = read(timeline([track([clip(name, 0, 10)])], { name })).edit.video[0]?.items ?? []
  const { name: kept, where } = item as EditClip
  expect(kept.length).toBeLessThanOrEqual(200)
  expect(kept).toMatch(/^x+…y+$/)
  expect(where).toMatch(/^track V1 item 1 "x+…y+" at 00:00:00:00$/)
})

it('refuses by name more tracks in a stack, and more stacks in one another, than a job holds', () => {
  const many = stack(Array.from({ length: 201 }, () => track([clip('a', 0, 10)])))
  expect(() => read(timeline([track([many])]))).toThrow(
    /item 1 "in" at 00:00:00:00: 201 tracks over each other; 200 are/,
  )
  let deep: object = track([clip('a', 0, 10)])
  for (let i = 0; i < 33; i++) deep = track([stack([deep])])
  expect(() => read(timeline([deep]))).toThrow(/stacks more than 32 deep in one another/)
})
