import {
  box,
  findBox,
  fullBox,
  Mp4FormatError,
  readBoxes,
  readSampleTable,
  requireBox,
  sampleSize,
  u32,
  u64,
  type SampleTable,
} from '../join/index.js'

/** A track's part of a skeleton. */
export interface SkeletonTrack {
  /** The whole `trak` box. */
  readonly trak: Buffer
  /** Bytes of the skeleton's `mdat` that its samples take, from `base` on. */
  readonly bytes: number
  /** Where a packet at a position of the skeleton lies in the file; undefined for sound, which is read as a whole. */
  readonly placeOf: ((position: number) => number | undefined) | undefined
}

/** A track of which no packets are wanted: its tables are emptied, so that the streams keep their numbers. */
export function emptyTrack(trak: Buffer): Buffer {
  const none = u32([0])
  const tables = new Map([
    ['stsz', fullBox('stsz', 0, 0, u32([0, 0]))],
    ...['stts', 'stsc', 'stco'].map((type) => [type, fullBox(type, 0, 0, none)] as const),
  ])
  return rewritten(trak, (type) => tables.get(type) ?? (timed.has(type) ? 'drop' : 'keep'))
}
const timed: ReadonlySet<string> = new Set([
  'stz2',
  'co64',
  'ctts',
  'stss',
  'stps',
  'sdtp',
  'sgpd',
  'sbgp',
  'cslg',
  'edts',
  'tref',
])

/**
 * A track whose samples lie in the skeleton's `mdat` from `base` on: one byte each, in order, so that a packet's position says
 * which sample it is. Times, edit list and everything else stay as they are. Throws Mp4FormatError for a track of which
 * more than its index would have to be read, or that speaks of bytes that the file does not have.
 */
export function skeletonTrack(
  trak: Buffer,
  init: { readonly kind: 'video' | 'audio'; readonly base: number; readonly sizeBytes: number },
): SkeletonTrack {
  const { kind, base, sizeBytes } = init
  checkTrack(trak, kind)
  const table = readSampleTable(requireBox(trak, 'mdia', 'minf', 'stbl'))
  const [only] = table.durations
  if (kind === 'audio' && table.durations.length === 1 && only?.value === 1) {
    checkChunks(table, sizeBytes)
    return { trak: withChunksAt(trak, table, base), bytes: uncompressedBytes(table), placeOf: undefined }
  }
  const places = samplePlaces(table, sizeBytes)
  let first = 0
  const offsets = table.chunks.map(({ samples }) => {
    const offset = base + first
    first += samples
    return offset
  })
  return {
    trak: rewritten(trak, (type) => {
      if (type === 'stsz') return fullBox('stsz', 0, 0, u32([1, table.count]))
      return type === 'stco' || type === 'co64' ? chunkOffsets(type, offsets) : 'keep'
    }),
    bytes: table.count,
    placeOf: (position) => places[position - base],
  }
}

function checkTrack(trak: Buffer, kind: 'video' | 'audio'): void {
  const handler = requireBox(trak, 'mdia', 'hdlr').toString('latin1', 8, 12)
  if (handler !== (kind === 'video' ? 'vide' : 'soun')) throw new Mp4FormatError(`its ${kind} track is a ${handler}`)
  const stsd = requireBox(trak, 'mdia', 'minf', 'stbl', 'stsd')
  if (stsd.readUInt32BE(4) !== 1) throw new Mp4FormatError('it has more than one kind of samples')
  const dref = findBox(requireBox(trak, 'mdia', 'minf'), 'dinf')
  const references = dref === undefined ? undefined : findBox(dref, 'dref')
  for (const { body } of references === undefined ? [] : readBoxes(references.subarray(8))) {
    if ((body.readUInt32BE(0) & 1) === 0) throw new Mp4FormatError('its samples lie in another file')
  }
}

/** Position of every sample in the file; throws a CutOffError when one lies behind its end. */
function samplePlaces(table: SampleTable, sizeBytes: number): Float64Array {
  const places = new Float64Array(table.count)
  let sample = 0
  for (const { offset, samples } of table.chunks) {
    let at = offset
    for (let i = 0; i < samples; i += 1, sample += 1) {
      places[sample] = at
      at += sampleSize(table, sample)
    }
    checkEnd(at, sizeBytes)
  }
  return places
}

/** The same check for sound without compression, which has too many samples to be counted one by one. */
function checkChunks({ chunks }: SampleTable, sizeBytes: number): void {
  for (const { offset, samples } of chunks) checkEnd(offset + samples, sizeBytes)
}

function checkEnd(end: number, sizeBytes: number): void {
  if (end > sizeBytes) throw new CutOffError(`its index speaks of bytes up to ${end}, the file has ${sizeBytes}`)
}

/** A movie whose index speaks of more than there is. */
export class CutOffError extends Mp4FormatError {}

/** Without compression a packet is some of a chunk's bytes, whose number the codec says too: all chunks lie at one place. */
function withChunksAt(trak: Buffer, { chunks }: SampleTable, base: number): Buffer {
  const offsets = chunks.map(() => base)
  return rewritten(trak, (type) => (type === 'stco' || type === 'co64' ? chunkOffsets(type, offsets) : 'keep'))
}

/** More than any sample has: 32 channels of 8 bytes. */
const uncompressedSampleBytes = 256
const uncompressedBytes = ({ chunks }: SampleTable): number =>
  chunks.reduce((most, { samples }) => Math.max(most, samples), 0) * uncompressedSampleBytes

function chunkOffsets(type: 'stco' | 'co64', offsets: readonly number[]): Buffer {
  return fullBox(type, 0, 0, u32([offsets.length]), type === 'stco' ? u32(offsets) : u64(offsets))
}

type Change = Buffer | 'keep' | 'drop'
const parents: ReadonlySet<string> = new Set(['mdia', 'minf', 'stbl'])

/** A `trak` with some boxes, down to those of its sample table, replaced. */
function rewritten(trak: Buffer, change: (type: string) => Change): Buffer {
  const walk = (body: Buffer): Buffer[] =>
    [...readBoxes(body)].flatMap((child) => {
      if (parents.has(child.type)) return [box(child.type, ...walk(child.body))]
      const instead = change(child.type)
      if (instead === 'drop') return []
      return [instead === 'keep' ? box(child.type, child.body) : instead]
    })
  return box('trak', ...walk(trak))
}
