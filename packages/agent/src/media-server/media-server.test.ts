import { once } from 'node:events'
import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises'
import { get, request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rational, SheafError } from '@sheaf/protocol'
import {
  audioExtension,
  compileAudio,
  compileCompositor,
  frameFormat,
  resolveCall,
  type Edit,
  type EditItem,
  type FfmpegCall,
  type MediaIndex,
  parsePreset,
} from '@sheaf/timeline'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { findFfmpeg, probeMedia, runTool, type FfmpegTools } from '../engine/index.js'
import type { AssetPlace } from '../blobs/index.js'
import { inputPlaces } from '../engine/input-places.js'
import { memoryLog } from '../worker/testing/make-work.js'
import { MediaServer, type MediaReads, type ServedFile } from './index.js'

// Room for a busy machine; nothing here measures time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dir = ''
let tools: FfmpegTools
const server = new MediaServer({ log: memoryLog() })
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-media-server-'))
  tools = await findFfmpeg()
  const picture = 'testsrc2=s=96x54:r=25:d=16,format=yuv420p'
  await ffmpeg(
    ...['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', 'sine=330:r=48000:d=16'],
    ...['-c:v', 'mpeg2video', '-q:v', '3', '-bf', '2', '-g', '12', '-c:a', 'pcm_s16le', '-ac', '2', join(dir, 'b.mov')],
  )
})
afterAll(async () => {
  await server.stop()
  await rm(dir, { recursive: true, force: true })
})

async function ffmpeg(...args: readonly string[]): Promise<void> {
  await runTool({ file: tools.ffmpeg, args: ['-nostdin', '-v', 'error', '-y', ...args] })
}

/** The source in another container, without encoding the pictures again. */
async function remuxed(name: string, ...options: readonly string[]): Promise<string> {
  const path = join(dir, name)
  await ffmpeg('-i', join(dir, 'b.mov'), '-c', 'copy', ...options, path)
  return path
}

const pieceBytes = 1 << 16

/** A file served in small pieces, which counts those that are read; `broken` is where reading fails. */
async function served(path: string, broken?: { readonly from: number; readonly error: Error }) {
  const handle = await open(path, 'r')
  onTestFinished(() => handle.close())
  const { size } = await stat(path)
  const pieces = new Set<number>()
  const file: ServedFile = {
    sizeBytes: size,
    read: async (position) => {
      if (broken !== undefined && position >= broken.from) throw broken.error
      const piece = Math.floor(position / pieceBytes)
      pieces.add(piece)
      const bytes = new Uint8Array(Math.min((piece + 1) * pieceBytes, size) - position)
      await handle.read(bytes, 0, bytes.length, position)
      return bytes
    },
  }
  return { file, fraction: () => (pieces.size * pieceBytes) / size }
}

async function readsOf(files: Readonly<Record<string, ServedFile>>): Promise<MediaReads> {
  const reads = await server.open(new Map(Object.entries(files)))
  onTestFinished(() => reads.close())
  return reads
}

/** Spans of frames of the medium, one behind the other, and nothing else, at the edit's own rate. */
function editOf(...spans: readonly (readonly [from: number, to: number])[]): Edit {
  let at = 0
  const items = spans.map(([from, to]): EditItem => {
    const content = { kind: 'media', media: 'a0', start: rational(from, 25), speed: rational(1) } as const
    return { kind: 'clip', name: 'c', from: at, to: (at += to - from), content, where: 'c' }
  })
  const track = { name: '1', items }
  return { name: 'e', rate: rational(25), frames: at, video: [track], audio: [track] }
}

function picturesOf(edit: Edit, index: MediaIndex): FfmpegCall {
  const format = frameFormat({ width: 96, height: 54 })
  return compileCompositor({
    edit,
    media: new Map([['a0', index]]),
    from: 0,
    to: edit.frames,
    format,
    decodeThreads: 2,
  })
}

async function run(call: FfmpegCall, source: string | MediaReads): Promise<Buffer> {
  const place = (): AssetPlace => (typeof source === 'string' ? source : { url: source.urlOf('a0') ?? '' })
  const args = resolveCall(call, await inputPlaces(call, place, join(dir, 'pictures')))
  const environment = typeof source === 'string' ? {} : source.environment
  const { stdout, stderr } = await runTool({ file: tools.ffmpeg, args, environment })
  expect(stderr).toBe('')
  return stdout
}

const preset = parsePreset('ffv1')
const containers = [
  ['index at the end', 'tail.mp4', ['-c:a', 'aac']],
  ['index at the head', 'head.mov', ['-movflags', '+faststart']],
  ['fragments', 'frag.mp4', ['-c:a', 'aac', '-movflags', '+frag_keyframe+empty_moov']],
  ['Matroska', 'm.mkv', []],
  ['MPEG-TS', 't.ts', ['-c:a', 'mp2']],
  ['AVI', 'v.avi', ['-c:v', 'mjpeg', '-q:v', '2']],
  ['MXF', 'x.mxf', []],
] as const

describe('what ffmpeg reads through the server', () => {
  it.each(containers)('is what it reads of the file: %s', async (_, name, options) => {
    const path = await remuxed(name, ...options)
    const index = await probeMedia({ tools, path })
    const { file } = await served(path)
    const reads = await readsOf({ a0: file })
    // From the midst of it, and up to its very end.
    const count = index.video!.frameCount
    const pictures = picturesOf(editOf([300, 310], [count - 4, count]), index)
    const expected = await run(pictures, path)
    expect(expected.length).toBe((14 * 96 * 54 * 3) / 2)
    expect((await run(pictures, reads)).equals(expected)).toBe(true)
  })

  it('is the part that the render needs, and what is under way to it', async () => {
    const path = join(dir, 'long.mov')
    const picture = 'color=c=red:s=96x54:r=25,trim=end_frame=5000,format=uyvy422'
    await ffmpeg('-f', 'lavfi', '-i', picture, '-c:v', 'rawvideo', path)
    const index = await probeMedia({ tools, path })
    const { file, fraction } = await served(path)
    await run(picturesOf(editOf([3000, 3010]), index), await readsOf({ a0: file }))
    // 100 KB of 52 MB; the sockets between take some megabytes more.
    expect(fraction()).toBeLessThan(0.3)
  })

  it.each([
    ['index at the end', 'sound.mp4', ['-c:a', 'aac']],
    ['WAV', 'sound.wav', ['-vn']],
  ] as const)('is the same for sound: %s', async (_, name, options) => {
    const path = await remuxed(name, ...options)
    const index = await probeMedia({ tools, path })
    const { file } = await served(path)
    const reads = await readsOf({ a0: file })
    const sounds: Buffer[] = []
    for (const source of [path, reads]) {
      const output = join(dir, `out${audioExtension(preset)}`)
      await run(compileAudio({ edit: editOf([300, 325]), media: new Map([['a0', index]]), preset, output })!, source)
      sounds.push(await readFile(output))
    }
    expect(sounds[1]!.length).toBeGreaterThan(48_000)
    expect(sounds[1]!.equals(sounds[0]!)).toBe(true)
  })

  it('is the same for numbered pictures, of which many lie in one asset', async () => {
    const path = join(dir, 'pictures')
    await ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=48x28:r=25,trim=end_frame=5', '-f', 'image2pipe', '-c:v', 'png', path)
    const bytes = await readFile(path)
    const starts = [...bytes.toString('latin1').matchAll(/\x89PNG/g)].map(({ index }) => index)
    const spans = starts.map((start, at) => ({ start, end: starts[at + 1] ?? bytes.length }))
    const input = ['-f', 'concat', '-safe', '0', '-protocol_whitelist', 'file']
    const args = ['-nostdin', '-v', 'error', ...input, '-i', '', '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1']
    const inputs = [
      { assetId: 'a0', argIndex: args.indexOf(''), pictures: { bytes: spans.slice(1, 4), format: 'png_pipe' } },
    ]
    const call: FfmpegCall = { args, inputs, graphArgIndex: -1 }
    const { file } = await served(path)
    const expected = await run(call, path)
    expect(expected.length).toBe(3 * 48 * 28 * 3)
    expect((await run(call, await readsOf({ a0: file }))).equals(expected)).toBe(true)
  })

  it('ends the render with the error of the read that failed, before ffmpeg has ended', async () => {
    const path = join(dir, 'b.mov')
    const index = await probeMedia({ tools, path })
    const away = new SheafError({ code: 'SHEAF_PEER_UNREACHABLE', message: 'the submitter is off' })
    const { size } = await stat(path)
    const { file } = await served(path, { from: Math.floor(size / 2), error: away })
    // Its index is at the end: that is out of reach at once.
    const reads = await readsOf({ a0: file })
    const ended = run(picturesOf(editOf([0, 300]), index), reads).catch(() => reads.failed.reason as unknown)
    expect(await ended).toBe(away)
  })
})

describe('the server', () => {
  const hello: ServedFile = { sizeBytes: 5, read: async (from) => Buffer.from('hello').subarray(from) }

  async function ask(
    reads: MediaReads,
    change: { path?: string; method?: string; secret?: string; range?: string } = {},
  ) {
    const proxy = new URL(reads.environment['http_proxy'] ?? '')
    const secret = change.secret ?? `${proxy.username}:${proxy.password}`
    const sent = request({
      ...{ host: proxy.hostname, port: proxy.port, method: change.method ?? 'GET' },
      path: change.path ?? 'http://media.invalid/a0',
      headers: {
        ...(secret === '' ? {} : { 'Proxy-Authorization': `Basic ${Buffer.from(secret).toString('base64')}` }),
        ...(change.range === undefined ? {} : { Range: change.range }),
      },
    }).end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    return { status: answer.statusCode, text: Buffer.concat(await answer.toArray()).toString() }
  }

  it('gives files to whom they were opened for, while that lasts, and nothing to anybody else', async () => {
    const reads = await readsOf({ a0: hello })
    const others = await readsOf({ a1: hello })
    expect(await ask(reads)).toEqual({ status: 206, text: 'hello' })
    expect(await ask(reads, { range: 'bytes=1-3' })).toEqual({ status: 206, text: 'ell' })
    const refused = [
      [{ range: 'bytes=5-' }, 416],
      [{ path: 'http://media.invalid/a1' }, 404],
      [{ path: '/a0' }, 404],
      [{ path: 'http://media.invalid/../../etc/passwd' }, 404],
      [{ path: 'http://169.254.169.254/a0' }, 404],
      [{ path: 'file:///etc/passwd' }, 404],
      [{ method: 'POST' }, 404],
      [{ secret: '' }, 407],
      [{ secret: 'r0:' }, 407],
      [{ secret: `r0:${'0'.repeat(48)}` }, 407],
      [{ secret: 'nobody:x' }, 407],
      [{ secret: '__proto__:x' }, 407],
    ] as const
    for (const [change, status] of refused)
      expect([change, (await ask(reads, change)).status]).toEqual([change, status])
    expect((await ask(others)).status).toBe(404)
    expect(await ask(others, { path: 'http://media.invalid/a1' })).toEqual({ status: 206, text: 'hello' })
    reads.close()
    expect((await ask(reads)).status).toBe(407)
    expect((await ask(others, { path: 'http://media.invalid/a1' })).status).toBe(206)
    expect(reads.failed.aborted).toBe(false)
  })

  it('listens on loopback alone, and keeps its secret out of addresses', async () => {
    const reads = await readsOf({ a0: hello })
    const proxy = new URL(reads.environment['http_proxy'] ?? '')
    expect(proxy.hostname).toBe('127.0.0.1')
    expect(proxy.password).toMatch(/^[0-9a-f]{48}$/)
    expect(reads.urlOf('a0')).toBe('http://media.invalid/a0')
    expect(reads.urlOf('a1')).toBeUndefined()
    const other = connect({ host: '127.0.0.2', port: Number(proxy.port) })
    await expect(once(other, 'connect')).rejects.toThrow('ECONNREFUSED')
  })

  it('does not go on reading for one who hung up', async () => {
    let asked = 0
    const endless: ServedFile = { sizeBytes: 1 << 40, read: async () => (asked++, new Uint8Array(1 << 20)) }
    const reads = await readsOf({ a0: endless })
    const { username, password, port } = new URL(reads.environment['http_proxy'] ?? '')
    const headers = { 'Proxy-Authorization': `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
    const sent = get({ host: '127.0.0.1', port, path: 'http://media.invalid/a0', headers })
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    await once(answer, 'readable')
    answer.destroy()
    await once(answer, 'close')
    // The server hears of it in its own time.
    for (let before = -1; before !== asked;) {
      before = asked
      await ask(reads, { path: 'http://media.invalid/a9' })
    }
    expect(asked).toBeLessThan(64)
    expect(reads.failed.aborted).toBe(false)
  })

  it('fails what is under way when it stops', async () => {
    const stopping = new MediaServer({ log: memoryLog() })
    const reads = await stopping.open(new Map([['a0', { sizeBytes: 9, read: () => new Promise(() => undefined) }]]))
    const asked = ask(reads)
    await Promise.all([stopping.stop(), expect(asked).rejects.toThrow()])
    expect(reads.failed.reason).toMatchObject({ code: 'SHEAF_AGENT_NOT_RUNNING' })
    await stopping.stop()
  })
})
