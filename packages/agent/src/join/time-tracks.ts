import { box, fullBox, u16, u32, u64 } from './box.js'

/** A track of time code or of chapters, beside pictures and sound: all of its samples lie in one row. */
export interface TimeTrack {
  readonly kind: 'tmcd' | 'text'
  readonly timescale: number
  /** Of each sample, in the file's order. */
  readonly samples: readonly { readonly ticks: number; readonly bytes: number }[]
  /** Where the first one lies in the file. */
  readonly offset: number
  readonly entry: Buffer
}

/** A film's time code: of its first frame, in frames, and how they are counted. */
export interface Timecode {
  readonly frame: number
  readonly drop: boolean
}

/** The time code track's one sample: the number of the first frame. */
export const timecodeSample = ({ frame }: Timecode): Buffer => u32([frame])

/** QuickTime's sample entry of time code: flags, time scale, ticks of a frame, frames of a counted second. */
export function timecodeEntry(
  { drop }: Timecode,
  time: { readonly timescale: number; readonly frameTicks: number },
): Buffer {
  const frames = Math.round(time.timescale / time.frameTicks)
  // 24 hours are enough for everybody, and then it begins anew.
  const flags = (drop ? 1 : 0) | 2
  const counts = Buffer.from([frames, 0])
  return box('tmcd', Buffer.alloc(6), u16([1]), u32([0, flags, time.timescale, time.frameTicks]), counts)
}

/** A chapter's name as a sample of QuickTime's text track, marked as UTF-8. */
export function chapterSample(name: string): Buffer {
  const text = utf8(name, 0xffff)
  return Buffer.concat([u16([text.length]), text, box('encd', u32([0x100]))])
}

/** QuickTime's sample entry of text that is never drawn: no colours, no place, one font without a name. */
export function chapterEntry(): Buffer {
  const style = Buffer.alloc(12)
  style.writeUInt16BE(1, 4)
  const fonts = box('ftab', u16([1, 1]), Buffer.from([0]))
  return box('text', Buffer.alloc(6), u16([1]), u32([1]), u16([0]), u32([0]), Buffer.alloc(8), style, fonts)
}

/** Nero's list of chapters, which players read that know no text track; times in 100 ns, names of 255 bytes. */
export function chapterListBox(chapters: readonly { readonly seconds: number; readonly name: string }[]): Buffer {
  const few = chapters.slice(0, 255)
  const items = few.map(({ seconds, name }) => {
    const text = utf8(name, 255)
    return Buffer.concat([u64([Math.round(seconds * 1e7)]), Buffer.from([text.length]), text])
  })
  return fullBox('chpl', 1, 0, u32([0]), Buffer.from([few.length]), ...items)
}

/** As many whole characters as fit into so many bytes. */
function utf8(text: string, mostBytes: number): Buffer {
  const bytes = Buffer.from(text, 'utf8')
  let end = Math.min(bytes.length, mostBytes)
  // A byte 10xxxxxx belongs to the character before it.
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.subarray(0, end)
}

/** The track's box. Players are not to show it: pictures refer to it by its number. */
export function timeTrackBox(
  track: TimeTrack,
  place: { readonly id: number; readonly durationTicks: number; readonly matrix: Buffer; readonly offsetShift: number },
): Buffer {
  const { id, durationTicks, matrix, offsetShift } = place
  const ticks = track.samples.reduce((sum, sample) => sum + sample.ticks, 0)
  const head = [u64([0, 0]), u32([id, 0]), u64([durationTicks]), u32([0, 0]), u16([0, 0, 0, 0]), matrix, u32([0, 0])]
  const flags = track.kind === 'tmcd' ? 3 : 2
  const edit = fullBox('elst', 1, 0, u32([1]), u64([durationTicks, 0]), u16([1, 0]))
  return box('trak', fullBox('tkhd', 1, flags, ...head), box('edts', edit), mediaBox(track, ticks, offsetShift))
}

function mediaBox(track: TimeTrack, ticks: number, offsetShift: number): Buffer {
  const handler = Buffer.concat([Buffer.from(`mhlr${track.kind}`, 'latin1'), Buffer.alloc(12), Buffer.alloc(1)])
  const gmin = fullBox('gmin', 0, 0, u16([0x40, 0x8000, 0x8000, 0x8000, 0, 0]))
  const own =
    track.kind === 'tmcd'
      ? box('tmcd', fullBox('tcmi', 0, 0, u16([0, 0, 12, 0, 0, 0, 0, 0xffff, 0xffff, 0xffff]), Buffer.alloc(1)))
      : box('text', u32([0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000]))
  return box(
    'mdia',
    fullBox('mdhd', 1, 0, u64([0, 0]), u32([track.timescale]), u64([ticks]), u16([0x7fff, 0])),
    fullBox('hdlr', 0, 0, handler),
    box(
      'minf',
      box('gmhd', gmin, own),
      box('dinf', fullBox('dref', 0, 0, u32([1]), fullBox('url ', 0, 1))),
      sampleTable(track, offsetShift),
    ),
  )
}

function sampleTable({ entry, samples, offset }: TimeTrack, shift: number): Buffer {
  const at = offset + shift
  return box(
    'stbl',
    fullBox('stsd', 0, 0, u32([1]), entry),
    fullBox('stts', 0, 0, u32([samples.length, ...samples.flatMap(({ ticks }) => [1, ticks])])),
    fullBox('stsc', 0, 0, u32([1, 1, samples.length, 1])),
    fullBox('stsz', 0, 0, u32([0, samples.length, ...samples.map(({ bytes }) => bytes)])),
    at > 0xffff_ffff ? fullBox('co64', 0, 0, u32([1]), u64([at])) : fullBox('stco', 0, 0, u32([1, at])),
  )
}
