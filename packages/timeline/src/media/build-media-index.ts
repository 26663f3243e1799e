import {
  divRational,
  equalRational,
  parseRational,
  rational,
  type Rational,
  roundRational,
  SheafError,
  ZERO,
} from '@sheaf/protocol'
import type { AudioIndex, MediaIndex, VideoIndex } from './media-index.js'
import { checkFrames, fieldsOf } from './first-frames.js'
import { placesOf } from './frame-places.js'
import { containerOf, refuseVideo } from './media-support.js'
import type { ProbeFrame, ProbePacket, ProbeReport, ProbeStream } from './probe-report.js'
import { packRuns } from './pts-runs.js'
import { alphaDecoder, coloursOf } from './source-colours.js'
import { lightOf } from './source-light.js'
import { readTurn } from './source-turn.js'

/** The streams that a medium is used by: the first with pictures that is no cover, and those with sound. */
export function usedStreams({ streams = [] }: ProbeReport): {
  readonly video: ProbeStream | undefined
  readonly audio: readonly ProbeStream[]
} {
  return {
    video: streams.find((s) => s.codec_type === 'video' && s.disposition?.attached_pic !== 1),
    audio: streams.filter((s) => s.codec_type === 'audio'),
  }
}

/**
 * Makes the index of a medium from what ffprobe says about it; see {@link PROBE_ARGS}.
 * Throws SHEAF_MEDIA_INVALID for what is no medium, and SHEAF_MEDIA_UNSUPPORTED, naming everything
 * at once, for what would come out wrong.
 * `name` is only used in messages.
 */
export function buildMediaIndex(report: ProbeReport, { name }: { readonly name: string }): MediaIndex {
  const { video, audio: sounds } = usedStreams(report)
  const [audio, ...moreAudio] = sounds
  if (!video && !audio) throw invalid(name, 'it holds neither pictures nor sound')
  const format = report.format?.format_name ?? ''
  // ffprobe says `image2` of every still that it knows by its name alone, and of JPEGs, which are read.
  const oddStill = format === 'image2' && video?.codec_name !== 'mjpeg'
  const container = oddStill ? undefined : containerOf(format)
  const named = oddStill
    ? `still pictures of the kind ${video?.codec_name ?? '(none)'}`
    : `the container ${format || '(none)'}`
  const problems = [
    ...(container === undefined ? [named] : []),
    ...(video ? refuseVideo(video, report.frames ?? []) : []),
  ]
  if (problems.length > 0 || container === undefined) throw unsupported(name, problems)
  const packetsOf = (stream: ProbeStream): ProbePacket[] =>
    (report.packets ?? []).filter((packet) => packet.stream_index === stream.index)
  // What holds no samples cannot be heard; only of the first stream is that a fault of the file.
  const further = moreAudio.filter((one) => packetsOf(one).some(isHeard))
  return {
    container,
    video: video && videoIndex(video, packetsOf(video), { name, frames: report.frames ?? [] }),
    audio: audio && audioIndex(audio, packetsOf(audio), name),
    ...(further.length > 0 && { moreAudio: further.map((one) => audioIndex(one, packetsOf(one), name)) }),
  }
}

function videoIndex(
  stream: ProbeStream,
  packets: readonly ProbePacket[],
  { name, frames: first }: { readonly name: string; readonly frames: readonly ProbeFrame[] },
): VideoIndex {
  const usable = usablePictures(packets, name)
  const timeBase = readRational(stream.time_base, 'time base', name)
  const values = usable.map((frame) => frame.pts)
  if (values.some((value, i) => i > 0 && value === values[i - 1])) {
    throw unsupported(name, ['two frames with one presentation time (remux it to MP4)'])
  }
  const untrue = checkFrames(first, { packets, values })
  if (untrue !== undefined) throw unsupported(name, [untrue])
  const rate = optionalRational(stream.r_frame_rate)
  const nominal = rate && rate.num > 0 ? divRational(divRational(rational(1), rate), timeBase) : undefined
  const runs = packRuns(values, nominal)
  const sar = optionalRational(stream.sample_aspect_ratio?.replace(':', '/'))
  const keys = usable.flatMap((frame, index) => (frame.key ? [index] : []))
  return {
    stream: stream.index,
    codec: stream.codec_name ?? '',
    width: stream.width ?? 0,
    height: stream.height ?? 0,
    sar: sar && sar.num > 0 ? sar : rational(1),
    pixFmt: alphaDecoder(stream) === undefined ? (stream.pix_fmt ?? '') : 'yuva420p',
    timeBase,
    frames: runs,
    frameCount: values.length,
    keyframes: packRuns(keys),
    lastDuration: medianStep(values) ?? Math.max(1, nominal ? roundRational(nominal) : 1),
    reorder: stream.has_b_frames ?? 0,
    variableRate: !isSteady(values),
    ...coloursOf(stream),
    ...unusualOf(stream, first),
    ...placesOf(usable),
  }
}

/** The pictures that come out, in order of presentation. */
function usablePictures(
  packets: readonly ProbePacket[],
  name: string,
): readonly { readonly pts: number; readonly pos: number | undefined; readonly key: boolean }[] {
  // Packets marked "discard" are cut off by the file's own edit list: they are decoded, but not shown.
  const pictures = packets
    .map(({ pts, pos, flags = '' }) => ({ pts, pos, key: flags.startsWith('K'), shown: !flags.includes('D') }))
    .filter(({ key, shown }) => shown || key)
  if (!pictures.some(({ shown }) => shown)) throw invalid(name, 'its video stream holds no frames')
  const timed = pictures.flatMap(({ pts, ...rest }) => (pts === undefined ? [] : [{ pts, ...rest }]))
  if (timed.length < pictures.length) {
    throw unsupported(name, ['a video stream without presentation times (remux it to MP4)'])
  }
  const ordered = timed.sort((a, b) => a.pts - b.pts)
  const firstKey = ordered.findIndex(({ key }) => key)
  if (firstKey === -1) throw invalid(name, 'its video stream holds no keyframe')
  // What lies before the first keyframe cannot be decoded: a recording that was cut anywhere.
  return ordered.slice(firstKey).filter(({ shown }) => shown)
}

function unusualOf(
  stream: ProbeStream,
  first: readonly ProbeFrame[],
): Pick<VideoIndex, 'turn' | 'fields' | 'decoder' | 'light'> {
  const turn = readTurn(stream, first)
  const fields = fieldsOf(stream, first)
  const decoder = alphaDecoder(stream)
  const light = lightOf([stream, ...first].flatMap(({ side_data_list: data }) => data ?? []))
  return {
    ...(turn.kind === 'turned' && { turn: turn.turn }),
    ...(fields && { fields }),
    ...(decoder && { decoder }),
    ...(light && { light }),
  }
}

const isHeard = ({ pts, flags }: ProbePacket): boolean => pts !== undefined && !flags?.includes('D')

function audioIndex(stream: ProbeStream, packets: readonly ProbePacket[], name: string): AudioIndex {
  const timed = packets.filter(isHeard)
  if (timed.length === 0) throw invalid(name, 'its audio stream holds no samples')
  let [start, end] = [Number.POSITIVE_INFINITY, 0]
  for (const { pts = 0, duration = 0 } of timed) {
    start = Math.min(start, pts)
    end = Math.max(end, pts + duration)
  }
  return {
    stream: stream.index,
    codec: stream.codec_name ?? '',
    sampleRate: Number(stream.sample_rate ?? 0),
    channels: stream.channels ?? 0,
    timeBase: readRational(stream.time_base, 'time base', name),
    startPts: start,
    duration: end - start,
    ...saidLanguage(stream),
  }
}

/** `und` is how a file says that it does not say. */
function saidLanguage(stream: ProbeStream): { readonly language?: string } {
  const language = stream.tags?.['language']
  return language !== undefined && language !== 'und' && /^[a-z]{2,3}$/.test(language) ? { language } : {}
}

/** Whether all frames last equally long, give or take the tick that a coarse time base costs. */
function isSteady(values: readonly number[]): boolean {
  let [least, most] = [Number.POSITIVE_INFINITY, 0]
  for (let i = 1; i < values.length; i++) {
    const step = (values[i] ?? 0) - (values[i - 1] ?? 0)
    least = Math.min(least, step)
    most = Math.max(most, step)
  }
  return values.length < 3 || most - least <= 1
}

function medianStep(values: readonly number[]): number | undefined {
  const steps = values.slice(1).map((value, i) => value - (values[i] ?? 0))
  return steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)]
}

function readRational(text: string | undefined, what: string, name: string): Rational {
  const value = optionalRational(text)
  if (!value || value.num <= 0) throw invalid(name, `its ${what} is ${text ?? 'missing'}`)
  return value
}

function optionalRational(text: string | undefined): Rational | undefined {
  if (text === undefined || !/^\d+\/[1-9]\d*$/.test(text)) return undefined
  const value = parseRational(text)
  return equalRational(value, ZERO) ? undefined : value
}

function invalid(name: string, problem: string): SheafError {
  return new SheafError({
    code: 'SHEAF_MEDIA_INVALID',
    message: `${name} cannot be used: ${problem}`,
    hint: 'Check that the file plays, then submit again.',
    details: { name },
  })
}

function unsupported(name: string, problems: readonly string[]): SheafError {
  return new SheafError({
    code: 'SHEAF_MEDIA_UNSUPPORTED',
    message: `${name} cannot be rendered right by this version: ${problems.join('; ')}`,
    hint: 'Convert it to what is read (docs/FORMATS.md), for instance: ffmpeg -i IN -c:v prores_ks -profile:v 3 OUT.mov',
    details: { name, problems },
  })
}
