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
import { programOf } from '../media/sound-program.js'
import type { FrameSpan, MediaContent } from '../model/edit.js'
import { mediaTimeAt } from '../model/walk-edit.js'
import { bracketed, type FilterChains } from './filter-chains.js'
import { seekArgs } from './seek-args.js'
import { intoMix, type MixLayout } from './sound-layout.js'

/** Samples a second of the sound of every job. */
export const AUDIO_RATE = 48_000
/** The format in which sound is handed from chain to chain. */
export const soundFormat = (mix: MixLayout): string =>
  `aformat=sample_fmts=fltp:sample_rates=${AUDIO_RATE}:channel_layouts=${mix}`

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
  readonly mix: MixLayout
  readonly chains: FilterChains
}

/**
 * The chain of a piece of sound: cut at the sample, silent where its medium has none, and exactly `samples` long.
 * At another speed the pitch stays as it was; backwards it is turned round.
 */
export function soundOfMedium(piece: SoundPiece): string {
  const { content, samples, index, chains } = piece
  const pace = absRational(content.speed)
  const backwards = content.speed.num < 0
  const streams = programOf(index, content.sound)
  const [audio] = streams
  if (!audio) throw new Error(`no stream ${content.sound ?? 0} of sound in ${content.media}`)
  const cut = cutOf(piece, audio)
  // A seek behind the end of a file is an error of ffmpeg's.
  if (cut.silent) return silence(samples, piece.mix)
  const input = chains.input(content.media, ['-f', index.container, ...seekOptions(index, audio, cut.start)])
  const heard = streams.length === 1 ? streamSound(piece, { audio, input }) : mergedSound(piece, { streams, input })
  const { missing, wanted } = cut
  return [
    heard,
    ...(backwards ? ['areverse'] : []),
    ...(missing > 0 ? [`adelay=delays=${missing}S:all=1`, `apad=whole_len=${wanted}`] : []),
    ...tempo(pace),
    exactly(samples),
  ].join(',')
}

function streamSound(
  piece: SoundPiece,
  { audio, input }: { readonly audio: AudioIndex; readonly input: number },
): string {
  const settled = [...intoMix(audio.channels, piece.mix), soundFormat(piece.mix), ...settle(cutOf(piece, audio))]
  return [`[${input}:${audio.stream}]aresample=${AUDIO_RATE}`, ...settled].join(',')
}

/** Mono streams as the channels of one: each is cut by itself, since after a seek they need not begin together. */
function mergedSound(
  piece: SoundPiece,
  { streams, input }: { readonly streams: readonly AudioIndex[]; readonly input: number },
): string {
  const channels = streams.map((audio) =>
    piece.chains.add(
      [
        `[${input}:${audio.stream}]aresample=${AUDIO_RATE}`,
        `aformat=sample_fmts=fltp:sample_rates=${AUDIO_RATE}:channel_layouts=mono`,
        ...settle(cutOf(piece, audio)),
      ].join(','),
    ),
  )
  const merged = [`amerge=inputs=${channels.length}`, ...intoMix(channels.length, piece.mix), soundFormat(piece.mix)]
  return `${bracketed(channels)}${merged.join(',')}`
}

/** Of all that is decoded, the samples that are wanted. */
function settle({ startSample, wanted, lead, held }: Cut): readonly string[] {
  return [
    `asettb=expr=1/${AUDIO_RATE}`,
    `atrim=start_pts=${startSample}:end_pts=${startSample + wanted}`,
    'asetpts=PTS-STARTPTS',
    ...(lead > 0 ? [`adelay=delays=${lead}S:all=1`] : []),
    exactly(held),
  ]
}

/** A chain of so many samples of nothing. */
export const silence = (samples: number, mix: MixLayout): string =>
  `anullsrc=r=${AUDIO_RATE}:cl=${mix},atrim=end_sample=${samples},${soundFormat(mix)}`

/** What is taken of a stream of sound, in samples. */
interface Cut {
  /** Second of the file with which it begins. */
  readonly start: Rational
  readonly startSample: number
  readonly wanted: number
  /** Silence before the stream begins. */
  readonly lead: number
  /** Read: all but what is missing. */
  readonly held: number
  /** What runs backwards begins with the silence behind the end of its medium. */
  readonly missing: number
  /** Whether the stream ends before all of it, or begins behind it. */
  readonly silent: boolean
}

function cutOf({ from, content, span, rate, samples, index }: SoundPiece, audio: AudioIndex): Cut {
  const pace = absRational(content.speed)
  const backwards = content.speed.num < 0
  // What is heard first in the medium: backwards that is what the last frame lets hear.
  const first = mediaTimeAt({ from, content }, backwards ? span.to - 1 : span.from, rate)
  const soundBegin = mulRational(rational(audio.startPts), audio.timeBase)
  const start = addRational(mediumBegin(index, soundBegin), first)
  const startSample = toSamples(start)
  const wanted = equalRational(pace, rational(1)) ? samples : Math.ceil(samples * rationalToNumber(pace))
  const lead = Math.min(wanted, Math.max(0, toSamples(soundBegin) - startSample))
  // What runs backwards is held in memory: of the medium alone, not of the silence behind its end.
  const soundEnd = toSamples(addRational(soundBegin, mulRational(rational(audio.duration), audio.timeBase)))
  const missing = backwards ? Math.min(wanted, Math.max(0, startSample + wanted - soundEnd)) : 0
  const silent = startSample >= soundEnd || lead >= wanted
  return { start, startSample, wanted, lead, held: wanted - missing, missing, silent }
}

function seekOptions(index: MediaIndex, audio: AudioIndex, start: Rational): readonly string[] {
  const soundBegin = mulRational(rational(audio.startPts), audio.timeBase)
  const seekTo = subRational(start, PRE_ROLL)
  if (!SEEKABLE.has(index.container) || subRational(seekTo, soundBegin).num <= 0) return []
  return seekArgs(microseconds(seekTo))
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
