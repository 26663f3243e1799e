import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { FarmView, JobView } from '@sheaf/protocol'
import { closingLine, jobLines } from '../display/job-lines.js'
import { createLiveDisplay } from '../output/live-display.js'
import type { Style } from '../output/style.js'
import { AgentProcess } from './agent-process.js'
import type { DemoFolder } from './demo-folder.js'
import { joinByCode } from './join-by-code.js'
import { RerenderWatch } from './rerender-watch.js'

/** Where the demo speaks. */
export interface DemoVoice {
  readonly out: NodeJS.WriteStream
  readonly isTty: boolean
  readonly style: Style
}

const preset = 'h264:crf=20,preset=veryfast'
const killAt = 0.4

/** Starts the three agents: A founds the farm, B and C join it by code; A may use more slots than B and C, as machines differ. */
export async function startFarm(folder: DemoFolder, voice: DemoVoice): Promise<readonly AgentProcess[]> {
  const startedAtMs = performance.now()
  const founder = await AgentProcess.start({ name: 'A', slots: 2, storePath: folder.storePath('A') })
  const joining = ['B', 'C'].map(async (name) => {
    const storePath = folder.storePath(name)
    await joinByCode(founder, { storePath, name })
    return AgentProcess.start({ name, slots: 1, storePath })
  })
  const started = await Promise.allSettled(joining)
  const agents = [founder, ...started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))]
  for (const one of started) {
    if (one.status === 'fulfilled') continue
    await Promise.all(agents.map((agent) => agent.stop()))
    throw one.reason
  }
  await until(agents, (views) =>
    views.every((view) => view.peers.filter((peer) => peer.connected).length === agents.length),
  )
  say(
    voice,
    `A founded a farm, B and C joined it by code; all met in ${seconds(performance.now() - startedAtMs)} s; measuring them …`,
  )
  await until(agents, (views) => views.every((view) => view.peers.every((peer) => peer.score !== undefined)))
  const [view] = await views(agents)
  const scores = agents.map(({ peer }) => Math.round(view?.peers.find((one) => one.peer === peer)?.score ?? 0))
  say(voice, `scores ${scores.join(' / ')} percent of the reference machine, all three measured at once`)
  return agents
}

/** Renders the edit on the farm and kills B on the way. Returns the finished job. */
export async function renderWithKill(
  folder: DemoFolder,
  agents: readonly AgentProcess[],
  voice: DemoVoice,
): Promise<JobView> {
  const [home, victim] = agents
  if (home === undefined || victim === undefined) throw new Error('the demo needs agents')
  const startedAtMs = performance.now()
  const { jobId } = await home.client.submit({
    editPath: folder.editPath,
    outputPath: folder.outputPath,
    preset,
    overwrite: true,
  })
  const watch = new RerenderWatch(jobId)
  const display = voice.isTty ? createLiveDisplay(voice.out) : undefined
  let killed = false
  let told = false
  let lastSaid = 0
  const end = new AbortController()
  try {
    for await (const view of home.client.watchFarm({ signal: end.signal })) {
      watch.see(view, performance.now())
      const job = view.jobs.find((one) => one.jobId === jobId)
      if (job === undefined) continue
      const lines = jobLines({
        farm: view,
        jobId,
        width: voice.isTty ? voice.out.columns : 100,
        nowMs: Date.now(),
        style: voice.style,
      })
      display?.draw(lines)
      if (display === undefined && performance.now() - lastSaid > 2000) {
        lastSaid = performance.now()
        say(voice, lines.join('   '))
      }
      if (!killed && job.framesDone / job.frames >= killAt && holds(job, victim.peer)) {
        killed = true
        watch.killed(victim.peer, view, performance.now())
        await victim.kill()
      }
      told ||= killed && tellKill(watch, victim.name, (line) => (display ? display.persist(line) : say(voice, line)))
      if (job.status === 'completed' || job.status === 'failed' || job.status === 'canceled') {
        display?.end('keep')
        tellEnd(voice, job, watch, performance.now() - startedAtMs)
        return job
      }
    }
  } finally {
    end.abort()
  }
  throw new Error('the agent stopped telling before the render ended')
}

/** Renders the edit once more on one agent alone and returns the hash of its file. */
export async function renderAlone(folder: DemoFolder, outputPath: string): Promise<string> {
  const agent = await AgentProcess.start({
    name: 'alone',
    storePath: folder.storePath('alone'),
    args: ['--no-mdns', '--no-bench'],
  })
  try {
    const { jobId } = await agent.client.submit({ editPath: folder.editPath, outputPath, preset, overwrite: true })
    for await (const view of agent.client.watchFarm({})) {
      const job = view.jobs.find((one) => one.jobId === jobId)
      if (job?.status === 'completed') return await sha256(outputPath)
      if (job?.status === 'failed') throw new Error(job.message ?? 'the render alone failed')
    }
    throw new Error('the agent stopped telling before the render ended')
  } finally {
    await agent.stop()
  }
}

/** SHA-256 of a file in hex. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

function holds(job: JobView, peer: string): boolean {
  return job.runs.some((run) => run.holder === peer && run.status === 'rendering')
}

function tellKill(watch: RerenderWatch, name: string, tell: (line: string) => void): boolean {
  const { moved, movedAfterMs } = watch.kill()
  if (movedAfterMs === undefined) return false
  const segments = moved === 1 ? '1 segment' : `${moved} segments`
  tell(`✗ killed ${name}: ${segments} moved in ${seconds(movedAfterMs)} s, ${watch.landedTwice()} rendered twice`)
  return true
}

function tellEnd(voice: DemoVoice, job: JobView, watch: RerenderWatch, tookMs: number): void {
  if (watch.landedTwice() > 0) say(voice, `✗ ${watch.landedTwice()} landed segments were rendered again`)
  say(voice, closingLine(job, { elapsedMs: tookMs }, voice.style))
}

const views = (agents: readonly AgentProcess[]): Promise<readonly FarmView[]> =>
  Promise.all(agents.map(({ client }) => client.farm()))

async function until(agents: readonly AgentProcess[], fine: (views: readonly FarmView[]) => boolean): Promise<void> {
  const untilMs = Date.now() + 60_000
  while (!fine(await views(agents))) {
    if (Date.now() > untilMs) throw new Error('the agents did not get ready within a minute')
    await delay(25)
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1)
const say = (voice: DemoVoice, line: string): void => void voice.out.write(`${line}\n`)
