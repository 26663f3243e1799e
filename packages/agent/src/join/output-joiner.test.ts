import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BlobId, type JobId, parseRational } from '@sheaf/protocol'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openOutputJoiner, type OutputJoiner, type OutputJoinerOptions } from './output-joiner.js'
import { ffprobeJson, frameHashes, makeSegment, makeTone, scratch, sha256 } from './testing/make-media.js'
import { verifyOutput } from './verify-output.js'

// Room for a busy machine; nothing here measures time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dir = ''
let remove = async (): Promise<void> => undefined
beforeAll(async () => {
  ;({ dir, remove } = await scratch())
})
afterAll(() => remove())

const lengths = [30, 1, 17, 2, 25]
const total = lengths.reduce((sum, length) => sum + length, 0)

interface Case {
  readonly codec: 'h264' | 'ffv1'
  readonly rate: string
  readonly timescale: number
  readonly sound: 'aac' | 'pcm_s16le' | undefined
}
const cases: readonly Case[] = [
  { codec: 'h264', rate: '25', timescale: 12800, sound: 'aac' },
  { codec: 'h264', rate: '24000/1001', timescale: 24000, sound: undefined },
  { codec: 'h264', rate: '30000/1001', timescale: 30000, sound: 'aac' },
  { codec: 'ffv1', rate: '24000/1001', timescale: 24000, sound: 'pcm_s16le' },
]

const jobId = '00000000000000000001' as JobId
const otherJob = '00000000000000000002' as JobId

interface Made {
  readonly segments: readonly string[]
  readonly blobs: readonly BlobId[]
  readonly options: Omit<OutputJoinerOptions, 'outPath'>
  readonly extension: string
}

async function make(kind: Case): Promise<Made> {
  const extension = kind.codec === 'h264' ? 'mp4' : 'mov'
  const name = `${kind.codec}-${kind.timescale}`
  const segments: string[] = []
  let start = 0
  for (const [index, frames] of lengths.entries()) {
    const path = join(dir, `${name}-${index}.${extension}`)
    await makeSegment(path, { ...kind, start, frames })
    segments.push(path)
    start += frames
  }
  const rate = parseRational(kind.rate)
  const audioPath = kind.sound && join(dir, `${name}.${kind.sound === 'aac' ? 'm4a' : 'mov'}`)
  if (kind.sound && audioPath) await makeTone(audioPath, (total * rate.den) / rate.num, kind.sound)
  const blobs = (await Promise.all(segments.map(sha256))) as BlobId[]
  const options = { jobId, overwrite: false, rate, width: 160, height: 90, segmentFrames: lengths, audioPath }
  return { segments, blobs, options, extension }
}

function add(joiner: OutputJoiner, { segments, blobs }: Made, index: number): Promise<void> {
  return joiner.add(index, segments[index] ?? '', blobs[index] ?? expect.fail('no such segment'))
}

async function addAll(joiner: OutputJoiner, made: Made, order: readonly number[]): Promise<void> {
  for (const index of order) await add(joiner, made, index)
}

interface ProbedStream {
  readonly codec_type: string
  readonly r_frame_rate: string
  readonly avg_frame_rate: string
  readonly time_base: string
  readonly duration: string
  readonly start_pts: number
}

describe.each(cases)('joining $codec at $rate with sound $sound', (kind) => {
  let made: Made
  let outPath: string
  beforeAll(async () => {
    made = await make(kind)
    outPath = join(dir, `out-${kind.codec}-${kind.timescale}.${made.extension}`)
    const joiner = await openOutputJoiner({ ...made.options, outPath })
    await addAll(joiner, made, [0, 1, 2, 3, 4])
    const output = await joiner.finish()
    expect(output).toMatchObject({ frames: total, sha256: await sha256(outPath) })
  })

  it('has every frame exactly on the grid, by ffprobe', async () => {
    const probed = (await ffprobeJson(outPath, '-show_streams', '-show_packets')) as {
      streams: ProbedStream[]
      packets: { codec_type: string; pts: number; duration: number }[]
    }
    const video = probed.streams.find((stream) => stream.codec_type === 'video')
    expect(video).toMatchObject({ time_base: `1/${kind.timescale}`, start_pts: 0 })
    const rate = parseRational(video?.avg_frame_rate ?? '')
    expect(rate).toEqual(made.options.rate)
    expect(parseRational(video?.r_frame_rate ?? '')).toEqual(rate)
    const ticks = (kind.timescale * rate.den) / rate.num
    const packets = probed.packets.filter((packet) => packet.codec_type === 'video')
    const times = packets.map((packet) => packet.pts).sort((a, b) => a - b)
    expect(times).toEqual(Array.from({ length: total }, (_, frame) => frame * ticks))
    expect(new Set(packets.map((packet) => packet.duration))).toEqual(new Set([ticks]))
  })

  it('decodes to the frames of its segments', async () => {
    const expected = (await Promise.all(made.segments.map(frameHashes))).flat()
    expect(await frameHashes(outPath)).toEqual(expected)
    await verifyOutput(outPath, { frames: total, rate: made.options.rate })
  })

  it('has sound as long as the picture, within a frame', async () => {
    const { streams } = (await ffprobeJson(outPath, '-show_streams')) as { streams: ProbedStream[] }
    const sound = streams.filter((stream) => stream.codec_type === 'audio')
    expect(sound).toHaveLength(kind.sound ? 1 : 0)
    const frame = made.options.rate.den / made.options.rate.num
    for (const stream of sound) {
      expect(Math.abs(Number(stream.duration) - total * frame)).toBeLessThan(frame)
      expect(stream.start_pts).toBe(0)
    }
  })

  it.each([[[4, 3, 2, 1, 0]], [[2, 0, 0, 4, 1, 1, 3]], [[1, 2, 3, 4, 0]]])(
    'gives the same bytes for arrival order %j',
    async (order) => {
      const other = join(dir, `order-${kind.codec}-${kind.timescale}-${order.join('')}.${made.extension}`)
      const joiner = await openOutputJoiner({ ...made.options, outPath: other })
      await Promise.all(order.map((index) => add(joiner, made, index)))
      await joiner.finish()
      expect(await sha256(other)).toBe(await sha256(outPath))
    },
  )
})

describe('what can go wrong', () => {
  let made: Made
  beforeAll(async () => {
    made = await make(cases[0] as Case)
  })
  const open = (name: string, over: Partial<OutputJoinerOptions> = {}): Promise<OutputJoiner> =>
    openOutputJoiner({ ...made.options, outPath: join(dir, name), ...over })

  it('names the segment that cannot be used, and takes a sound one in its place', async () => {
    const joiner = await open('damaged.mp4')
    const cut = join(dir, 'cut.mp4')
    await writeFile(cut, await readFile(made.segments[1] ?? ''))
    await truncate(cut, 700)
    await add(joiner, made, 0)
    await expect(joiner.add(1, cut, made.blobs[1] ?? expect.fail())).rejects.toMatchObject({
      code: 'SHEAF_SEGMENT_INVALID',
      message: expect.stringContaining('segment 1 ') as string,
    })
    await addAll(joiner, made, [1, 2, 3, 4])
    await joiner.finish()
  })

  it('refuses a segment with other parameters', async () => {
    const other = join(dir, 'other.mp4')
    await makeSegment(other, { codec: 'h264', rate: '25', timescale: 25600, start: 30, frames: 1 })
    const joiner = await open('parameters.mp4')
    await add(joiner, made, 0)
    await expect(joiner.add(1, other, (await sha256(other)) as BlobId)).rejects.toThrow(
      /segment 1 .* differ from the job's other segments/,
    )
    await joiner.abort()
  })

  it('leaves no file under the final name before finish, and nothing at all after abort', async () => {
    await mkdir(join(dir, 'aborted'))
    const joiner = await open('aborted/film.mp4')
    await addAll(joiner, made, [0, 1, 2])
    expect(joiner.joined()).toBe(3)
    await expect(joiner.finish()).rejects.toThrow(/segment 3 of 5 has not landed/)
    expect(await readdir(join(dir, 'aborted'))).toEqual([`.sheaf-${jobId}.part`])
    await joiner.abort()
    expect(await readdir(join(dir, 'aborted'))).toEqual([])
  })

  it('starts afresh over what a killed joiner left', async () => {
    const whole = await open('whole.mp4')
    await addAll(whole, made, [0, 1, 2, 3, 4])
    const { sha256: expected } = await whole.finish()
    await writeFile(join(dir, `.sheaf-${jobId}.part`), Buffer.alloc(5_000_000, 7))
    const again = await open('again.mp4')
    await addAll(again, made, [0, 1, 2, 3, 4])
    expect(await again.finish()).toMatchObject({ sha256: expected })
    expect(await sha256(join(dir, 'again.mp4'))).toBe(expected)
  })

  it.each([0, 1, 2, 4])('appends nothing of segment %i when its bytes are not those that landed', async (bad) => {
    const whole = await open(`right-${bad}.mp4`)
    await addAll(whole, made, [0, 1, 2, 3, 4])
    const { sha256: expected } = await whole.finish()

    const folder = join(dir, `bad-${bad}`)
    await mkdir(folder)
    const joiner = await open(`bad-${bad}/film.mp4`)
    await addAll(joiner, made, [0, 1, 2, 3, 4].slice(0, bad))
    const part = join(folder, `.sheaf-${jobId}.part`)
    const before = await sha256(part)
    const bytes = await readFile(made.segments[bad] ?? '')
    const last = bytes.indexOf('mdat') - 4 + bytes.readUInt32BE(bytes.indexOf('mdat') - 4) - 1
    bytes[last] = (bytes[last] ?? 0) ^ 1
    const damaged = join(folder, 'damaged.mp4')
    await writeFile(damaged, bytes)
    await expect(joiner.add(bad, damaged, made.blobs[bad] ?? expect.fail())).rejects.toMatchObject({
      code: 'SHEAF_BLOB_CORRUPT',
      message: expect.stringContaining(`Segment ${bad} `) as string,
      details: { segment: bad },
    })
    expect([joiner.joined(), await sha256(part)]).toEqual([bad, before])

    await addAll(joiner, made, [0, 1, 2, 3, 4].slice(bad))
    expect(await joiner.finish()).toMatchObject({ sha256: expected })
    expect(await sha256(join(folder, 'film.mp4'))).toBe(expected)
  })

  it('sees damage that is in none of the samples', async () => {
    const joiner = await open('free.mp4')
    const bytes = await readFile(made.segments[0] ?? '')
    bytes[12] = (bytes[12] ?? 0) ^ 1 // The minor version in `ftyp`, which says nothing.
    await writeFile(join(dir, 'ftyp.mp4'), bytes)
    const blob = made.blobs[0] ?? expect.fail()
    await expect(joiner.add(0, join(dir, 'ftyp.mp4'), blob)).rejects.toMatchObject({ code: 'SHEAF_BLOB_CORRUPT' })
    await joiner.abort()
  })

  it('two jobs with one output do not meet before one of them is whole', async () => {
    const folder = join(dir, 'shared')
    await mkdir(folder)
    const first = await open('shared/film.mp4', { overwrite: true })
    await add(first, made, 0)
    const second = await open('shared/film.mp4', { overwrite: true, jobId: otherJob, audioPath: undefined })
    await addAll(second, made, [0, 1])
    await addAll(first, made, [1, 2, 3, 4])
    const { sha256: one } = await first.finish()
    expect(await sha256(join(folder, 'film.mp4'))).toBe(one)
    await addAll(second, made, [2, 3, 4])
    const { sha256: two } = await second.finish()
    expect(two).not.toBe(one)
    expect([await sha256(join(folder, 'film.mp4')), await readdir(folder)]).toEqual([two, ['film.mp4']])
  })

  it('takes a name as long as the system allows', async () => {
    const name = `${'n'.repeat(251)}.mp4`
    const joiner = await open(name)
    await addAll(joiner, made, [0, 1, 2, 3, 4])
    expect((await joiner.finish()).path).toBe(join(dir, name))
  })

  it('does not overwrite unless told, also when the file appears at the last moment', async () => {
    await writeFile(join(dir, 'taken.mp4'), 'mine')
    await expect(open('taken.mp4')).rejects.toMatchObject({ code: 'SHEAF_OUTPUT_EXISTS' })
    const joiner = await open('late.mp4')
    await addAll(joiner, made, [0, 1, 2, 3, 4])
    await writeFile(join(dir, 'late.mp4'), 'mine')
    await expect(joiner.finish()).rejects.toMatchObject({ code: 'SHEAF_OUTPUT_EXISTS' })
    expect(await readFile(join(dir, 'late.mp4'), 'utf8')).toBe('mine')
    await joiner.abort()
    const allowed = await open('taken.mp4', { overwrite: true })
    await addAll(allowed, made, [0, 1, 2, 3, 4])
    expect((await allowed.finish()).frames).toBe(total)
  })

  it('names a missing folder, a folder as target and damaged sound', async () => {
    await expect(open('no/such/film.mp4')).rejects.toMatchObject({ code: 'SHEAF_OUTPUT_FOLDER_MISSING' })
    await expect(open('.')).rejects.toMatchObject({ code: 'SHEAF_OUTPUT_NOT_WRITABLE' })
    await expect(open('s.mp4', { audioPath: made.segments[0] })).rejects.toThrow(/sound cannot be used/)
  })
})

it('removes what a crash has left of a file that was written again with its index first', async () => {
  const made = await make({ codec: 'h264', rate: '25', timescale: 12800, sound: undefined })
  const outPath = join(dir, 'crashed.mp4')
  const left = join(dir, `.sheaf-${jobId}.part.fast`)
  await writeFile(left, 'half')
  const joiner = await openOutputJoiner({ ...made.options, outPath })
  await joiner.abort()
  expect(await readdir(dir)).not.toContain(`.sheaf-${jobId}.part.fast`)
})
