import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { clip, external, timeline, track } from '@sheaf/timeline/testing'
import { type FfmpegTools, findFfmpeg } from '../engine/index.js'
import { ffmpeg } from '../join/testing/make-media.js'
import { memoryLog } from '../worker/testing/make-work.js'
import { BorderWatch } from './film-watch.js'
import { makeFilm, makeMedia, type MadeFilm } from './testing/make-film.js'

// Room for a busy machine; nothing here measures time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dir = ''
let tools: FfmpegTools
let film: MadeFilm
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-watch-'))
  tools = await findFfmpeg()
  await makeMedia(dir)
  const shot = { media_references: { DEFAULT_MEDIA: external('shot.mov') } }
  const edit = timeline([track([clip('shot', 5, 48, shot)]), track([clip('shot', 5, 48, shot)], 'Audio')])
  film = await makeFilm(tools, dir, { edit, preset: 'h264:crf=23,speed=veryfast', segmentFrames: 16 })
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const makers = ['ada', 'ada', 'bob']
async function watching({ graceMs = 60_000, assetPath = film.assetPath, own = tools, manifest = film.manifest } = {}) {
  const workDir = await mkdtemp(join(dir, 'work-'))
  const stop = new AbortController()
  const log = memoryLog()
  const job = { tools: own, manifest, assetPath, workDir, signal: stop.signal }
  return { watch: new BorderWatch({ job, renderedBy: (index) => makers[index], log, graceMs }), log, stop }
}
const paths = (): string[] => film.segments.map(({ path }) => path)
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
    expect(await watch.settle(film.path)).toEqual({ faults: [] })
    expect(log.said.at(-1)?.fields).toEqual({ compared: 4, all: 4, faults: 0 })
  })

  it('names the segment of a frozen border, of a black one, and who rendered it', async () => {
    const { watch } = await watching()
    const frozen = await seeded(1, "loop=3:1:13,select='lt(n,16)',setpts=N/25/TB")
    const black = await seeded(2, "drawbox=c=black:t=fill:enable='eq(n,0)'")
    for (const [index, path] of [paths()[0] ?? '', frozen, black].entries()) watch.joined(index, path)
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
    expect((await watch.settle(path)).faults).toMatchObject([{ kind: 'tag' }])
  })

  it('looks first where two machines meet', async () => {
    const { watch, log } = await watching()
    for (const index of [2, 1, 0]) watch.joined(index, paths()[index] ?? '')
    await watch.settle(film.path)
    const windows = log.said.filter(({ level }) => level === 'debug').map(({ fields }) => fields)
    // The end was all that could be looked at when the first of them came.
    expect(windows.slice(0, 2)).toEqual([
      { from: 44, to: 48 },
      { from: 28, to: 36 },
    ])
  })

  it('says of a film that is encoded once that only its segments were compared', async () => {
    const { watch, log } = await watching({ manifest: { ...film.manifest, output: { intermediate: true } } })
    watch.stop()
    await watch.settle(film.path)
    expect(log.said.at(-1)?.fields).toMatchObject({ of: expect.stringContaining('only the headers') as string })
  })

  it('looks no longer than it may', async () => {
    const { watch, log } = await watching({ graceMs: 0 })
    for (const [index, path] of paths().entries()) watch.joined(index, path)
    expect(await watch.settle(film.path)).toEqual({ faults: [] })
    expect(log.said.at(-1)?.fields).toMatchObject({ compared: 0, all: 4 })
  })

  it('does not take its own trouble for a fault of the film', async () => {
    const { watch, log } = await watching({ assetPath: () => join(dir, 'gone.mov') })
    for (const [index, path] of paths().entries()) watch.joined(index, path)
    expect(await watch.settle(film.path)).toEqual({ faults: [] })
    expect(log.said.filter(({ level }) => level === 'warn').length).toBe(4)
  })

  it('names a segment that cannot be decoded', async () => {
    const { watch } = await watching()
    await mkdir(join(dir, 'empty'), { recursive: true })
    const [first = '', second = ''] = paths()
    watch.joined(0, first)
    watch.joined(1, second)
    watch.joined(2, join(dir, 'empty'))
    expect((await watch.settle(film.path)).faults).toMatchObject([
      { kind: 'undecodable', segments: [{ index: 1 }, { index: 2 }] },
      { kind: 'undecodable', segments: [{ index: 2, renderedBy: 'bob' }] },
    ])
  })

  it('blames no film for a decoder that was killed or could not start, and asks twice before it blames one', async () => {
    const killed = await program('kill -9 $$')
    const first = await watching({ own: { ...tools, ffmpeg: killed, ffprobe: killed } })
    for (const [index, path] of paths().entries()) first.watch.joined(index, path)
    expect(await first.watch.settle(film.path)).toEqual({ faults: [] })
    expect(first.log.said.filter(({ level }) => level === 'warn').length).toBe(5)

    const once = join(dir, 'once')
    await writeFile(once, '')
    const trouble = `if [ -e ${once} ]; then rm ${once}; echo broken >&2; exit 1; fi; exec ${tools.ffprobe} "$@"`
    const second = await watching({ own: { ...tools, ffprobe: await program(trouble) } })
    expect(await second.watch.settle(film.path)).toEqual({ faults: [] })
    await expect(readFile(once)).rejects.toThrow('ENOENT')
  })
})

async function program(script: string): Promise<string> {
  const path = join(dir, `tool-${Math.random().toString(36).slice(2)}`)
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
  return path
}
