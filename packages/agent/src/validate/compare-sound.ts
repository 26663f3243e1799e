import {
  CHECK_CHANNELS,
  compileSoundCheck,
  type FilmFacts,
  matchSound,
  mediaIndices,
  SOUND_CHECK_FILTER,
  SOUND_CHECK_OUTPUT,
  SOUND_REACH,
  SOUND_WINDOW,
  type SoundVerdict,
} from '@sheaf/timeline'
import type { FilmSource } from './film-signatures.js'
import type { ReferenceJob } from './reference-job.js'
import { readCall } from './read-call.js'
import { readPieces } from './read-pieces.js'

const PIECE_BYTES = SOUND_WINDOW * CHECK_CHANNELS * 2
/** A last piece shorter than this tells nothing: a codec's last packet reaches beyond the sound. */
const LEAST_BYTES = PIECE_BYTES / 8

/** A verdict on each second of a film's sound; none when the edit has no sound or the film none. */
export async function compareSound(job: ReferenceJob, film: FilmSource, facts: FilmFacts): Promise<SoundVerdict[]> {
  const { audio } = facts
  const expected = editSound(job)
  if (!audio || !expected) return []
  const found = readPieces({
    file: film.tools.ffmpeg,
    args: filmSoundArgs(film.path, { ...facts, audio }),
    pieceBytes: PIECE_BYTES,
    signal: film.signal,
  })
  const verdicts: SoundVerdict[] = []
  const edit = new EditSound(expected)
  let hint: number | undefined
  try {
    for (;;) {
      const next = await found.next()
      const piece = next.done === true ? undefined : next.value
      const asked = await edit.next()
      if (!piece && !asked) return verdicts
      // Sound that is not there is silence.
      const samples = toSamples(piece ?? Buffer.alloc(PIECE_BYTES))
      if (samples.byteLength < LEAST_BYTES) continue
      const verdict = matchSound({ found: samples, expected: edit.around(), hint })
      if (verdict.kind === 'offset') hint = verdict.samples
      verdicts.push(verdict)
    }
  } finally {
    await found.return()
    await edit.close()
  }
}

/** The edit's sound around the piece that is looked at. */
class EditSound {
  readonly #source: AsyncGenerator<Buffer, void>
  #before = silence()
  #now = silence()
  #after: Int16Array = silence()
  #started = false
  #left = 0

  constructor(source: AsyncGenerator<Buffer, void>) {
    this.#source = source
  }

  /** Goes on by a piece; false when there is none any more. */
  async next(): Promise<boolean> {
    if (!this.#started) this.#after = await this.#read()
    this.#started = true
    this.#before = this.#now
    this.#now = this.#after
    const there = this.#left > 0
    this.#left = 0
    this.#after = await this.#read()
    return there
  }

  around(): Int16Array {
    const reach = SOUND_REACH * CHECK_CHANNELS
    const sound = new Int16Array(this.#now.length + 2 * reach)
    sound.set(this.#before.subarray(this.#before.length - reach), 0)
    sound.set(this.#now, reach)
    sound.set(this.#after.subarray(0, reach), reach + this.#now.length)
    return sound
  }

  async close(): Promise<void> {
    await this.#source.return()
  }

  async #read(): Promise<Int16Array> {
    const { value, done } = await this.#source.next()
    const piece = silence()
    if (done === true) return piece
    this.#left = value.length
    piece.set(toSamples(value))
    return piece
  }
}

const silence = (): Int16Array => new Int16Array(SOUND_WINDOW * CHECK_CHANNELS)

function toSamples(piece: Buffer): Int16Array {
  return new Int16Array(piece.buffer, piece.byteOffset, piece.length >> 1)
}

function editSound(job: ReferenceJob): AsyncGenerator<Buffer, void> | undefined {
  const { edit, preset } = job.manifest
  const call = compileSoundCheck({
    edit,
    media: mediaIndices(job.manifest),
    preset,
    layout: job.manifest.sound?.layout,
  })
  return call && readCall(call, job, { who: 'the sound of the edit', pieceBytes: PIECE_BYTES })
}

/** The film's sound from its first picture on: what comes late is preceded by silence, what comes before it is cut. */
function filmSoundArgs(
  path: string,
  { container, video, audio }: FilmFacts & { readonly audio: NonNullable<FilmFacts['audio']> },
): string[] {
  const begin = video ? ((video.times[0] ?? 0) * video.timeBase.num) / video.timeBase.den : 0
  const place = `aresample=async=1:min_hard_comp=0.005:first_pts=${Math.round(begin * Number(audio.tags['sample_rate'] ?? 48_000))}`
  return [
    ...['-hide_banner', '-nostdin', '-v', 'error', '-nostats', '-copyts', '-f', container],
    ...['-protocol_whitelist', 'file', '-i', `file:${path}`],
    ...['-filter_complex', `[0:${audio.stream}]${place},${SOUND_CHECK_FILTER}[checked]`],
    ...['-map', '[checked]', ...SOUND_CHECK_OUTPUT],
  ]
}
