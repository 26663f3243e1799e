import {
  addRational,
  divRational,
  mulRational,
  type Rational,
  rational,
  roundRational,
  subRational,
} from '@sheaf/protocol'
import type { AudioIndex, MediaIndex } from '../media/media-index.js'
import { valueAt } from '../media/pts-runs.js'
import type { Edit, EditClip, EditItem } from '../model/edit.js'
import type { Preset } from '../preset/preset.js'
import { CallBuilder, COMMON_ARGS, type FfmpegCall } from './ffmpeg-call.js'

/** Samples a second of the sound of every job. */
export const AUDIO_RATE = 48_000

/** What {@link compileAudio} compiles. */
export interface AudioRequest {
  readonly edit: Edit
  readonly media: ReadonlyMap<string, MediaIndex>
  readonly preset: Preset
  /** Where the sound goes, an absolute path that ends in {@link audioExtension}. */
  readonly output: string
}

/** A process that writes `samples` samples of stereo sound. */
export interface AudioCall extends FfmpegCall {
  readonly samples: number
}

/** Ending of the sound's file. */
export function audioExtension(preset: Preset): '.m4a' | '.mov' {
  return preset.id === 'h264' ? '.m4a' : '.mov'
}

/** The sample at which a frame of the edit begins; at `edit.frames` the number of all samples. */
export function sampleOfFrame(frame: number, rate: Rational): number {
  return roundRational(divRational(rational(frame * AUDIO_RATE), rate))
}

/**
 * The one ffmpeg call that makes a job's whole sound, exactly round(frames × 48000 ÷ rate) samples;
 * undefined when the edit has no audio track. `-cpuflags 0` makes the bytes the same on every CPU.
 */
export function compileAudio(request: AudioRequest): AudioCall | undefined {
  const { edit, preset } = request
  if (!edit.audio) return undefined
  const samples = sampleOfFrame(edit.frames, edit.rate)
  const call = new CallBuilder([...COMMON_ARGS, '-cpuflags', '0', '-copyts'])
  const pieces = edit.audio.items.map((item) => pieceOf(request, item, call)).map((chain, i) => `${chain}[p${i}]`)
  const labels = pieces.map((_, i) => `[p${i}]`).join('')
  const concat = pieces.length > 1 ? `${labels}concat=n=${pieces.length}:v=0:a=1,` : labels
  const graph = [
    ...pieces,
    `${concat}asettb=expr=1/${AUDIO_RATE},asetpts=NB_CONSUMED_SAMPLES,apad=whole_len=${samples},atrim=end_sample=${samples}[out]`,
  ].join(';\n')
  // At this rate the fast coder is as good by ffmpeg's own word and by measure, in half the time.
  const codec = preset.id === 'h264' ? ['-c:a', 'aac', '-aac_coder', 'fast', '-b:a', '192k'] : ['-c:a', 'pcm_s24le']
  const built = call.finish(graph, [
    '-map',
    '[out]',
    ...codec,
    '-flags:a',
    '+bitexact',
    '-fflags',
    '+bitexact',
    '-map_metadata',
    '-1',
    '-f',
    preset.id === 'h264' ? 'mp4' : 'mov',
    `file:${request.output}`,
  ])
  return { ...built, samples }
}

const STEREO = `aformat=sample_fmts=fltp:sample_rates=${AUDIO_RATE}:channel_layouts=stereo`

function pieceOf({ edit, media }: AudioRequest, item: EditItem, call: CallBuilder): string {
  const length = sampleOfFrame(item.to, edit.rate) - sampleOfFrame(item.from, edit.rate)
  if (item.kind === 'gap') {
    return `anullsrc=r=${AUDIO_RATE}:cl=stereo,atrim=end_sample=${length},${STEREO}`
  }
  const index = media.get(item.media)
  if (!index?.audio) throw new Error(`no sound for ${item.media} (${item.where})`)
  return clipPiece({ clip: item, index, audio: index.audio, length, call })
}

/** Sound before the piece that decoders may need to settle, in seconds. */
const PRE_ROLL = rational(1)
/** Containers in which a seek lands at the sample that was asked for. */
const SEEKABLE: ReadonlySet<string> = new Set(['mov', 'matroska', 'wav', 'w64'])

function clipPiece(piece: {
  readonly clip: EditClip
  readonly index: MediaIndex
  readonly audio: AudioIndex
  readonly length: number
  readonly call: CallBuilder
}): string {
  const { clip, index, audio, length, call } = piece
  const soundBegin = mulRational(rational(audio.startPts), audio.timeBase)
  // Sound is placed against the pictures of its file, so that the two stay together.
  const mediumBegin = index.video
    ? mulRational(rational(valueAt(index.video.frames, 0) ?? 0), index.video.timeBase)
    : soundBegin
  const start = addRational(mediumBegin, clip.sourceStart)
  const startSample = toSamples(start)
  const lead = Math.min(length, Math.max(0, toSamples(soundBegin) - startSample))
  const seekTo = subRational(start, PRE_ROLL)
  const seek =
    SEEKABLE.has(index.container) && subRational(seekTo, soundBegin).num > 0
      ? ['-seek_timestamp', '1', '-noaccurate_seek', '-ss', microseconds(seekTo)]
      : []
  const input = call.input(clip.media, ['-f', index.container, ...seek])
  return [
    `[${input}:${audio.stream}]aresample=${AUDIO_RATE}`,
    // ffmpeg's own way from one channel to two costs 3 dB; players give both speakers the full signal.
    ...(audio.channels === 1 ? ['pan=stereo|c0=c0|c1=c0'] : []),
    STEREO,
    `asettb=expr=1/${AUDIO_RATE}`,
    `atrim=start_pts=${startSample}:end_pts=${startSample + length}`,
    'asetpts=PTS-STARTPTS',
    ...(lead > 0 ? [`adelay=delays=${lead}S:all=1`] : []),
    `apad=whole_len=${length}`,
    `atrim=end_sample=${length}`,
  ].join(',')
}

function toSamples(seconds: Rational): number {
  return roundRational(mulRational(seconds, rational(AUDIO_RATE)))
}

function microseconds(seconds: Rational): string {
  return (roundRational(mulRational(seconds, rational(1_000_000))) / 1_000_000).toFixed(6)
}
