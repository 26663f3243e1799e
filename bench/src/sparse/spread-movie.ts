import { open } from 'node:fs/promises'
import {
  box,
  fullBox,
  readBoxes,
  readMovieIndex,
  readSampleTable,
  requireBox,
  sampleSize,
  u32,
  u64,
} from '@sheaf/agent/measuring'

interface Chunk {
  readonly offset: number
  readonly sizeBytes: number
  /** Where it is moved to. */
  place: number
}

/**
 * Writes a movie again with its chunks spread evenly over `sizeBytes`, so that it is as long as a camera's while its disk
 * holds no more than before: between the chunks are holes, in which no sample lies. The index goes to the end.
 */
export async function spreadMovie(from: string, to: string, sizeBytes: number): Promise<void> {
  const [source, target] = [await open(from, 'r'), await open(to, 'w')]
  try {
    const { moov } = await readMovieIndex(source)
    const tracks = [...readBoxes(moov)].filter(({ type }) => type === 'trak').map(({ body }) => chunksOf(body))
    const chunks = tracks.flat().sort((a, b) => a.offset - b.offset)
    const head = box('ftyp', Buffer.from('isom'), u32([0x200]), Buffer.from('isomiso2mp41'))
    const payload = chunks.reduce((sum, chunk) => sum + chunk.sizeBytes, 0)
    // The index comes behind: some megabytes, which do not matter to the whole.
    const gap = Math.floor((sizeBytes - payload) / chunks.length)
    await target.write(head, 0, head.length, 0)
    let at = head.length + 16
    for (const chunk of chunks) {
      chunk.place = at
      const bytes = Buffer.alloc(chunk.sizeBytes)
      await source.read(bytes, 0, bytes.length, chunk.offset)
      await target.write(bytes, 0, bytes.length, at)
      at += chunk.sizeBytes + gap
    }
    const mdat = Buffer.concat([u32([1]), Buffer.from('mdat'), u64([at - head.length])])
    await target.write(mdat, 0, mdat.length, head.length)
    let track = 0
    const parts = [...readBoxes(moov)].map(({ type, body }) =>
      type === 'trak' ? moved(body, tracks[track++] ?? []) : box(type, body),
    )
    const index = box('moov', ...parts)
    await target.write(index, 0, index.length, at)
  } finally {
    await Promise.all([source.close(), target.close()])
  }
}

function chunksOf(trak: Buffer): Chunk[] {
  const table = readSampleTable(requireBox(trak, 'mdia', 'minf', 'stbl'))
  let sample = 0
  return table.chunks.map(({ offset, samples }) => {
    let sizeBytes = 0
    for (let i = 0; i < samples; i += 1, sample += 1) sizeBytes += sampleSize(table, sample)
    return { offset, sizeBytes, place: offset }
  })
}

const parents: ReadonlySet<string> = new Set(['mdia', 'minf', 'stbl'])

function moved(trak: Buffer, chunks: readonly Chunk[]): Buffer {
  const offsets = fullBox('co64', 0, 0, u32([chunks.length]), u64(chunks.map(({ place }) => place)))
  const walk = (body: Buffer): Buffer[] =>
    [...readBoxes(body)].map((child) => {
      if (parents.has(child.type)) return box(child.type, ...walk(child.body))
      return child.type === 'stco' || child.type === 'co64' ? offsets : box(child.type, child.body)
    })
  return box('trak', ...walk(trak))
}
