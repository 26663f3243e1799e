import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openStoreDatabase } from '../facts/index.js'
import { openKeptSegments } from './level-kept-segments.js'
import type { KeptSegment } from './ports.js'
import { blobOf, clip, film } from './testing/make-work.js'

const keptOf = (index: number, change: Partial<KeptSegment> = {}): KeptSegment => ({
  jobId: film,
  generation: 1,
  index,
  blob: blobOf(`${index}`),
  sizeBytes: 3,
  renderMs: 12,
  landed: false,
  ...change,
})

it('remembers what is kept, and what of it landed, across restarts', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const before = await openStoreDatabase(dir)
  const first = await openKeptSegments(before)
  for (const segment of [keptOf(0), keptOf(1), keptOf(2), keptOf(0, { jobId: clip })]) await first.put(segment)
  await first.put(keptOf(1, { landed: true }))
  await first.forget(keptOf(2))
  await before.close()

  const after = await openStoreDatabase(dir)
  onTestFinished(() => after.close())
  const again = await openKeptSegments(after)
  expect(again.all().length).toBe(3)
  expect(again.unlanded()).toEqual(expect.arrayContaining([keptOf(0), keptOf(0, { jobId: clip })]))
  expect(again.unlanded().length).toBe(2)
  // The other job still names the bytes of segment 0.
  expect(await again.forgetJob(film)).toEqual([blobOf('1')])
  expect(again.all()).toEqual([keptOf(0, { jobId: clip })])
  expect(await again.forgetJob(clip)).toEqual([blobOf('0')])
  expect(again.unlanded()).toEqual([])
})
