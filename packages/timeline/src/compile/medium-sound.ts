import {
  absRational,
  addRational,
  divRational,
  equalRational,
  mulRational,
  type Rational,
  rational,
  rationalToNumber,
  roundRational,
  subRational,
} from '@sheaf/protocol'
import type { AudioIndex, MediaIndex } from '../media/media-index.js'
import { valueAt } from '../media/pts-runs.js'
import type { FrameSpan, MediaContent } from '../model/edit.js'
import { mediaTimeAt } from '../model/walk-edit.js'
import type { FilterChains } from './filter-chains.js'

/** Samples a second of the sound of every job. */
export const AUDIO_RATE = 48_000
/** The format in which sound is handed from chain to chain. */
export const STEREO = `aformat=sample_fmts=fltp:sample_rates=${AUDIO_RATE}:channel_layouts=stereo`

/** Cuts sound, or fills it up with silence, to so many samples. */
export const exactly = (samples: number): string => `apad=whole_len=${samples},atrim=end_sample=${samples}`

/** Sound before the piece that decoders may need to settle, in seconds. */
const PRE_ROLL = rational(1)
/** Containers in which a seek lands at the sample that was asked for. */
const SEEKABLE: ReadonlySet<string> = new Set(['mov', 'matroska', 'wav', 'w64'])

/** A piece of a medium's sound. */
export interface SoundPiece {
  /** Frame of the edit at which the clip's content begins, and what it is; not at speed 0. */
  readonly from: number
  readonly content: MediaContent
  /** Frames that are wanted. */
  readonly span: FrameSpan
  readonly rate: Rational
  /** How many samples that makes. */
  readonly samples: number
  readonly index: MediaIndex
  readonly audio: AudioIndex
  readonly chains: FilterChains
}

/**
 * The chain of a piece of sound: cut at the sample, silent where its medium has none, and exactly `samples` long.
 * At another speed the pitch stays as it was; backwards it is turned round.
 */
export function soundOfMedium(piece: SoundPiece): string {
  const { from, content, span, rate, samples, index, audio, chains } = piece
  const pace = absRational(content.speed)
  const backwards = content.speed.num < 0
  // What is heard first in the medium: backwards that is what the last frame lets hear.
  const first = mediaTimeAt({ from, content }, backwards ? span.to - 1 : span.from, rate)
  const soundBegin = mulRational(rational(audio.startPts), audio.timeBase)
  const start = addRational(mediumBegin(index, soundBegin), first)
  const startSample = toSamples(start)
  const wanted = equalRational(pace, rational(1)) ? samples : Math.ceil(samples * rationalToNumber(pace))
  const lead = Math.min(wanted, Math.max(0, toSamples(soundBegin) - startSample))
  const seekTo = subRational(start, PRE_ROLL)
  const seek =
    SEEKABLE.has(index.container) && subRational(seekTo, soundBegin).num > 0
      ? ['-seek_timestamp', '1', '-noaccurate_seek', '-ss', microseconds(seekTo)]
      : []
  // What runs backwards is held in memory: of the medium alone, not of the silence behind its end.
  const soundEnd = toSamples(addRational(soundBegin, mulRational(rational(audio.duration), audio.timeBase)))
  const missing = backwards ? Math.min(wanted, Math.max(0, startSample + wanted - soundEnd)) : 0
  const held = wanted - missing
  const input = chains.input(content.media, ['-f', index.container, ...seek])
  return [
    `[${input}:${audio.stream}]aresample=${AUDIO_RATE}`,
    // ffmpeg's own way from one channel to two costs 3 dB; players give both speakers the full signal.
    ...(audio.channels === 1 ? ['pan=stereo|c0=c0|c1=c0'] : []),
    STEREO,
    `asettb=expr=1/${AUDIO_RATE}`,
    `atrim=start_pts=${startSample}:end_pts=${startSample + wanted}`,
    'asetpts=PTS-STARTPTS',
    ...(lead > 0 ? [`adelay=delays=${lead}S:all=1`] : []),
    exactly(held),
    ...(backwards ? ['areverse'] : []),
    ...(missing > 0 ? [`adelay=delays=${missing}S:all=1`, `apad=whole_len=${wanted}`] : []),
    ...tempo(pace),
    exactly(samples),
  ].join(',')
}

/** Sound is placed against the pictures of its file, so that the two stay together. */
function mediumBegin({ video }: MediaIndex, soundBegin: Rational): Rational {
  return video ? mulRational(rational(valueAt(video.frames, 0) ?? 0), video.timeBase) : soundBegin
}

/** The time-stretcher takes half to double speed well; beyond that it is applied several times. */
function tempo(pace: Rational): string[] {
  const filters: string[] = []
  let left = rationalToNumber(pace)
  for (; left > 2; left /= 2) filters.push('atempo=2')
  for (; left < 0.5; left *= 2) filters.push('atempo=0.5')
  if (left !== 1) filters.push(`atempo=${left.toFixed(9)}`)
  return filters
}

function toSamples(seconds: Rational): number {
  return roundRational(mulRational(seconds, rational(AUDIO_RATE)))
}

function microseconds(seconds: Rational): string {
  return (roundRational(mulRational(seconds, rational(1_000_000))) / 1_000_000).toFixed(6)
}

/** The sample at which a frame of the edit begins; at `edit.frames` the number of all samples. */
export function sampleOfFrame(frame: number, rate: Rational): number {
  return roundRational(divRational(rational(frame * AUDIO_RATE), rate))
}
