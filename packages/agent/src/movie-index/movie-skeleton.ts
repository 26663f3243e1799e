import { box, findBox, type MovieIndex, Mp4FormatError, readBoxes, u32 } from '../join/index.js'
import { emptyTrack, skeletonTrack, type SkeletonTrack } from './skeleton-track.js'

/** A stream of which the packets are wanted. */
export interface WantedStream {
  readonly stream: number
  /** ffmpeg's name of it. */
  readonly codec: string
}

/** The streams that are wanted. */
export interface WantedStreams {
  readonly video: WantedStream | undefined
  readonly audio: readonly WantedStream[]
}

/**
 * Codecs whose packets ffmpeg's demuxer hands out as the index has them. Of others it looks into the bytes to tell one
 * packet from the next.
 */
const INDEXED = {
  video: /^(h264|hevc|prores|dnxhd|mpeg4|mjpeg|rawvideo|v210|ffv1)$/,
  audio: /^(aac|alac|pcm_[a-z0-9]+)$/,
} as const

/** A small file with the index of a large one: ffmpeg reads the same packets of it, at the same times. */
export interface MovieSkeleton {
  readonly head: Buffer
  /** Length of the file, whose bytes behind `head` may be anything. */
  readonly sizeBytes: number
  /** Where a packet of the video stream lies in the large file. */
  readonly placeOf: (position: number) => number | undefined
}

/**
 * Makes the skeleton of a movie. Throws Mp4FormatError for one that cannot be indexed that way: with fragments, with
 * samples in other files, of codecs into which ffmpeg has to look.
 */
export function movieSkeleton(index: MovieIndex, wanted: WantedStreams): MovieSkeleton {
  const { brand, moov, sizeBytes } = index
  if (findBox(moov, 'mvex') !== undefined) throw new Mp4FormatError('it consists of fragments')
  if (findBox(moov, 'cmov') !== undefined) throw new Mp4FormatError('its index is compressed')
  const kinds = kindsOf(wanted)
  const children = [...readBoxes(moov)]
  const build = (
    base: number,
  ): { readonly head: Buffer; readonly tracks: Map<number, SkeletonTrack>; bytes: number } => {
    const tracks = new Map<number, SkeletonTrack>()
    let bytes = 0
    let stream = 0
    const parts = children.map(({ type, body }) => {
      if (type !== 'trak') return box(type, body)
      const number = stream++
      const kind = kinds.get(number)
      if (kind === undefined) return emptyTrack(body)
      const track = skeletonTrack(body, { kind, base: base + bytes, sizeBytes })
      tracks.set(number, track)
      bytes += track.bytes
      return track.trak
    })
    return { head: Buffer.concat([fileType(brand), box('moov', ...parts)]), tracks, bytes }
  }
  // Positions are of a fixed length, so the head is as long wherever they point.
  const measured = build(0)
  const base = measured.head.length + 8
  const { head, tracks, bytes } = build(base)
  for (const stream of kinds.keys()) {
    if (!tracks.has(stream)) throw new Mp4FormatError(`its stream ${stream} is no track`)
  }
  if (bytes > MOST_BYTES) throw new Mp4FormatError('its chunks of sound are too large')
  const mdat = Buffer.alloc(8)
  mdat.writeUInt32BE(8 + bytes)
  mdat.write('mdat', 4, 'latin1')
  return {
    head: Buffer.concat([head, mdat]),
    sizeBytes: base + bytes,
    placeOf: (position) => tracks.get(wanted.video?.stream ?? -1)?.placeOf?.(position),
  }
}

/** What is wanted of each stream. Throws for a codec that is not handed out by the index alone. */
function kindsOf({ video, audio }: WantedStreams): ReadonlyMap<number, 'video' | 'audio'> {
  const kinds = new Map<number, 'video' | 'audio'>()
  const add = (kind: 'video' | 'audio', { stream, codec }: WantedStream): void => {
    if (!INDEXED[kind].test(codec)) throw new Mp4FormatError(`${kind} of the codec ${codec}`)
    kinds.set(stream, kind)
  }
  if (video) add('video', video)
  for (const sound of audio) add('audio', sound)
  return kinds
}

/** A skeleton is mostly a hole; ten million samples and a minute of sound in one chunk are far below. */
const MOST_BYTES = 1 << 30

function fileType(brand: string): Buffer {
  if (brand === '') return Buffer.alloc(0)
  const name = Buffer.from(brand, 'latin1')
  return box('ftyp', name, u32([0x200]), name)
}
