import { findBox, Mp4FormatError, requireBox } from './box.js'

/** `count` samples in a row that share a value. */
export interface Run {
  readonly count: number
  readonly value: number
}

/** Samples that lie one after another in the file. */
export interface Chunk {
  readonly offset: number
  readonly samples: number
}

/** The index of one track: what `stbl` says, in memory proportional to its tables, not to its sound samples. */
export interface SampleTable {
  readonly count: number
  /** One size for all (sound without compression), or one each. */
  readonly sizes: number | Uint32Array
  readonly durations: readonly Run[]
  /** Presentation minus decoding time; empty when all are 0. */
  readonly compositionOffsets: readonly Run[]
  /** Sync samples, counted from 0; undefined when all are. */
  readonly sync: readonly number[] | undefined
  readonly chunks: readonly Chunk[]
}

/** Size in bytes of one sample, counted from 0. */
export function sampleSize(table: SampleTable, index: number): number {
  return typeof table.sizes === 'number' ? table.sizes : (table.sizes[index] ?? 0)
}

/** Reads the body of a `stbl` box. Throws Mp4FormatError when its tables contradict each other. */
export function readSampleTable(stbl: Buffer): SampleTable {
  const { count, sizes } = readSizes(requireBox(stbl, 'stsz'))
  const durations = readRuns(requireBox(stbl, 'stts'), false)
  if (total(durations) !== count) {
    throw new Mp4FormatError(`stts speaks of ${total(durations)} samples, stsz of ${count}`)
  }
  const ctts = findBox(stbl, 'ctts')
  const compositionOffsets = ctts ? readRuns(ctts, ctts.readUInt8(0) === 1) : []
  if (compositionOffsets.length > 0 && total(compositionOffsets) !== count) {
    throw new Mp4FormatError(`ctts speaks of ${total(compositionOffsets)} samples, stsz of ${count}`)
  }
  const stss = findBox(stbl, 'stss')
  return {
    count,
    sizes,
    durations,
    compositionOffsets,
    sync: stss ? readList(stss).map((number) => number - 1) : undefined,
    chunks: readChunks(stbl, count),
  }
}

function readSizes(stsz: Buffer): Pick<SampleTable, 'count' | 'sizes'> {
  need(stsz, 12, 'stsz')
  const uniform = stsz.readUInt32BE(4)
  const count = stsz.readUInt32BE(8)
  if (uniform > 0) return { count, sizes: uniform }
  need(stsz, 12 + count * 4, 'stsz')
  const sizes = new Uint32Array(count)
  for (let i = 0; i < count; i++) sizes[i] = stsz.readUInt32BE(12 + i * 4)
  return { count, sizes }
}

function readRuns(body: Buffer, signed: boolean): Run[] {
  need(body, 8, 'table')
  const entries = body.readUInt32BE(4)
  need(body, 8 + entries * 8, 'table')
  const runs: Run[] = []
  for (let i = 0; i < entries; i++) {
    const at = 8 + i * 8
    const value = signed ? body.readInt32BE(at + 4) : body.readUInt32BE(at + 4)
    runs.push({ count: body.readUInt32BE(at), value })
  }
  return runs
}

function readList(body: Buffer): number[] {
  need(body, 8, 'table')
  const entries = body.readUInt32BE(4)
  need(body, 8 + entries * 4, 'table')
  return Array.from({ length: entries }, (_, i) => body.readUInt32BE(8 + i * 4))
}

function readChunks(stbl: Buffer, count: number): Chunk[] {
  const offsets = readOffsets(stbl)
  const stsc = requireBox(stbl, 'stsc')
  need(stsc, 8, 'stsc')
  const entries = stsc.readUInt32BE(4)
  need(stsc, 8 + entries * 12, 'stsc')
  const chunks: Chunk[] = []
  for (let i = 0; i < entries; i++) {
    const at = 8 + i * 12
    if (stsc.readUInt32BE(at + 8) !== 1) throw new Mp4FormatError('it has more than one sample description')
    const last = i + 1 < entries ? stsc.readUInt32BE(at + 12) - 1 : offsets.length
    for (let chunk = stsc.readUInt32BE(at); chunk <= last; chunk++) {
      const offset = offsets[chunk - 1]
      if (offset === undefined) throw new Mp4FormatError(`stsc names chunk ${chunk} of ${offsets.length}`)
      chunks.push({ offset, samples: stsc.readUInt32BE(at + 4) })
    }
  }
  const samples = chunks.reduce((sum, chunk) => sum + chunk.samples, 0)
  if (samples !== count) throw new Mp4FormatError(`its chunks hold ${samples} samples, stsz speaks of ${count}`)
  return chunks
}

function readOffsets(stbl: Buffer): number[] {
  const stco = findBox(stbl, 'stco')
  if (stco) return readList(stco)
  const co64 = requireBox(stbl, 'co64')
  need(co64, 8, 'co64')
  const entries = co64.readUInt32BE(4)
  need(co64, 8 + entries * 8, 'co64')
  return Array.from({ length: entries }, (_, i) => Number(co64.readBigUInt64BE(8 + i * 8)))
}

function total(runs: readonly Run[]): number {
  return runs.reduce((sum, run) => sum + run.count, 0)
}

function need(body: Buffer, bytes: number, name: string): void {
  if (body.length < bytes) throw new Mp4FormatError(`box '${name}' is cut off`)
}
