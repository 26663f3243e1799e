import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseRational, type Rational } from '@sheaf/protocol'
import type { ProbePacket } from '@sheaf/timeline'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { findFfmpeg, probeMedia, runTool, type FfmpegTools } from '../engine/index.js'
import { readPacketLine } from '../engine/packet-line.js'
import { probeMoviePackets } from './index.js'

// Room for a busy machine; nothing here measures time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dir = ''
let tools: FfmpegTools
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-movie-index-'))
  tools = await findFfmpeg()
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const picture = (rate: string, seconds = 2) => [
  '-f',
  'lavfi',
  '-i',
  `testsrc2=s=64x36:r=${rate}:d=${seconds},format=yuv420p`,
]
const tone = (rate = 48_000, seconds = 2) => ['-f', 'lavfi', '-i', `sine=440:r=${rate}:d=${seconds}`]
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10']

async function make(name: string, ...args: readonly string[]): Promise<string> {
  const path = join(dir, name)
  await runTool({ file: tools.ffmpeg, args: ['-nostdin', '-v', 'error', '-y', ...args, path] })
  return path
}

/** Both ways to an index; `read` says whether the file itself was read for the first one. */
async function bothWays(path: string) {
  const byIndex = await probeMedia({ tools, path, indexedFromBytes: 0 })
  const byReading = await probeMedia({ tools, path, indexedFromBytes: Number.POSITIVE_INFINITY })
  return { byIndex, byReading }
}

async function probe(path: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await runTool({ file: tools.ffprobe, args: ['-v', 'error', ...args, '-of', 'compact=p=0', path] })
  return stdout.toString()
}

async function packetsOf(path: string, args: readonly string[] = []): Promise<readonly ProbePacket[]> {
  const text = await probe(
    path,
    '-show_packets',
    '-show_entries',
    'packet=stream_index,pts,duration,pos,flags',
    ...args,
  )
  return text.split('\n').flatMap((line) => readPacketLine(line) ?? [])
}

interface Streams {
  readonly video?: { readonly stream: number; readonly codec: string; readonly timeBase: Rational }
  readonly audio: readonly { readonly stream: number; readonly codec: string }[]
}

async function streamsOf(path: string): Promise<Streams> {
  const text = await probe(path, '-show_entries', 'stream=index,codec_name,codec_type,time_base')
  const streams = text
    .split('\n')
    .map((line) => new Map(line.split('|').map((field) => field.split('=') as [string, string])))
  const find = (type: string) =>
    streams
      .filter((fields) => fields.get('codec_type') === type)
      .map((found) => {
        const timeBase = parseRational(found.get('time_base') ?? '')
        return { stream: Number(found.get('index')), codec: found.get('codec_name') ?? '', timeBase }
      })
  const [video] = find('video')
  return { ...(video && { video }), audio: find('audio') }
}

/** The packets of a movie by its own index; `onAsked` hears which files are read, and in how many places. */
function packetsThrough(
  path: string,
  { video, audio }: Streams,
  onAsked?: (file: string, args: readonly string[]) => void,
) {
  return probeMoviePackets({
    path,
    wanted: { video, audio },
    timeBase: video?.timeBase,
    packetsOf: (file, args) => {
      onAsked?.(file, args)
      return packetsOf(file, args)
    },
  })
}

/** What an index is made from: the packets of each stream in their order. */
function tables(packets: readonly ProbePacket[] | 'unknown' | 'cut-off', { video, audio }: Streams) {
  if (typeof packets === 'string') return packets
  const of = (stream: number | undefined) => packets.filter((packet) => packet.stream_index === stream)
  return {
    video: of(video?.stream).map(({ pts, pos, flags }) => [pts, pos, flags]),
    audio: audio.map(({ stream }) => of(stream).map(({ pts, duration, flags }) => [pts, duration, flags])),
  }
}

const indexed = [
  ['B-frames and AAC', 'b.mp4', [...picture('25'), ...tone(), ...x264, '-bf', '3', '-c:a', 'aac']],
  ['index at the head', 'h.mp4', [...picture('24000/1001'), ...x264, '-bf', '2', '-movflags', '+faststart']],
  ['no edit list', 'n.mp4', [...picture('25'), ...tone(44_100), ...x264, '-bf', '2', '-use_editlist', '0']],
  ['late sound', 'l.mov', [...picture('30'), '-itsoffset', '0.3', ...tone(), ...x264, '-c:a', 'pcm_s24le']],
  [
    'late pictures',
    'v.mp4',
    [...tone(), '-itsoffset', '0.5', ...picture('25'), '-map', '1', '-map', '0', ...x264, '-c:a', 'aac'],
  ],
  [
    'H.265',
    'x.mp4',
    [
      ...picture('25', 1),
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-x265-params',
      'log-level=none',
      '-tag:v',
      'hvc1',
    ],
  ],
  [
    'pictures and sound without compression',
    'p.mov',
    [...picture('25', 1), ...tone(), '-vf', 'format=uyvy422', '-c:v', 'rawvideo', '-c:a', 'pcm_s16le'],
  ],
  ['MPEG-4 with B-frames', 'm.mp4', [...picture('30000/1001'), '-c:v', 'mpeg4', '-bf', '2', '-g', '12']],
  ['Motion JPEG', 'j.mov', [...picture('25', 1), '-c:v', 'mjpeg']],
  ['sound alone', 's.m4a', [...tone(44_100), '-c:a', 'aac']],
  [
    'two sounds',
    't.mov',
    [...tone(), ...picture('50'), ...tone(), '-map', '0', '-map', '1', '-map', '2', ...x264, '-c:a', 'pcm_s16le'],
  ],
] as const

describe('the index of a movie', () => {
  it.each(indexed)('is the same without reading the file: %s', async (_, name, args) => {
    const path = await make(name, ...args)
    const streams = await streamsOf(path)
    expect(tables(await packetsThrough(path, streams), streams)).toEqual(tables(await packetsOf(path), streams))
  })

  it('is the same of a part that was cut out without encoding: the edit list hides frames', async () => {
    const path = await make('long.mp4', ...picture('25', 4), ...tone(48_000, 4), ...x264, '-bf', '2', '-c:a', 'aac')
    const cut = await make('cut.mp4', '-ss', '0.7', '-i', path, '-t', '2.1', '-c', 'copy')
    const { byIndex, byReading } = await bothWays(cut)
    expect(byIndex).toEqual(byReading)
    expect(byReading.video?.frameCount).toBeLessThan(60)
  })

  it.each([
    ['fragments', 'f.mp4', [...picture('25'), ...x264, '-movflags', '+frag_keyframe+empty_moov']],
    ['codecs that ffmpeg looks into', 'w.mp4', [...picture('25'), '-c:v', 'mpeg2video']],
  ] as const)('is made by reading where it must be: %s', async (_, name, args) => {
    const path = await make(name, ...args)
    const { byIndex, byReading } = await bothWays(path)
    expect(byIndex).toEqual(byReading)
    expect(await packetsThrough(path, await streamsOf(path))).toBe('unknown')
  })

  it('says where pictures lie in long files, either way the same', async () => {
    const args = ['-f', 'lavfi', '-i', 'color=s=192x108:r=25,trim=end_frame=300,format=uyvy422', '-c:v', 'rawvideo']
    const path = await make('places.mov', ...args)
    const { byIndex, byReading } = await bothWays(path)
    expect(byIndex).toEqual(byReading)
    expect(await packetsThrough(path, await streamsOf(path))).not.toBe('unknown')
    expect(byIndex.video?.places?.every).toBe(1)
    expect(byIndex.video?.places?.mebibytes.at(-1)).toBe(Math.floor((299 * 192 * 108 * 2) / (1 << 20)))
  })

  it('is made of a file of which only some packets are read', async () => {
    const path = await make('long-gop.mov', ...picture('25', 8), ...x264)
    const asked: unknown[] = []
    const packets = await packetsThrough(
      path,
      await streamsOf(path),
      (file, args) => void asked.push([file === path, args[1]?.split(',').length]),
    )
    expect(packets).toHaveLength(200)
    expect(asked).toEqual([
      [false, 1],
      [true, 1],
      [true, 8],
    ])
  })

  it('is not believed where the file itself says otherwise', async () => {
    const path = await make('liar.mov', ...picture('25', 8), ...x264)
    const bytes = await readFile(path)
    // A frame somewhere in the middle is called a key frame: stss has the numbers of 20 samples.
    const stss = bytes.indexOf('stss')
    bytes.writeUInt32BE(98, stss + 12 + 4 * 10)
    await writeFile(path, bytes)
    const { byIndex, byReading } = await bothWays(path)
    expect(await packetsThrough(path, await streamsOf(path))).toBe('unknown')
    expect(byIndex).toEqual(byReading)
  })

  it('names a movie that was cut off, and does not believe an index that the file contradicts', async () => {
    const path = await make('cutoff.mp4', ...picture('25'), ...x264, '-movflags', '+faststart')
    await truncate(path, (await stat(path)).size - 900)
    await expect(probeMedia({ tools, path, indexedFromBytes: 0 })).rejects.toMatchObject({
      code: 'SHEAF_MEDIA_INVALID',
      message: expect.stringContaining('cutoff.mp4 cannot be used: it is cut off') as string,
    })
  })
})
