import { box, fullBox, u16, u32, u64 } from './box.js'
import type { Mp4Track } from './mp4-track.js'
import type { Chunk, Run } from './sample-table.js'
import { type TimeTrack, timeTrackBox } from './time-tracks.js'

/** A track of the result: samples are where `chunks` says, in the same file. */
export interface MovieTrack {
  /** Where what does not change comes from: sample entry, time scale, size, groups. */
  readonly source: Mp4Track
  readonly sizes: number | ArrayLike<number>
  readonly count: number
  readonly durations: readonly Run[]
  readonly compositionOffsets: readonly Run[]
  /** Sync samples, counted from 0; undefined when all are. */
  readonly sync: readonly number[] | undefined
  readonly chunks: readonly Chunk[]
  /** Media time at which presentation starts. */
  readonly mediaTime: number
  /** Presented duration in movie ticks. */
  readonly durationTicks: number
}

/** A movie to be indexed. No times of creation, no names of programs: equal input gives equal bytes. */
export interface Movie {
  readonly brand: string
  readonly timescale: number
  readonly tracks: readonly MovieTrack[]
  /** Time code and chapters, which the first track refers to. */
  readonly times?: readonly TimeTrack[] | undefined
  /** A `chpl` box. */
  readonly chapterList?: Buffer | undefined
  /** Bytes that chunks lie further behind than their offsets say. */
  readonly offsetShift?: number | undefined
}

const MATRIX = u32([0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000])
const UINT32_MAX = 0xffff_ffff

/** The file type box: QuickTime stays QuickTime, all else is MP4. */
export function fileTypeBox(brand: string): Buffer {
  const text = brand === 'qt  ' ? ['qt  ', '\0\0\x02\0', 'qt  '] : ['isom', '\0\0\x02\0', 'isomiso2avc1mp41']
  return box('ftyp', Buffer.from(text.join(''), 'latin1'))
}

/** Head of the one `mdat` box, with a 64-bit size whatever the size is, so that it can be filled in last. */
export function mediaDataHeader(payloadBytes: number): Buffer {
  return Buffer.concat([u32([1]), Buffer.from('mdat', 'latin1'), u64([payloadBytes + 16])])
}

/** The index of the movie: a `moov` box. */
export function movieBox(movie: Movie): Buffer {
  const { times = [], chapterList, offsetShift = 0 } = movie
  const duration = Math.max(0, ...movie.tracks.map((track) => track.durationTicks))
  const header = fullBox(
    'mvhd',
    1,
    0,
    u64([0, 0]),
    u32([movie.timescale]),
    u64([duration]),
    u32([0x10000]),
    u16([0x0100, 0]),
    u32([0, 0]),
    MATRIX,
    Buffer.alloc(24),
    u32([movie.tracks.length + times.length + 1]),
  )
  const references = times.map(({ kind }, index) =>
    box(kind === 'tmcd' ? 'tmcd' : 'chap', u32([movie.tracks.length + index + 1])),
  )
  const tracks = movie.tracks.map((track, index) =>
    trackBox(shifted(track, offsetShift), {
      id: index + 1,
      brand: movie.brand,
      references: index === 0 && references.length > 0 ? [box('tref', ...references)] : [],
    }),
  )
  const more = times.map((track, index) =>
    timeTrackBox(track, { id: tracks.length + index + 1, durationTicks: duration, matrix: MATRIX, offsetShift }),
  )
  return box('moov', header, ...tracks, ...more, ...(chapterList ? [box('udta', chapterList)] : []))
}

const shifted = (track: MovieTrack, by: number): MovieTrack =>
  by === 0 ? track : { ...track, chunks: track.chunks.map(({ offset, samples }) => ({ offset: offset + by, samples })) }

function trackBox(
  track: MovieTrack,
  { id, brand, references }: { readonly id: number; readonly brand: string; readonly references: readonly Buffer[] },
): Buffer {
  const audio = track.source.kind === 'audio'
  const header = fullBox(
    'tkhd',
    1,
    3,
    u64([0, 0]),
    u32([id, 0]),
    u64([track.durationTicks]),
    u32([0, 0]),
    u16([0, 0, audio ? 0x0100 : 0, 0]),
    MATRIX,
    u32(track.source.displaySize),
  )
  const edit = fullBox('elst', 1, 0, u32([1]), u64([track.durationTicks, track.mediaTime]), u16([1, 0]))
  return box('trak', header, box('edts', edit), ...references, mediaBox(track, brand))
}

function mediaBox(track: MovieTrack, brand: string): Buffer {
  const quickTime = brand === 'qt  '
  const audio = track.source.kind === 'audio'
  const duration = track.durations.reduce((sum, run) => sum + run.count * run.value, 0)
  const language = quickTime ? 0x7fff : 0x55c4 // unspecified, "und"
  return box(
    'mdia',
    fullBox('mdhd', 1, 0, u64([0, 0]), u32([track.source.timescale]), u64([duration]), u16([language, 0])),
    handlerBox(quickTime ? 'mhlr' : '\0\0\0\0', audio ? 'soun' : 'vide', quickTime),
    box(
      'minf',
      audio ? fullBox('smhd', 0, 0, u32([0])) : fullBox('vmhd', 0, 1, u32([0, 0])),
      ...(quickTime ? [handlerBox('dhlr', 'url ', true)] : []),
      box('dinf', fullBox('dref', 0, 0, u32([1]), fullBox('url ', 0, 1))),
      sampleTableBox(track),
    ),
  )
}

/** QuickTime counts the name's letters, MP4 ends it with a zero; an empty name is one zero in both. */
function handlerBox(component: string, type: string, quickTime: boolean): Buffer {
  const maker = quickTime ? u32([0, 0, 0]) : Buffer.alloc(12)
  return fullBox('hdlr', 0, 0, Buffer.from(component + type, 'latin1'), maker, Buffer.alloc(1))
}

function sampleTableBox(track: MovieTrack): Buffer {
  const { sizes, count, sync, compositionOffsets } = track
  const uniform = typeof sizes === 'number'
  return box(
    'stbl',
    fullBox('stsd', 0, 0, u32([1]), track.source.sampleEntry),
    fullBox('stts', 0, 0, runs(track.durations)),
    ...(compositionOffsets.length > 0 ? [fullBox('ctts', 0, 0, runs(compositionOffsets))] : []),
    ...(sync === undefined ? [] : [fullBox('stss', 0, 0, u32([sync.length]), u32(sync.map((index) => index + 1)))]),
    fullBox('stsc', 0, 0, chunkRuns(track.chunks)),
    fullBox('stsz', 0, 0, u32([uniform ? sizes : 0, count]), uniform ? Buffer.alloc(0) : u32(sizes)),
    chunkOffsets(track.chunks),
    track.source.sampleGroups,
  )
}

function runs(list: readonly Run[]): Buffer {
  return u32([list.length, ...list.flatMap(({ count, value }) => [count, value])])
}

function chunkRuns(chunks: readonly Chunk[]): Buffer {
  const entries: number[] = []
  let previous = -1
  chunks.forEach(({ samples }, index) => {
    if (samples !== previous) entries.push(index + 1, samples, 1)
    previous = samples
  })
  return u32([entries.length / 3, ...entries])
}

function chunkOffsets(chunks: readonly Chunk[]): Buffer {
  const offsets = chunks.map((chunk) => chunk.offset)
  const wide = (offsets.at(-1) ?? 0) > UINT32_MAX
  return wide
    ? fullBox('co64', 0, 0, u32([offsets.length]), u64(offsets))
    : fullBox('stco', 0, 0, u32([offsets.length]), u32(offsets))
}
