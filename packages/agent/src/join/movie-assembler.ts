import { open } from 'node:fs/promises'
import { type BlobId, type Rational, SheafError } from '@sheaf/protocol'
import type { LightLevels } from '@sheaf/timeline'
import type { CheckedSegment } from './check-segment.js'
import { frameTicks } from './frame-order.js'
import { HashedFile } from './hashed-file.js'
import { withLightBoxes } from './light-boxes.js'
import { fileTypeBox, mediaDataHeader, type Movie, movieBox, type MovieTrack } from './movie-writer.js'
import type { Mp4Track } from './mp4-track.js'
import { pushChunk, SampleCopier, type SampleSink } from './sample-copier.js'
import { type Chunk, type Run, sampleSize } from './sample-table.js'
import {
  chapterEntry,
  chapterListBox,
  chapterSample,
  type Timecode,
  timecodeEntry,
  timecodeSample,
  type TimeTrack,
} from './time-tracks.js'

/** The sound of the result: its file and index. */
export interface SoundTrack {
  readonly path: string
  readonly track: Mp4Track
}

/** What a film says of its times besides the pictures' own. */
export interface FilmTimes {
  readonly timecode?: Timecode | undefined
  /** Frames where chapters begin, rising, with their names. */
  readonly chapters?: readonly { readonly frame: number; readonly name: string }[] | undefined
}

/** What is left to be done when the index is written. */
export interface MovieEnd {
  /** The finished head of `mdat`, and where it belongs. */
  readonly header: Buffer
  readonly position: number
  /** Where `mdat` ends. */
  readonly endOfMedia: number
  /** The index for a file in which `mdat` lies so many bytes further behind. */
  readonly indexFor: (offsetShift: number) => Buffer
}

/** Where a landed segment lies, and what its bytes must hash to. */
export interface SegmentFile {
  readonly index: number
  readonly path: string
  readonly blob: BlobId
}

/**
 * Lays out the result: `ftyp`, one `mdat` in which a second of sound precedes each second of
 * pictures, `moov`. The layout is a function of the segments and the sound alone.
 */
export class MovieAssembler {
  readonly #rate: Rational
  readonly #sink: SampleSink
  readonly #times: FilmTimes
  readonly #light: LightLevels | undefined
  readonly #sound: SoundTrack | undefined
  readonly #framesPerGroup: number
  readonly #sizes: number[] = []
  readonly #sync: number[] = []
  /** Frame shown minus position in decoding order, for each sample. */
  readonly #shifts: number[] = []
  readonly #videoChunks: Chunk[] = []
  readonly #soundChunks: Chunk[] = []
  #videoEnd = -1
  #soundEnd = -1
  #soundCopier: SampleCopier | undefined
  #first: CheckedSegment | undefined
  #payloadStart = 0

  constructor(init: {
    readonly rate: Rational
    readonly sink: SampleSink
    readonly sound: SoundTrack | undefined
    readonly times?: FilmTimes | undefined
    readonly light?: LightLevels | undefined
  }) {
    this.#light = init.light
    this.#times = init.times ?? {}
    this.#rate = init.rate
    this.#sink = init.sink
    this.#sound = init.sound
    this.#framesPerGroup = Math.max(1, Math.round(init.rate.num / init.rate.den))
  }

  /** Frames written so far. */
  get frames(): number {
    return this.#sizes.length
  }

  /**
   * Appends the next segment, which {@link CheckedSegment} has found sound. Throws SHEAF_BLOB_CORRUPT when the
   * bytes that were read are not those that landed; {@link mark} tells how to go back then.
   */
  async append(segment: CheckedSegment, from: SegmentFile): Promise<void> {
    if (!this.#first) await this.#begin(segment)
    const file = await HashedFile.open(from.path)
    try {
      await this.#copy(segment, new SampleCopier(segment.track.samples, file))
      const actual = await file.digest()
      if (actual !== from.blob) throw corrupt(from, actual)
    } finally {
      await file.close()
    }
  }

  /** Remembers what was appended; what is returned forgets everything since. The sink is the caller's. */
  mark(): () => Promise<void> {
    const [frames, keys, first] = [this.#sizes.length, this.#sync.length, this.#first]
    const [videoEnd, soundEnd, payloadStart] = [this.#videoEnd, this.#soundEnd, this.#payloadStart]
    const lists = [keepList(this.#videoChunks), keepList(this.#soundChunks)]
    const rewindSound = this.#soundCopier?.mark()
    return async () => {
      this.#sizes.length = frames
      this.#shifts.length = frames
      this.#sync.length = keys
      this.#first = first
      this.#videoEnd = videoEnd
      this.#soundEnd = soundEnd
      this.#payloadStart = payloadStart
      for (const restore of lists) restore()
      if (rewindSound) rewindSound()
      else await this.close()
    }
  }

  async #copy(segment: CheckedSegment, copier: SampleCopier): Promise<void> {
    while (copier.copied < segment.frames) {
      if (this.#inGroup() === 0) await this.#appendSound(this.frames + this.#framesPerGroup)
      const count = Math.min(segment.frames - copier.copied, this.#framesPerGroup - this.#inGroup())
      const from = copier.copied
      pushChunk(this.#videoChunks, await copier.copy(count, this.#sink), this.#videoEnd)
      this.#videoEnd = this.#sink.position()
      for (let i = from; i < from + count; i++) {
        this.#sizes.push(sampleSize(segment.track.samples, i))
        this.#shifts.push((segment.order[i] ?? 0) - i)
      }
    }
    const base = this.frames - segment.frames
    for (const index of segment.track.samples.sync ?? []) this.#sync.push(base + index)
  }

  /** Writes what is left of the sound, then the index; returns the finished head of `mdat` and where it belongs. */
  async end(): Promise<MovieEnd> {
    if (!this.#first) throw new Error('a movie without segments has no end')
    await this.#appendSound(Number.MAX_SAFE_INTEGER)
    await this.close()
    const { track } = this.#first
    const times = await this.#writeTimes(track)
    const header = mediaDataHeader(this.#sink.position() - this.#payloadStart)
    const tracks = [this.#videoTrack(track), ...(this.#sound ? [this.#soundTrack(this.#sound.track, track)] : [])]
    const movie = { brand: track.brand, timescale: track.timescale, tracks, ...times }
    const index = movieBox(movie)
    const endOfMedia = this.#sink.position()
    await this.#sink.write(index)
    return {
      header,
      position: this.#payloadStart - header.length,
      endOfMedia,
      indexFor: (offsetShift) => movieBox({ ...movie, offsetShift }),
    }
  }

  /** Time code and chapters: their few bytes lie behind all pictures and sound. */
  async #writeTimes(track: Mp4Track): Promise<Pick<Movie, 'times' | 'chapterList'>> {
    const { timecode, chapters = [] } = this.#times
    const ticks = frameTicks(track, this.#rate)
    const { timescale } = track
    const times: TimeTrack[] = []
    if (timecode) {
      const sample = timecodeSample(timecode)
      const entry = timecodeEntry(timecode, { timescale, frameTicks: ticks })
      const samples = [{ ticks: this.frames * ticks, bytes: sample.length }]
      times.push({ kind: 'tmcd', timescale, samples, offset: this.#sink.position(), entry })
      await this.#sink.write(sample)
    }
    const shown = chaptersOf(chapters, this.frames)
    if (shown.length > 0) {
      const bytes = shown.map(({ name }) => chapterSample(name))
      const samples = shown.map(({ frames }, index) => ({ ticks: frames * ticks, bytes: bytes[index]?.length ?? 0 }))
      times.push({ kind: 'text', timescale, samples, offset: this.#sink.position(), entry: chapterEntry() })
      await this.#sink.write(Buffer.concat(bytes))
    }
    const seconds = (frame: number): number => (frame * this.#rate.den) / this.#rate.num
    const list = shown.map(({ frame, name }) => ({ seconds: seconds(frame), name }))
    return { times, ...(list.length > 0 && { chapterList: chapterListBox(list) }) }
  }

  /** Lets go of the sound file. Idempotent. */
  async close(): Promise<void> {
    await this.#soundCopier?.close()
    this.#soundCopier = undefined
  }

  async #begin(segment: CheckedSegment): Promise<void> {
    this.#first = segment
    if (this.#sound) {
      this.#soundCopier = new SampleCopier(this.#sound.track.samples, await open(this.#sound.path, 'r'))
    }
    await this.#sink.write(fileTypeBox(segment.track.brand))
    await this.#sink.write(mediaDataHeader(0))
    this.#payloadStart = this.#sink.position()
  }

  #inGroup(): number {
    return this.frames % this.#framesPerGroup
  }

  /** Copies the sound samples that begin before this frame does. */
  async #appendSound(beforeFrame: number): Promise<void> {
    if (!this.#sound || !this.#soundCopier) return
    const { samples, timescale } = this.#sound.track
    const count = samplesBefore(samples.durations, (beforeFrame * this.#rate.den * timescale) / this.#rate.num)
    const chunk = await this.#soundCopier.copy(count - this.#soundCopier.copied, this.#sink)
    pushChunk(this.#soundChunks, chunk, this.#soundEnd)
    if (chunk) this.#soundEnd = this.#sink.position()
  }

  #videoTrack(source: Mp4Track): MovieTrack {
    const ticks = frameTicks(source, this.#rate)
    const delay = this.#shifts.reduce((most, shift) => Math.max(most, -shift), 0)
    const reordered = this.#shifts.some((shift) => shift !== 0)
    return {
      source: { ...source, sampleEntry: withLightBoxes(source.sampleEntry, this.#light) },
      sizes: this.#sizes,
      count: this.frames,
      durations: [{ count: this.frames, value: ticks }],
      compositionOffsets: reordered ? toRuns(this.#shifts, (shift) => (shift + delay) * ticks) : [],
      sync: source.samples.sync === undefined ? undefined : this.#sync,
      chunks: this.#videoChunks,
      mediaTime: reordered ? delay * ticks : 0,
      durationTicks: this.frames * ticks,
    }
  }

  #soundTrack(source: Mp4Track, movie: Mp4Track): MovieTrack {
    return {
      source,
      sizes: source.samples.sizes,
      count: source.samples.count,
      durations: source.samples.durations,
      compositionOffsets: source.samples.compositionOffsets,
      sync: source.samples.sync,
      chunks: this.#soundChunks,
      mediaTime: source.mediaTime,
      durationTicks: this.#soundDuration(source, movie),
    }
  }

  /**
   * ffmpeg writes edit lists in milliseconds. Sound that was made for this film is as long as its
   * pictures; where the two differ by less than that rounding, the pictures' exact length counts.
   */
  #soundDuration(source: Mp4Track, movie: Mp4Track): number {
    const { ticks, timescale } = source.duration
    const rounded = Math.round((ticks * movie.timescale) / timescale)
    const pictures = this.frames * frameTicks(movie, this.#rate)
    return Math.abs(rounded - pictures) * 1000 <= movie.timescale ? pictures : rounded
  }
}

/** Chapters inside the film, each as long as to the next one; what lies before the first one is a chapter too. Names at one frame are one. */
function chaptersOf(
  chapters: NonNullable<FilmTimes['chapters']>,
  frames: number,
): { readonly frame: number; readonly frames: number; readonly name: string }[] {
  const byFrame = new Map<number, string>()
  for (const { frame, name } of chapters) {
    const before = byFrame.get(frame)
    byFrame.set(frame, before && name ? `${before} / ${name}` : before || name)
  }
  const inside = [...byFrame].filter(([frame]) => frame >= 0 && frame < frames).sort(([a], [b]) => a - b)
  if (inside.length === 0) return []
  const all = inside[0]?.[0] === 0 ? inside : [[0, ''] as const, ...inside]
  return all.map(([frame, name], index) => ({ frame, name, frames: (all[index + 1]?.[0] ?? frames) - frame }))
}

/** What restores a list that only `pushChunk` changes: it adds to the end, or replaces the last one. */
function keepList(chunks: Chunk[]): () => void {
  const kept = chunks.length
  const last = chunks.at(-1)
  return () => {
    chunks.length = kept
    if (last) chunks[kept - 1] = last
  }
}

function corrupt({ index, path, blob }: SegmentFile, actual: string): SheafError {
  return new SheafError({
    code: 'SHEAF_BLOB_CORRUPT',
    message: `Segment ${index} is not what landed: its bytes in ${path} hash to ${actual} instead of ${blob}.`,
    hint: 'It is rendered again by itself. If this repeats, check the disk and the memory of this machine.',
    details: { segment: index, id: blob },
  })
}

/** How many samples begin before this many ticks. */
function samplesBefore(durations: readonly Run[], ticks: number): number {
  let samples = 0
  let time = 0
  for (const { count, value } of durations) {
    const inRun = value === 0 ? count : Math.min(count, Math.max(0, Math.ceil((ticks - time) / value)))
    samples += inRun
    if (inRun < count) return samples
    time += count * value
  }
  return samples
}

function toRuns(values: readonly number[], map: (value: number) => number): Run[] {
  const runs: { count: number; value: number }[] = []
  for (const value of values) {
    const last = runs.at(-1)
    const mapped = map(value)
    if (last && last.value === mapped) last.count += 1
    else runs.push({ count: 1, value: mapped })
  }
  return runs
}
