import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { styleFor } from '../output/style.js'
import type { AgentProcess } from './agent-process.js'
import { layOutDemo, type DemoFolder } from './demo-folder.js'
import { renderAlone, renderWithKill, sha256, startFarm, type DemoVoice } from './run-demo.js'

const root = join(fileURLToPath(new URL('../../../..', import.meta.url)), '.sheaf', 'demo')
const wantsProof = process.argv.includes('--verify')
const isTty = process.stdout.isTTY
const voice: DemoVoice = { out: process.stdout, isTty, style: styleFor({ isTty }, process.env) }
const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function demo(): Promise<boolean> {
  say('Making media: clips of four sizes and rates, with tones …')
  const folder = await layOutDemo(root, { frames: 1500, rate: 25 })
  if (folder.made === 0) say('  they are there from last time')
  let agents: readonly AgentProcess[] = []
  const stopAll = async (): Promise<void> => {
    await Promise.all(agents.map((agent) => agent.stop()))
    await folder.clean()
  }
  process.once('SIGINT', () => void stopAll().finally(() => process.exit(130)))
  try {
    agents = await startFarm(folder, voice)
    const job = await renderWithKill(folder, agents, voice)
    if (job.status !== 'completed') return false
    if (wantsProof && !(await prove(folder, job.outputSha256))) return false
    tellNext(folder)
    return true
  } finally {
    await stopAll()
  }
}

async function prove(folder: DemoFolder, expected: string | undefined): Promise<boolean> {
  say('Rendering the edit once more on one agent alone …')
  const alone = await renderAlone(folder, join(folder.root, 'film-alone.mp4'))
  const same = alone === expected && (await sha256(folder.outputPath)) === alone
  say(same ? `✓ the same bytes: ${alone}` : `✗ the bytes differ: ${alone} alone, ${expected} by the farm`)
  return same
}

function tellNext(folder: DemoFolder): void {
  say('')
  say(`The film: ${folder.outputPath}`)
  say('With machines of your own: npm run setup && npm link, which makes the command `sheaf`; then')
  say('  sheaf up here, in another terminal sheaf invite, and on the next machine:')
  say('  sheaf join CODE && sheaf up      then, on either:   sheaf render film.otio -o film.mp4')
}

process.exitCode = (await demo()) ? 0 : 1
