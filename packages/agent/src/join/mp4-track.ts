import { type FileHandle, open } from 'node:fs/promises'
import { box, findBox, Mp4FormatError, readBoxes, requireBox } from './box.js'
import { readSampleTable, type SampleTable, sampleSize } from './sample-table.js'

/** An index larger than this is not read: 64 MiB is several days of video. */
const MOOV_LIMIT_BYTES = 256 * 1024 * 1024

/** Which of the two things a Sheaf file holds. */
export type TrackKind = 'video' | 'audio'

/** One track of an MP4 or QuickTime file, as its index describes it. */
export interface Mp4Track {
  readonly kind: TrackKind
  /** Major brand of the file: `qt  ` for QuickTime. */
  readonly brand: string
  /** Four letters of the sample entry, such as `avc1`. */
  readonly codec: string
  /** Media ticks per second. */
  readonly timescale: number
  /** Presentation of the track starts at this media time: skips decoder delay or encoder priming. */
  readonly mediaTime: number
  /** Duration that the edit list lets through, in seconds as a fraction; the whole media without one. */
  readonly duration: { readonly ticks: number; readonly timescale: number }
  /** Size in which it is shown, in 16.16 fixed point as written in `tkhd`. */
  readonly displaySize: readonly [number, number]
  /** Size in samples, from the sample entry; 0 × 0 for sound. */
  readonly codedSize: readonly [number, number]
  /** The one sample entry, without what may differ from file to file (`btrt`). */
  readonly sampleEntry: Buffer
  /** `sgpd` and `sbgp` boxes, whole, as they stand. */
  readonly sampleGroups: Buffer
  readonly samples: SampleTable
}

/** The one track of this kind in a file; undefined when there is none. Throws Mp4FormatError. */
export async function readMp4Track(path: string, kind: TrackKind): Promise<Mp4Track | undefined> {
  const file = await open(path, 'r')
  try {
    const { brand, moov, sizeBytes } = await readMovieIndex(file)
    const tracks: Mp4Track[] = []
    const movieTimescale = readHeaderTimes(requireBox(moov, 'mvhd')).timescale
    for (const { type, body } of readBoxes(moov)) {
      if (type !== 'trak' || handlerOf(body) !== kind) continue
      tracks.push(readTrack(body, { kind, brand, movieTimescale, sizeBytes }))
    }
    if (tracks.length > 1) throw new Mp4FormatError(`it has ${tracks.length} ${kind} tracks`)
    return tracks[0]
  } finally {
    await file.close()
  }
}

/** What stands before a file's samples. */
export interface MovieIndex {
  /** Major brand; empty in QuickTime files of before there were brands. */
  readonly brand: string
  /** Body of the `moov` box. */
  readonly moov: Buffer
  readonly sizeBytes: number
}

/** Reads the index of an MP4 or QuickTime file, wherever in it that is. Throws Mp4FormatError. */
export async function readMovieIndex(file: FileHandle): Promise<MovieIndex> {
  const { size: sizeBytes } = await file.stat()
  let brand = ''
  for (let at = 0; at < sizeBytes;) {
    const header = await readExactly(file, at, Math.min(16, sizeBytes - at))
    if (header.length < 8) throw new Mp4FormatError('it ends inside a box header')
    const type = header.toString('latin1', 4, 8)
    let size = header.readUInt32BE(0)
    let headerSize = 8
    if (size === 1 && header.length === 16) {
      size = Number(header.readBigUInt64BE(8))
      headerSize = 16
    } else if (size === 0) size = sizeBytes - at
    if (size < headerSize || at + size > sizeBytes) throw new Mp4FormatError(`box '${type}' is cut off`)
    if (type === 'ftyp') brand = (await readExactly(file, at + headerSize, 4)).toString('latin1')
    if (type === 'moov') {
      if (size > MOOV_LIMIT_BYTES) throw new Mp4FormatError(`its index has ${size} bytes`)
      return { brand, moov: await readExactly(file, at + headerSize, size - headerSize), sizeBytes }
    }
    at += size
  }
  throw new Mp4FormatError('it has no index (moov): it was cut off, or it is not an MP4 file')
}

/** Reads exactly `length` bytes. Throws Mp4FormatError when the file ends before. */
export async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(buffer, done, length - done, position + done)
    if (bytesRead === 0) throw new Mp4FormatError(`it ends ${length - done} bytes too early`)
    done += bytesRead
  }
  return buffer
}

interface TrackContext {
  readonly kind: TrackKind
  readonly brand: string
  readonly movieTimescale: number
  readonly sizeBytes: number
}

function readTrack(trak: Buffer, context: TrackContext): Mp4Track {
  const { kind, brand, movieTimescale, sizeBytes } = context
  const media = readHeaderTimes(requireBox(trak, 'mdia', 'mdhd'))
  if (media.timescale === 0) throw new Mp4FormatError('its time scale is 0')
  const stbl = requireBox(trak, 'mdia', 'minf', 'stbl')
  const samples = readSampleTable(stbl)
  checkBytes(samples, sizeBytes)
  const sampleEntry = readSampleEntry(requireBox(stbl, 'stsd'), kind)
  const tkhd = requireBox(trak, 'tkhd')
  const edit = readEdit(trak)
  return {
    kind,
    brand,
    codec: sampleEntry.toString('latin1', 4, 8),
    timescale: media.timescale,
    mediaTime: edit?.mediaTime ?? 0,
    duration: edit
      ? { ticks: edit.duration, timescale: movieTimescale }
      : { ticks: media.duration, timescale: media.timescale },
    displaySize: [tkhd.readUInt32BE(tkhd.length - 8), tkhd.readUInt32BE(tkhd.length - 4)],
    codedSize: kind === 'video' ? [sampleEntry.readUInt16BE(32), sampleEntry.readUInt16BE(34)] : [0, 0],
    sampleEntry,
    sampleGroups: readSampleGroups(stbl),
    samples,
  }
}

function handlerOf(trak: Buffer): TrackKind | undefined {
  const type = requireBox(trak, 'mdia', 'hdlr').toString('latin1', 8, 12)
  return type === 'vide' ? 'video' : type === 'soun' ? 'audio' : undefined
}

/** Time scale and duration of an `mvhd` or `mdhd` box, either version. */
function readHeaderTimes(body: Buffer): { timescale: number; duration: number } {
  if (body.length < 20) throw new Mp4FormatError('a media header is cut off')
  return body.readUInt8(0) === 1 && body.length >= 32
    ? { timescale: body.readUInt32BE(20), duration: Number(body.readBigUInt64BE(24)) }
    : { timescale: body.readUInt32BE(12), duration: body.readUInt32BE(16) }
}

function readEdit(trak: Buffer): { mediaTime: number; duration: number } | undefined {
  const edts = findBox(trak, 'edts')
  const elst = edts && findBox(edts, 'elst')
  if (!elst || elst.length < 8 || elst.readUInt32BE(4) === 0) return undefined
  const wide = elst.readUInt8(0) === 1
  if (elst.readUInt32BE(4) !== 1 || elst.length < (wide ? 28 : 20)) {
    throw new Mp4FormatError(`its edit list has ${elst.readUInt32BE(4)} entries`)
  }
  const mediaTime = wide ? Number(elst.readBigInt64BE(16)) : elst.readInt32BE(12)
  if (mediaTime < 0) throw new Mp4FormatError('its edit list is an empty edit')
  return { mediaTime, duration: wide ? Number(elst.readBigUInt64BE(8)) : elst.readUInt32BE(8) }
}

/**
 * The one sample entry. For video without `btrt`: ffmpeg writes each file's own bit rate there,
 * which would make every segment differ from its neighbour and says nothing a decoder needs.
 */
function readSampleEntry(stsd: Buffer, kind: TrackKind): Buffer {
  if (stsd.length < 16 || stsd.readUInt32BE(4) !== 1) {
    throw new Mp4FormatError('it does not have exactly one sample description')
  }
  const [entry] = readBoxes(stsd.subarray(8))
  if (!entry) throw new Mp4FormatError('its sample description is empty')
  if (kind === 'audio') return box(entry.type, entry.body)
  if (entry.body.length < 78) throw new Mp4FormatError('its sample description is cut off')
  const children: Buffer[] = []
  for (const child of readBoxes(entry.body.subarray(78))) {
    if (child.type !== 'btrt') children.push(box(child.type, child.body))
  }
  return box(entry.type, entry.body.subarray(0, 78), ...children)
}

function readSampleGroups(stbl: Buffer): Buffer {
  const groups: Buffer[] = []
  for (const { type, body } of readBoxes(stbl)) if (type === 'sgpd' || type === 'sbgp') groups.push(box(type, body))
  return Buffer.concat(groups)
}

function checkBytes(samples: SampleTable, sizeBytes: number): void {
  let sample = 0
  for (const chunk of samples.chunks) {
    let end = chunk.offset
    if (typeof samples.sizes === 'number') end += samples.sizes * chunk.samples
    else for (let i = 0; i < chunk.samples; i++) end += sampleSize(samples, sample + i)
    sample += chunk.samples
    if (end > sizeBytes) throw new Mp4FormatError(`its index speaks of bytes up to ${end}, the file has ${sizeBytes}`)
  }
}
