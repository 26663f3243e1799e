import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { clip, external, gap, timeline, track } from '@sheaf/timeline/testing'
import { type FfmpegTools, findFfmpeg } from '../engine/index.js'
import { ffmpeg } from '../join/testing/make-media.js'
import { memoryLog } from '../worker/testing/make-work.js'
import { BorderWatch } from './film-watch.js'
import { makeFilm, makeMedia, type MadeFilm, seedFilm } from './testing/make-film.js'

// Room for a busy machine; nothing here measures time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dir = ''
let tools: FfmpegTools
let film: MadeFilm
/** Its borders lie in black, in a freeze, and in a still. */
let still: MadeFilm
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-watch-'))
  tools = await findFfmpeg()
  await makeMedia(dir)
  const shot = { media_references: { DEFAULT_MEDIA: external('shot.mov') } }
  const edit = timeline([track([clip('shot', 5, 48, shot)]), track([clip('shot', 5, 48, shot)], 'Audio')])
  film = await makeFilm(tools, dir, { edit, preset: 'h264:crf=23,speed=veryfast', segmentFrames: 16 })
  const freeze = { ...shot, effects: [{ OTIO_SCHEMA: 'FreezeFrame.1', time_scalar: 0 }] }
  await ffmpeg('-i', join(dir, 'shot.mov'), '-frames:v', '1', join(dir, 'still.png'))
  const standing = { media_references: { DEFAULT_MEDIA: external('still.png') } }
  const shots = [clip('a', 5, 12, shot), gap(8), clip('c', 30, 16, freeze), clip('d', 0, 18, standing)]
  const pictures = { edit: timeline([track(shots)]), preset: 'h264:crf=23,speed=veryfast', segmentFrames: 16 }
  still = await makeFilm(tools, dir, pictures)
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const makers = ['ada', 'ada', 'bob']
async function watching({
  graceMs = 60_000,
  share = 1,
  assetPath = film.assetPath,
  own = tools,
  manifest = film.manifest,
} = {}) {
  const workDir = await mkdtemp(join(dir, 'work-'))
  const stop = new AbortController()
  const log = memoryLog()
  const job = { tools: own, manifest, assetPath, workDir, signal: stop.signal }
  return { watch: new BorderWatch({ job, renderedBy: (index) => makers[index], log, graceMs, share }), log, stop }
}
const paths = (): string[] => film.segments.map(({ path }) => path)
/** All that can be compared of the segments' own files was. */
const compared = (log: ReturnType<typeof memoryLog>, windows: number): Promise<void> =>
  vi.waitFor(() => expect(log.said.filter(({ level }) => level !== 'info').length).toBe(windows), 30_000)
/** A segment put through a filter. */
async function seeded(index: number, filters: string): Promise<string> {
  const path = join(dir, `seeded-${index}-${Math.random().toString(36).slice(2)}.mp4`)
  await ffmpeg('-i', paths()[index] ?? '', '-vf', filters, '-crf', '18', '-preset', 'veryfast', path)
  return path
}

describe('the home', () => {
  it('finds nothing wrong with a film that is right, at all of its borders', async () => {
    const { watch, log } = await watching()
    for (const [index, path] of paths().entries()) watch.joined(index, path)
    expect(await watch.settle(film.path)).toEqual({ faults: [], borders: { checked: 4, all: 4 } })
    expect(log.said.at(-1)?.fields).toMatchObject({ checked: 4, all: 4, faults: 0 })
  })

  it('names the segment of a frozen border, of a black one, and who rendered it, while they come', async () => {
    const { watch, log } = await watching()
    const frozen = await seeded(1, "loop=3:1:13,select='lt(n,16)',setpts=N/25/TB")
    const black = await seeded(2, "drawbox=c=black:t=fill:enable='eq(n,0)'")
    for (const [index, path] of [paths()[0] ?? '', frozen, black].entries()) watch.joined(index, path)
    await compared(log, 4)
    expect((await watch.settle(film.path)).faults).toMatchObject([
      { kind: 'frozen', frames: { first: 29, last: 31 }, segments: [{ index: 1, renderedBy: 'ada' }] },
      { kind: 'black', frames: { first: 32, last: 32 }, segments: [{ index: 2, renderedBy: 'bob' }] },
    ])
  })

  it('finds tags that were not asked for in the whole film', async () => {
    const { watch } = await watching()
    const path = join(dir, 'tags.mp4')
    await ffmpeg(
      '-i',
      film.path,
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-c:a',
      'copy',
      '-color_trc',
      'gamma22',
      path,
    )
    watch.stop()
    expect(await watch.settle(path)).toMatchObject({ faults: [{ kind: 'tag' }], borders: { checked: 0 } })
  })

  it('looks first where two machines meet', async () => {
    const { watch, log } = await watching()
    for (const index of [2, 1, 0]) watch.joined(index, paths()[index] ?? '')
    await compared(log, 4)
    const windows = log.said.map(({ fields }) => fields)
    // The end was all that could be looked at when the first of them came.
    expect(windows.slice(0, 2)).toEqual([
      { from: 44, to: 48 },
      { from: 28, to: 36 },
    ])
    watch.stop()
  })

  it('looks no longer than it may before the film has its name, and at all of it afterwards', async () => {
    const { watch, log } = await watching({ graceMs: 0 })
    for (const [index, path] of paths().entries()) watch.joined(index, path)
    expect(await watch.settle(film.path)).toEqual({ faults: [], borders: { checked: 0, all: 4 } })
    const seen: unknown[] = []
    const finding = await watch.finish(film.path, (borders) => seen.push(borders))
    expect(finding).toEqual({ faults: [], borders: { checked: 4, all: 4 } })
    expect(seen).toEqual([0, 1, 2, 3, 4].map((checked) => ({ checked, all: 4 })))
    // The film itself tells of most that they are right: one of each machine is held against the edit.
    expect(log.said.at(-1)?.fields).toMatchObject({ compared: 2 })
  })

  it('does not take its own trouble for a fault of the film', async () => {
    const { watch, log } = await watching({ assetPath: () => join(dir, 'gone.mov') })
    for (const [index, path] of paths().entries()) watch.joined(index, path)
    expect(await watch.settle(film.path)).toMatchObject({ faults: [] })
    expect(log.said.filter(({ level }) => level === 'warn').length).toBeGreaterThanOrEqual(4)
  })

  it('names a segment that cannot be decoded', async () => {
    const { watch, log } = await watching()
    await mkdir(join(dir, 'empty'), { recursive: true })
    const [first = '', second = ''] = paths()
    watch.joined(0, first)
    watch.joined(1, second)
    watch.joined(2, join(dir, 'empty'))
    await compared(log, 4)
    expect((await watch.settle(film.path)).faults).toMatchObject([
      { kind: 'undecodable', segments: [{ index: 1 }, { index: 2 }] },
      { kind: 'undecodable', segments: [{ index: 2, renderedBy: 'bob' }] },
    ])
  })

  it('blames no film for a decoder that was killed or could not start, and asks twice before it blames one', async () => {
    const killed = await program('kill -9 $$')
    const first = await watching({ own: { ...tools, ffmpeg: killed, ffprobe: killed } })
    for (const [index, path] of paths().entries()) first.watch.joined(index, path)
    expect(await first.watch.settle(film.path)).toEqual({ faults: [], borders: { checked: 0, all: 4 } })
    expect(first.log.said.filter(({ level }) => level === 'warn').length).toBeGreaterThan(1)

    const once = join(dir, 'once')
    await writeFile(once, '')
    const trouble = `if [ -e ${once} ]; then rm ${once}; echo broken >&2; exit 1; fi; exec ${tools.ffprobe} "$@"`
    const second = await watching({ own: { ...tools, ffprobe: await program(trouble) } })
    expect(await second.watch.settle(film.path)).toMatchObject({ faults: [] })
    await expect(readFile(once)).rejects.toThrow('ENOENT')
  })

  it('leaves no failure behind that nobody waits for when its job is canceled meanwhile', async () => {
    const unheard: unknown[] = []
    const onUnheard = (reason: unknown): void => void unheard.push(reason)
    const before = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', onUnheard)
    onTestFinished(() => {
      process.removeAllListeners('unhandledRejection')
      for (const listener of before) process.on('unhandledRejection', listener)
    })
    // Two read the headers: one fails at once, the other lets go of its output a moment later.
    const [first, second] = [join(dir, 'first'), join(dir, 'second')]
    const slow = `if mkdir ${first} 2>/dev/null; then exec sleep 30; fi; : >${second}; setsid sleep 1`
    const { watch, stop } = await watching({ own: { ...tools, ffprobe: await program(slow) } })
    const settled = watch.settle(film.path).catch((error: unknown) => error)
    await vi.waitFor(() => readFile(second), 30_000)
    stop.abort(new Error('canceled'))
    expect(await settled).toEqual(new Error('canceled'))
    expect(unheard).toEqual([])
  })
})

describe.each(['joined', 'encoded once'])('a film that is %s and in its place', (kind) => {
  const manifestOf = (made: MadeFilm) =>
    kind === 'joined' ? made.manifest : { ...made.manifest, output: { intermediate: true as const } }
  /** All that is found of it after it has its name. */
  const found = async (made: MadeFilm, path = made.path) => {
    const { watch, log } = await watching({ graceMs: 0, manifest: manifestOf(made), assetPath: made.assetPath })
    if (kind !== 'joined' && path !== made.path) {
      // The segments are right, which says nothing of what was encoded from them.
      for (const { index, path: segment } of made.segments) watch.joined(index, segment)
      await compared(log, made.segments.length + 1)
    }
    expect((await watch.settle(path)).borders.checked).toBe(0)
    const { faults, borders } = await watch.finish(path)
    expect(borders.checked).toBe(borders.all)
    return faults
  }

  it('shows its seeded faults at borders, with the segment and who rendered it', async () => {
    const frozen = "loop=3:1:15,select='not(between(n,18,20))'"
    const repeated = "loop=1:1:32,select='not(eq(n,33))'"
    const path = await seedFilm(film, `${frozen},${repeated},drawbox=c=black:t=fill:enable='eq(n,47)'`)
    expect(await found(film, path)).toMatchObject([
      { kind: 'frozen', frames: { first: 15, last: 17 }, segments: [{ index: 0 }, { index: 1, renderedBy: 'ada' }] },
      { kind: 'frozen', frames: { first: 32, last: 32 }, segments: [{ index: 2, renderedBy: 'bob' }] },
      { kind: 'black', frames: { first: 47, last: 47 }, segments: [{ index: 2, renderedBy: 'bob' }] },
    ])
  })

  it('is not blamed for what the edit asks for: stills, freezes and black over its borders', async () => {
    expect(await found(still)).toEqual([])
  })
})

async function program(script: string): Promise<string> {
  const path = join(dir, `tool-${Math.random().toString(36).slice(2)}`)
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
  return path
}
