import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isSheafError, type Rational, rationalToNumber } from '@sheaf/protocol'
import type { ProbePacket } from '@sheaf/timeline'
import { Mp4FormatError, readMovieIndex } from '../join/index.js'
import { movieSkeleton, type WantedStreams } from './movie-skeleton.js'
import { CutOffError } from './skeleton-track.js'

export interface ProbeMovieOptions {
  readonly path: string
  readonly wanted: WantedStreams
  /** Of the wanted video. */
  readonly timeBase: Rational | undefined
  /** ffprobe's packets of a file, with further arguments of its own. */
  readonly packetsOf: (path: string, args: readonly string[]) => Promise<readonly ProbePacket[]>
}

/** What the index says counts, not what the bytes look like. */
const BY_INDEX = ['-fflags', '+noparse', '-nofind_stream_info', '-f', 'mov']

/** What of the file itself is compared: its beginning, and the packets from some of its key frames on. */
const compared = { first: 64, places: 8, there: 24 } as const

/**
 * The packets of an MP4 or QuickTime file as ffprobe has them, without reading the file: its index is put into a small
 * file with samples of one byte, and ffprobe reads that. So edit lists and the order of pictures are ffmpeg's own reading.
 * `unknown` where that cannot be done, or where samples of the file itself say otherwise (some cameras call key frames what
 * are none); `cut-off` when the index speaks of more than there is.
 */
export async function probeMoviePackets(
  options: ProbeMovieOptions,
): Promise<readonly ProbePacket[] | 'unknown' | 'cut-off'> {
  const { path, wanted, packetsOf } = options
  const folder = await mkdtemp(join(tmpdir(), 'sheaf-index-'))
  try {
    const skeletonPath = join(folder, 'skeleton.mov')
    const placeOf = await writeSkeleton(path, skeletonPath, wanted)
    const packets = (await packetsOf(skeletonPath, BY_INDEX)).map((packet) => placed(packet, wanted, placeOf))
    const first = await packetsOf(path, ['-read_intervals', `%+#${compared.first}`])
    const places = intervalsOf(packets, options)
    const there = places.length === 0 ? [] : await packetsOf(path, ['-read_intervals', places.join(',')])
    return beginsWith(packets, first, wanted) && holds(packets, there, wanted) ? packets : 'unknown'
  } catch (error) {
    if (error instanceof CutOffError) return 'cut-off'
    // What is wrong with the file itself is found, and said, when it is read.
    if (error instanceof Mp4FormatError || (isSheafError(error) && error.code === 'SHEAF_MEDIA_INVALID'))
      return 'unknown'
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function writeSkeleton(path: string, to: string, wanted: WantedStreams) {
  const file = await open(path, 'r')
  try {
    const { head, sizeBytes, placeOf } = movieSkeleton(await readMovieIndex(file), wanted)
    await writeFile(to, head, { mode: 0o600 })
    const skeleton = await open(to, 'r+')
    await skeleton.truncate(sizeBytes).finally(() => skeleton.close())
    return placeOf
  } finally {
    await file.close()
  }
}

function placed(
  packet: ProbePacket,
  wanted: WantedStreams,
  placeOf: (position: number) => number | undefined,
): ProbePacket {
  const { pos, ...rest } = packet
  const place = packet.stream_index === wanted.video?.stream && pos !== undefined ? placeOf(pos) : undefined
  return place === undefined ? rest : { ...rest, pos: place }
}

/** From some key frames on, spread over the file. */
function intervalsOf(packets: readonly ProbePacket[], { wanted, timeBase }: ProbeMovieOptions): readonly string[] {
  const keys = ofStream(packets, wanted.video?.stream).filter(({ flags }) => flags?.startsWith('K'))
  if (timeBase === undefined) return []
  return Array.from({ length: compared.places }, (_, place) => keys[Math.floor(((place + 1) * keys.length) / 9)])
    .flatMap((packet) => (packet?.pts === undefined ? [] : [packet.pts * rationalToNumber(timeBase)]))
    .filter((seconds) => seconds >= 0)
    .map((seconds) => `${seconds.toFixed(6)}%+#${compared.there}`)
}

/** Whether each wanted stream begins with these packets; the streams may be interleaved in another way. */
function beginsWith(made: readonly ProbePacket[], read: readonly ProbePacket[], wanted: WantedStreams): boolean {
  if (read.length === 0) return false
  return streamsOf(wanted).every((stream) => {
    const mine = ofStream(made, stream)
    return ofStream(read, stream).every((packet, at) => wordsOf(mine[at], wanted) === wordsOf(packet, wanted))
  })
}

/** Whether all of these are among the packets that were made. */
function holds(made: readonly ProbePacket[], read: readonly ProbePacket[], wanted: WantedStreams): boolean {
  const left = new Set<string | undefined>()
  for (const stream of streamsOf(wanted)) {
    for (const packet of ofStream(read, stream)) left.add(wordsOf(packet, wanted))
  }
  for (const packet of made) left.delete(wordsOf(packet, wanted))
  return left.size === 0
}

const streamsOf = ({ video, audio }: WantedStreams): readonly number[] =>
  [...(video ? [video] : []), ...audio].map(({ stream }) => stream)

function ofStream(packets: readonly ProbePacket[], stream: number | undefined): readonly ProbePacket[] {
  return stream === undefined ? [] : packets.filter((packet) => packet.stream_index === stream)
}

/** What must be the same of a packet; of sound the skeleton does not know the places. */
function wordsOf(packet: ProbePacket | undefined, wanted: WantedStreams): string | undefined {
  if (packet === undefined) return undefined
  const { stream_index: stream, pts, flags, pos } = packet
  return `${stream} ${pts ?? ''} ${flags ?? ''} ${stream === wanted.video?.stream ? (pos ?? '') : ''}`
}
