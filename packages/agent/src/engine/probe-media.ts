import { open, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { isSheafError, parseRational, SheafError } from '@sheaf/protocol'
import {
  buildMediaIndex,
  containerOf,
  frameProbeArgs,
  type MediaIndex,
  PROBE_ARGS,
  type ProbeFrame,
  type ProbePacket,
  type ProbeReport,
  type ProbeStream,
  timeArgs,
  usedStreams,
} from '@sheaf/timeline'
import { probeMoviePackets } from '../movie-index/index.js'
import { beginsAsContainer } from './container-head.js'
import type { FfmpegTools } from './find-ffmpeg.js'
import { partUrl } from './input-places.js'
import { readPacketLine } from './packet-line.js'
import { pictureContainer } from './picture-head.js'
import { runTool } from './run-tool.js'

/** What `probeMedia` needs. */
export interface ProbeMediaOptions {
  readonly tools: Pick<FfmpegTools, 'ffprobe'>
  /** Any file name is fine: spaces, quotes, `%`, emoji, a leading `-`. */
  readonly path: string
  /** The medium is these bytes of the file alone, and called so. */
  readonly part?: { readonly start: number; readonly end: number; readonly name: string } | undefined
  readonly signal?: AbortSignal | undefined
  /** MP4 and QuickTime files of this size and more are indexed without being read. Default 64 MiB. */
  readonly indexedFromBytes?: number | undefined
}

/**
 * Indexes one media file: streams, frame → PTS table, keyframes. Throws SHEAF_MEDIA_MISSING (no such
 * file, a folder, not readable), SHEAF_MEDIA_INVALID (zero size, not media, truncated),
 * SHEAF_MEDIA_UNSUPPORTED, each naming the file; SHEAF_TOOL_MISSING, or the signal's reason.
 */
export async function probeMedia(options: ProbeMediaOptions): Promise<MediaIndex> {
  const { tools, path, part, signal, indexedFromBytes = INDEXED_FROM_BYTES } = options
  const file = resolve(path)
  await checkFile(file)
  const probe = { tools, file, signal, input: await inputOf(file, part) }
  const report = await probeStreams(probe)
  const times = timeArgs(containerOf(report.format?.format_name ?? '') ?? '')
  const timed = { ...probe, input: [...times, ...probe.input] }
  const byIndex = part === undefined ? moviePackets(probe, report, indexedFromBytes) : Promise.resolve(undefined)
  const [packets, frames] = await Promise.all([
    byIndex.then((found) => found ?? probePackets(timed)),
    probeFrames(timed, report),
  ])
  return buildMediaIndex({ ...report, packets, frames }, { name: part?.name ?? basename(file) })
}

/** Movies of this size and more are indexed without being read. */
const INDEXED_FROM_BYTES = 64 * 1024 * 1024

/** The packets of a large movie by its own index; undefined: the file must be read. */
async function moviePackets(
  probe: Probe,
  report: ProbeReport,
  fromBytes: number,
): Promise<readonly ProbePacket[] | undefined> {
  const { file } = probe
  const { size } = await stat(file)
  if (report.format?.format_name !== 'mov,mp4,m4a,3gp,3g2,mj2' || size < fromBytes) return undefined
  const { video, audio } = usedStreams(report)
  const packets = await probeMoviePackets({
    path: file,
    wanted: { video: video && wantedOf(video), audio: audio.map(wantedOf) },
    timeBase: video?.time_base === undefined ? undefined : parseRational(video.time_base),
    packetsOf: (path, args) =>
      probePackets({ ...probe, file: path, input: ['-protocol_whitelist', 'file', ...args, `file:${path}`] }),
  })
  if (packets === 'cut-off') throw invalid(file, 'it is cut off before its end')
  return packets === 'unknown' ? undefined : packets
}

const wantedOf = ({ index, codec_name: codec = '' }: ProbeStream) => ({ stream: index, codec })

/** What ffprobe is to open. A picture is never taken for a pattern of names: its name may hold a %d. */
async function inputOf(file: string, part: ProbeMediaOptions['part']): Promise<readonly string[]> {
  if (part) return ['-protocol_whitelist', 'file,subfile', partUrl({ path: file, ...part })]
  const picture = basename(file).includes('%') ? await pictureContainer(file) : undefined
  return ['-protocol_whitelist', 'file', ...(picture === undefined ? [] : ['-f', picture]), `file:${file}`]
}

interface Probe {
  readonly tools: Pick<FfmpegTools, 'ffprobe'>
  readonly file: string
  readonly input: readonly string[]
  readonly signal: AbortSignal | undefined
}

async function checkFile(file: string): Promise<void> {
  const info = await stat(file).catch((error: unknown) => {
    throw missing(file, error)
  })
  if (!info.isFile()) throw missing(file)
  if (info.size === 0) throw invalid(file, 'it is empty (0 bytes)')
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw missing(file, error)
  })
  await handle.close()
}

async function probeStreams({ tools, file, input, signal }: Probe): Promise<ProbeReport> {
  const args = [...PROBE_ARGS.filter((arg) => arg !== '-show_packets'), ...input]
  try {
    const { stdout } = await runTool({ file: tools.ffprobe, args, signal })
    return JSON.parse(stdout.toString('utf8')) as ProbeReport
  } catch (error) {
    signal?.throwIfAborted()
    throw await probeFailed(file, error)
  }
}

/** The first pictures, decoded. What does not decode gives none, which is said where it is rendered; a still is refused. */
async function probeFrames(
  { tools, file, input, signal }: Probe,
  { streams = [], format }: ProbeReport,
): Promise<ProbeFrame[]> {
  const video = streams.find((stream) => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1)
  if (!video) return []
  try {
    const { stdout, stderr } = await runTool({
      file: tools.ffprobe,
      args: [...frameProbeArgs(video.index), ...input],
      signal,
    })
    // A compositor that has something to say of a picture fails.
    if (isStill(format) && stderr.trim() !== '') throw invalid(file, 'it is damaged: it does not decode whole')
    return [...((JSON.parse(stdout.toString('utf8')) as ProbeReport).frames ?? [])]
  } catch (error) {
    signal?.throwIfAborted()
    throw await probeFailed(file, error)
  }
}

/** Whether a file is one picture. */
const isStill = (format: ProbeReport['format']): boolean => /_pipe$|^image2$/.test(format?.format_name ?? '')

/** Packets as lines, read while they come: as one JSON a long recording would not fit into memory. */
async function probePackets({ tools, file, input, signal }: Probe): Promise<ProbePacket[]> {
  const packets: ProbePacket[] = []
  let rest = ''
  const onStdout = (bytes: Buffer): void => {
    const lines = (rest + bytes.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const packet = readPacketLine(line)
      if (packet) packets.push(packet)
    }
  }
  const entries = 'packet=stream_index,pts,duration,pos,flags'
  const args = [...['-v', 'error', '-show_packets', '-show_entries', entries], ...['-of', 'compact=p=0', ...input]]
  try {
    const { stderr } = await runTool({ file: tools.ffprobe, args, signal, onStdout })
    if (TRUNCATED.test(stderr)) throw invalid(file, 'it is cut off before its end')
  } catch (error) {
    signal?.throwIfAborted()
    throw await probeFailed(file, error)
  }
  return packets
}

/** What ffmpeg's demuxers say of a file that ends too early. */
const TRUNCATED = /partial file|ended prematurely|Truncating packet|moov atom not found/

async function probeFailed(file: string, error: unknown): Promise<SheafError> {
  if (isSheafError(error) && error.code !== 'SHEAF_TOOL_FAILED') return error
  const stderr = isSheafError(error) ? error.details['stderr'] : undefined
  if (typeof stderr === 'string' && TRUNCATED.test(stderr) && (await beginsAsContainer(file).catch(() => false)))
    return invalid(file, 'it is cut off: its index is missing', error)
  return invalid(file, 'it is not a media file that ffmpeg can read', error)
}

function missing(file: string, cause?: unknown): SheafError {
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined
  const denied = code === 'EACCES' || code === 'EPERM'
  const problem = cause === undefined ? 'is not a file' : denied ? 'cannot be read' : 'does not exist'
  return new SheafError({
    code: 'SHEAF_MEDIA_MISSING',
    message: `${file} ${problem}`,
    hint: denied ? 'Check the permissions of the file.' : 'Bring the file back, or correct its path in the edit.',
    cause,
    details: { path: file },
  })
}

function invalid(file: string, problem: string, cause?: unknown): SheafError {
  return new SheafError({
    code: 'SHEAF_MEDIA_INVALID',
    message: `${file} cannot be used: ${problem}`,
    hint: 'Check that the file plays, copy it again from its source, then submit again.',
    cause,
    details: { path: file },
  })
}
