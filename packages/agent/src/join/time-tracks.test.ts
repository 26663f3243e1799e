import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rational, type BlobId, type JobId } from '@sheaf/protocol'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openOutputJoiner, type OutputJoinerOptions } from './output-joiner.js'
import { chapterListBox } from './time-tracks.js'
import { ffprobeJson, frameHashes, makeSegment, makeTone, scratch, sha256 } from './testing/make-media.js'

// Room for a busy machine; nothing here measures time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dir = ''
let remove = async (): Promise<void> => undefined
const segments: string[] = []
const tone = (): string => join(dir, 'tone.m4a')
beforeAll(async () => {
  ;({ dir, remove } = await scratch())
  for (const start of [0, 20]) {
    const path = join(dir, `${start}.mp4`)
    await makeSegment(path, { codec: 'h264', rate: '30000/1001', timescale: 30000, start, frames: 20 })
    segments.push(path)
  }
  await makeTone(tone(), (40 * 1001) / 30000, 'aac')
})
afterAll(() => remove())

async function film(name: string, more: Partial<OutputJoinerOptions>): Promise<string> {
  const outPath = join(dir, name)
  const joiner = await openOutputJoiner({
    ...{ jobId: '00000000000000000001' as JobId, outPath, overwrite: true, rate: rational(30000, 1001) },
    ...{ width: 160, height: 90, segmentFrames: [20, 20], audioPath: tone(), ...more },
  })
  for (const [index, path] of segments.entries()) await joiner.add(index, path, (await sha256(path)) as BlobId)
  const { sha256: said } = await joiner.finish()
  expect(await sha256(outPath)).toBe(said)
  return outPath
}

interface Probed {
  readonly streams: readonly { readonly codec_type: string; readonly tags?: Record<string, string> }[]
  readonly chapters: readonly {
    readonly start_time: string
    readonly end_time: string
    readonly tags: { title: string }
  }[]
}
const probe = async (path: string): Promise<Probed> =>
  (await ffprobeJson(path, '-show_streams', '-show_chapters')) as Probed

/** Types of the boxes at a file's top. */
async function topBoxes(path: string): Promise<string[]> {
  const bytes = await readFile(path)
  const types: string[] = []
  for (let at = 0; at < bytes.length;) {
    types.push(bytes.toString('latin1', at + 4, at + 8))
    const size = bytes.readUInt32BE(at)
    at += size === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : size
  }
  return types
}

describe('the time code of a film', () => {
  it.each([
    ['counted through', { frame: 107892, drop: false }, '00:59:56:12'],
    ['with dropped numbers', { frame: 107892, drop: true }, '01:00:00;00'],
    ['at noughts', { frame: 0, drop: false }, '00:00:00:00'],
  ])('%s is read by others', async (_, timecode, text) => {
    const { streams } = await probe(await film('timecode.mp4', { times: { timecode } }))
    const data = streams.find(({ codec_type: type }) => type === 'data')
    expect(data?.tags?.['timecode']).toBe(text)
    expect(streams.find(({ codec_type: type }) => type === 'video')?.tags?.['timecode'] ?? text).toBe(text)
  })
})

describe('chapters', () => {
  it('are the markers inside the film, with the frames before the first as one without a name', async () => {
    const chapters = [
      { frame: -5, name: 'before' },
      { frame: 15, name: 'Größe "1"; [x]=\n%{y}' },
      { frame: 30, name: '' },
      { frame: 30, name: 'three' },
      { frame: 30, name: 'drei' },
      { frame: 40, name: 'behind' },
    ]
    const path = await film('chapters.mp4', { times: { chapters }, faststart: true })
    const { chapters: found } = await probe(path)
    expect(found.map(({ tags }) => tags.title)).toEqual(['', chapters[1]?.name, 'three / drei'])
    const at = (frame: number): number => (frame * 1001) / 30000
    for (const [i, frame] of [0, 15, 30].entries()) expect(Number(found[i]?.start_time)).toBeCloseTo(at(frame), 3)
    expect(Number(found[2]?.end_time)).toBeCloseTo(at(40), 3)
  })
})

it('cuts names of the short list between characters', () => {
  const list = chapterListBox([{ seconds: 1, name: `${'x'.repeat(253)}€` }])
  expect(list.subarray(-253).toString()).toBe('x'.repeat(253))
  expect(list.at(-254)).toBe(253)
})

describe('a film with its index first', () => {
  it('has the pictures and the sound of one that has it last', async () => {
    const times = { timecode: { frame: 25, drop: false }, chapters: [{ frame: 0, name: 'one' }] }
    const [last, first] = [await film('last.mp4', { times }), await film('first.mp4', { times, faststart: true })]
    expect(await topBoxes(last)).toEqual(['ftyp', 'mdat', 'moov'])
    expect(await topBoxes(first)).toEqual(['ftyp', 'moov', 'mdat'])
    expect(await frameHashes(first)).toEqual(await frameHashes(last))
    const packets = (path: string): Promise<unknown> => ffprobeJson(path, '-show_packets', '-show_data_hash', 'crc32')
    const positions = /"pos":"\d+"/g
    const told = async (path: string): Promise<string> => JSON.stringify(await packets(path)).replaceAll(positions, '')
    expect(await told(first)).toBe(await told(last))
    expect(await probe(first).then(({ chapters }) => chapters)).toEqual(
      await probe(last).then(({ chapters }) => chapters),
    )
  })
})
