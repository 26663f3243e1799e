import { parseRational, type Rational, rational, rationalToNumber } from '@sheaf/protocol'
import {
  lightTagsOf,
  type FilmAudioFacts,
  type FilmFacts,
  type FilmVideoFacts,
  type ProbePacket,
  type ProbeSideData,
} from '@sheaf/timeline'
import { type FfmpegTools, runTool } from '../engine/index.js'
import { readPacketLine } from '../engine/packet-line.js'

/** What `probeFilm` needs. */
export interface ProbeFilmOptions {
  readonly tools: Pick<FfmpegTools, 'ffprobe'>
  readonly path: string
  /** `headers`: no times of frames, which take a pass over the whole file. */
  readonly depth: 'headers' | 'frames'
  readonly signal?: AbortSignal | undefined
}

/** Reads what a film's container and headers say. Throws SHEAF_TOOL_FAILED when it is no media file, SHEAF_TOOL_MISSING. */
export async function probeFilm(options: ProbeFilmOptions): Promise<FilmFacts> {
  const { format, streams } = await probeHeaders(options)
  const packets = options.depth === 'frames' ? await probePackets(options) : new Map<number, readonly ProbePacket[]>()
  const [video, audio] = ['video', 'audio'].map((kind) => streams.find(({ codec_type }) => codec_type === kind))
  const pictures = video && videoFacts(video, packets.get(indexOf(video)) ?? [])
  const begin = pictures ? (pictures.times[0] ?? 0) * rationalToNumber(pictures.timeBase) : undefined
  return {
    container: (format ?? '').split(',')[0] ?? '',
    video: pictures,
    audio: audio && audioFacts(audio, packets.get(indexOf(audio)) ?? [], begin),
  }
}

/** A stream in ffprobe's words; numbers where ffprobe writes them so. */
type Stream = Readonly<Record<string, unknown>>

const STREAM_ENTRIES = [
  ...['index', 'codec_type', 'codec_name', 'width', 'height', 'sample_aspect_ratio', 'pix_fmt', 'field_order'],
  ...['color_range', 'color_space', 'color_transfer', 'color_primaries', 'time_base', 'has_b_frames', 'duration'],
  ...['sample_rate', 'channels', 'r_frame_rate', 'avg_frame_rate'],
]

async function probeHeaders({ tools, path, signal }: ProbeFilmOptions): Promise<{
  readonly format: string | undefined
  readonly streams: readonly Stream[]
}> {
  const entries = `format=format_name:stream=${STREAM_ENTRIES.join(',')}:stream_side_data_list`
  const args = ['-v', 'error', '-protocol_whitelist', 'file', '-show_entries', entries, '-of', 'json', `file:${path}`]
  const { stdout } = await runTool({ file: tools.ffprobe, args, signal })
  const report = JSON.parse(stdout.toString('utf8')) as {
    readonly format?: { readonly format_name?: string }
    readonly streams?: readonly Stream[]
  }
  return { format: report.format?.format_name, streams: report.streams ?? [] }
}

async function probePackets({ tools, path, signal }: ProbeFilmOptions): Promise<Map<number, ProbePacket[]>> {
  const packets = new Map<number, ProbePacket[]>()
  let rest = ''
  const onStdout = (bytes: Buffer): void => {
    const lines = (rest + bytes.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const packet = readPacketLine(line)
      // What an edit list leaves out is never shown.
      if (packet?.pts === undefined || packet.flags?.includes('D')) continue
      const list = packets.get(packet.stream_index) ?? []
      packets.set(packet.stream_index, list)
      list.push(packet)
    }
  }
  const args = [
    ...['-v', 'error', '-protocol_whitelist', 'file', '-show_packets'],
    ...['-show_entries', 'packet=stream_index,pts,duration,flags', '-of', 'compact=p=0', `file:${path}`],
  ]
  await runTool({ file: tools.ffprobe, args, signal, onStdout })
  return packets
}

function videoFacts(stream: Stream, packets: readonly ProbePacket[]): FilmVideoFacts {
  const sorted = [...packets].sort((a, b) => (a.pts ?? 0) - (b.pts ?? 0))
  return {
    stream: indexOf(stream),
    timeBase: timeBaseOf(stream),
    times: sorted.map(({ pts }) => pts ?? 0),
    keyframes: sorted.flatMap(({ flags }, at) => (flags?.includes('K') ? [at] : [])),
    reorder: typeof stream['has_b_frames'] === 'number' ? stream['has_b_frames'] : 0,
    tags: tagsOf(stream),
  }
}

function audioFacts(stream: Stream, packets: readonly ProbePacket[], begin: number | undefined): FilmAudioFacts {
  const tick = rationalToNumber(timeBaseOf(stream))
  const first = packets[0]
  if (!first) return { stream: indexOf(stream), seconds: Number(stream['duration'] ?? 0), tags: tagsOf(stream) }
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { pts = 0, duration = 0 } of packets) {
    from = Math.min(from, pts * tick)
    to = Math.max(to, (pts + duration) * tick)
  }
  // What an encoder puts before the first picture is not heard.
  return { stream: indexOf(stream), seconds: to - Math.max(from, begin ?? from), tags: tagsOf(stream) }
}

/** Everything that the file says; ffprobe writes `unknown` for what it does not. */
function tagsOf(stream: Stream): Record<string, string> {
  const known = Object.entries(stream).filter(
    ([, value]) => (typeof value === 'string' && value !== 'unknown') || typeof value === 'number',
  )
  const sideData = Array.isArray(stream['side_data_list']) ? (stream['side_data_list'] as ProbeSideData[]) : []
  return { ...Object.fromEntries(known.map(([name, value]) => [name, String(value)])), ...lightTagsOf(sideData) }
}

function timeBaseOf(stream: Stream): Rational {
  const text = stream['time_base']
  return typeof text === 'string' ? parseRational(text) : rational(1)
}

const indexOf = (stream: Stream): number => Number(stream['index'] ?? 0)
