import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { foundTestFarm } from '@sheaf/agent/measuring'
import { AgentProcess } from '@sheaf/cli'
import { prepareJob, probeMedia, type PreparedJob } from '@sheaf/agent/measuring'
import type { SubmitRequest } from '@sheaf/protocol'
import { AUDIO_RATE, type Edit, frameBytes, sampleOfFrame } from '@sheaf/timeline'
import type { Bench, BenchContext, BenchResult } from '../bench.js'
import { renderJob, whenFarm } from '../farm/render-job.js'
import { type ClickClip, expectedClicks, heardClicks, worstOffset } from './clicks.js'
import { makeGoldenMedia } from './golden-media.js'
import { GOLDEN_RATES, type GoldenEdit, goldenSet } from './golden-set.js'
import { offTheGrid } from './grid.js'
import { differing, hashFilm, renderWhole } from './whole-render.js'

/**
 * Renders every edit of the golden set at seven rates twice: its pictures whole by one process, and the film on three
 * agents in short segments, lossless. Compares every frame, the place of every frame, and where clicks are heard.
 */
export const exact: Bench = {
  name: 'exact',
  summary: 'golden set × seven rates: frames that differ between one process and three agents, times, sound',
  runs: { full: 1, quick: 1 },
  run: measureExact,
}

/** Not a divisor of anything in the set: borders fall into transitions, stacks and clips at other speeds. */
const SEGMENT_FRAMES = 13

/** What one film was found to be. */
interface Finding {
  readonly name: string
  readonly frames: number
  readonly differing: number
  readonly offGrid: number
  /** In samples; undefined where nothing clicks. */
  readonly offset: number | undefined
  /** Agents that rendered a part of it. */
  readonly agents: number
}

async function measureExact(context: BenchContext): Promise<BenchResult> {
  const media = await makeGoldenMedia(context.tools.ffmpeg, context.mediaDir)
  const farm = await startFarm(context)
  const findings: Finding[] = []
  try {
    const set = context.quick ? goldenSet.slice(-3) : goldenSet
    for (const rate of context.quick ? GOLDEN_RATES.slice(-1) : GOLDEN_RATES) {
      for (const edit of set) findings.push(await tryOne({ context, media, farm }, edit, rate))
      context.say(`${rate} fps: ${describe(findings.slice(-set.length))}`)
    }
  } finally {
    await Promise.all(farm.map((agent) => agent.stop()))
  }
  return { figures: figuresOf(findings), notes: notesOf(findings) }
}

async function startFarm(context: BenchContext): Promise<readonly AgentProcess[]> {
  const farm = await foundTestFarm()
  const agents: AgentProcess[] = []
  for (const name of ['a', 'b', 'c']) {
    const peers = await Promise.all(agents.map(async ({ client }) => (await client.status()).addresses[0] ?? ''))
    const storePath = join(context.dir, `store-${name}`)
    await farm.enrol(storePath)
    agents.push(
      await AgentProcess.start({
        ...{ name, storePath, slots: 1 },
        args: ['--no-bench', '--no-mdns', ...peers.flatMap((peer) => ['--peer', peer])],
      }),
    )
  }
  const met = { what: 'The meeting of three agents', signal: context.signal }
  for (const { client } of agents) {
    await whenFarm(client, (view) => view.peers.filter(({ connected }) => connected).length === 3, met)
  }
  return agents
}

interface Work {
  readonly context: BenchContext
  readonly media: string
  readonly farm: readonly AgentProcess[]
}

/** A film that cannot be made at all has no right frame. */
async function tryOne(work: Work, golden: GoldenEdit, rate: number): Promise<Finding> {
  try {
    return await measureOne(work, golden, rate)
  } catch (error) {
    work.context.signal.throwIfAborted()
    const name = `${golden.name} at ${rate}`
    work.context.say(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    return { name: `${name} (not made)`, frames: 0, differing: 1, offGrid: 0, offset: undefined, agents: 0 }
  }
}

async function measureOne({ context, media, farm }: Work, golden: GoldenEdit, rate: number): Promise<Finding> {
  const { tools, signal } = context
  const folder = join(context.dir, `${golden.name}-${rate}`)
  const outputPath = join(folder, 'film.mov')
  await mkdir(folder)
  try {
    const request = { ...(await writeEdit(folder, media, golden, rate)), preset: 'ffv1', segmentFrames: SEGMENT_FRAMES }
    const probe = (path: string): ReturnType<typeof probeMedia> => probeMedia({ tools, path })
    const job = await prepareJob(request, { probe, madeFolder: join(folder, 'made') })
    const { edit, picture } = job.manifest
    const whole = await renderWhole(job, tools, folder)
    const [, home] = farm
    if (home === undefined) throw new Error('no farm')
    const rendered = await renderJob(home.client, { ...request, outputPath }, { signal })
    const film = await hashFilm(tools, outputPath, { pixFmt: picture.pixFmt, frameBytes: frameBytes(picture) })
    return {
      name: `${golden.name} at ${rate}`,
      frames: edit.frames,
      differing: differing(whole, film),
      offGrid: await offTheGrid(tools.ffprobe, outputPath, { rate: edit.rate, frames: edit.frames }),
      offset: await clickOffset(tools.ffmpeg, outputPath, { edit, media: job.media }),
      agents: rendered.job.shares.filter(({ landed }) => landed > 0).length,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Puts an edit into its folder, with what lies beside it; what a render is asked for, with absolute paths. */
async function writeEdit(
  folder: string,
  media: string,
  { name, extension, text, request = {}, files = {} }: GoldenEdit,
  rate: number,
): Promise<Pick<SubmitRequest, 'editPath' | 'fonts' | 'subtitles' | 'subtitleFont'>> {
  const editPath = join(folder, `${name}.${extension}`)
  await symlink(media, join(folder, 'media'), 'junction')
  await writeFile(editPath, text(rate))
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content)
  const here = (path: string): string => resolve(dirname(editPath), path)
  return {
    ...request,
    editPath,
    ...(request.fonts && { fonts: request.fonts.map(here) }),
    ...(request.subtitles !== undefined && { subtitles: here(request.subtitles) }),
  }
}

/** How far clicks are from where the edit has them; undefined for an edit without any. */
async function clickOffset(
  ffmpeg: string,
  film: string,
  { edit, media }: { readonly edit: Edit; readonly media: PreparedJob['media'] },
): Promise<number | undefined> {
  const names = new Map<string, string>(media.map(({ assetId, path }) => [assetId, path]))
  const clips = edit.audio.flatMap(({ items }) =>
    items.flatMap((item): ClickClip[] => {
      if (item.kind !== 'clip' || item.content.kind !== 'media') return []
      const { media: asset, start } = item.content
      if (!/clicks\.\w+$/.test(names.get(asset) ?? '')) return []
      const [from, to] = [sampleOfFrame(item.from, edit.rate), sampleOfFrame(item.to, edit.rate)]
      return [{ from, to, start: Math.round((start.num * AUDIO_RATE) / start.den) }]
    }),
  )
  if (clips.length === 0) return undefined
  return worstOffset(expectedClicks(clips), await heardClicks(ffmpeg, film))
}

function figuresOf(findings: readonly Finding[]): BenchResult['figures'] {
  const sum = (of: (finding: Finding) => number): number => findings.reduce((all, finding) => all + of(finding), 0)
  const offsets = findings.flatMap(({ offset }) => (offset === undefined ? [] : [offset]))
  return [
    { name: 'differing frames', value: sum(({ differing: count }) => count), unit: 'frames', op: '<=', goal: 0 },
    { name: 'frames off the grid', value: sum(({ offGrid }) => offGrid), unit: 'frames', op: '<=', goal: 0 },
    // No offset that could be told is worse than any.
    {
      name: 'audio offset before the codec',
      value: Math.min(Number.MAX_SAFE_INTEGER, Math.max(...offsets)),
      unit: 'samples',
      op: '<=',
      goal: 1,
    },
  ]
}

function notesOf(findings: readonly Finding[]): readonly string[] {
  const wrong = findings.filter(({ differing: d, offGrid, offset }) => d + offGrid > 0 || (offset ?? 0) > 1)
  return [
    `${findings.length} films of ${goldenSet.length} edits, ${findings.reduce((all, { frames }) => all + frames, 0)} frames`,
    `segments of ${SEGMENT_FRAMES} frames; ${findings.filter(({ agents }) => agents === 3).length} films had parts of all three agents`,
    ...wrong.map(
      ({ name, differing: d, offGrid, offset }) => `${name}: ${d} differ, ${offGrid} off, sound ${offset ?? 0}`,
    ),
  ]
}

function describe(findings: readonly Finding[]): string {
  const count = findings.reduce((all, { differing: d, offGrid }) => all + d + offGrid, 0)
  return `${findings.length} films, ${count} frames that differ or are off the grid`
}
