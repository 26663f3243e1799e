import { mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import type { AssetId } from '@sheaf/protocol'
import {
  chooseChange,
  compileSound,
  type FfmpegCall,
  type LoudnessChange,
  type LoudnessTarget,
  mediaIndices,
  readLoudness,
  refineChange,
  resolveCall,
  type SoundPlan,
} from '@sheaf/timeline'
import { checkSound } from '../join/index.js'
import type { FfmpegTools } from './find-ffmpeg.js'
import { inputPlaces } from './input-places.js'
import { graphFileFor } from './render-chunk.js'
import type { RenderAudioOptions } from './render-types.js'
import { runTool } from './run-tool.js'
import { engineFailed } from './segment-encoder.js'

/** Files that one ffmpeg may open; systems allow 256 and more. */
const MOST_INPUTS = 200

/**
 * Renders the whole edit's sound into one file, and its stems when the manifest asks for them; false when the edit has
 * none (no file is written). `outPath` must end in the preset's `audioExtension`; it appears last, when the stems are
 * there. Throws SHEAF_ENGINE_FAILED, SHEAF_DISK_FULL, or the signal's reason; nothing half-written stays.
 */
export async function renderAudio(options: RenderAudioOptions): Promise<boolean> {
  const { manifest, outPath, signal } = options
  const extension = extname(outPath)
  const folder = join(dirname(outPath), `${basename(outPath, extension)}.parts`)
  const pathOf = (id: string): string => join(folder, id)
  const output = pathOf(`sound${extension}`)
  const { edit, preset, sound: settings = {} } = manifest
  const media = mediaIndices(manifest)
  const plan = compileSound({ edit, media, preset, settings, mostInputs: MOST_INPUTS, pathOf, output })
  if (!plan) return false
  try {
    await mkdir(folder, { recursive: true })
    const work = new SoundWork(options, folder)
    await work.make(plan, settings.loudness)
    if (extension === '.wav' || extension === '.flac') await countSamples(options.tools, output, plan.samples)
    else await checkSound(output, plan.samples)
    await work.keepStems()
    await syncFile(output)
    await rename(output, outPath)
    return true
  } catch (error) {
    signal.throwIfAborted()
    throw engineFailed('the sound of the edit', error)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Files of sound alone that are no QuickTime: their samples by ffprobe. */
async function countSamples(tools: FfmpegTools, path: string, samples: number): Promise<void> {
  const args = ['-v', 'error', '-show_entries', 'stream=duration_ts', '-of', 'csv=p=0', `file:${path}`]
  const { stdout } = await runTool({ file: tools.ffprobe, args })
  const held = Number(stdout.toString('latin1').trim())
  if (held !== samples) throw new Error(`it holds ${held} samples, expected ${samples}`)
}

/** The calls of a plan, one after another, in a folder of their own. */
class SoundWork {
  readonly #options: RenderAudioOptions
  readonly #folder: string
  readonly #made = new Set<string>()
  #stems: readonly string[] = []

  constructor(options: RenderAudioOptions, folder: string) {
    this.#options = options
    this.#folder = folder
  }

  async make(plan: SoundPlan, loudness: LoudnessTarget | undefined): Promise<void> {
    for (const part of plan.parts) {
      await this.#run(part)
      this.#made.add(part.id)
    }
    await this.#run(plan.mix)
    this.#made.add('mix')
    const change = loudness && (await this.#change(plan, loudness))
    if (change) await this.#run(plan.encode(change))
    const stems = this.#options.stemPath ? plan.stems(change) : []
    for (const stem of stems) await this.#run(stem)
    this.#stems = stems.map(({ id }) => id)
  }

  /** Gives the stems their names, when all of them are there. */
  async keepStems(): Promise<void> {
    for (const [index, id] of this.#stems.entries()) {
      const path = join(this.#folder, id)
      await syncFile(path)
      await rename(path, this.#options.stemPath?.(index) ?? path)
    }
  }

  async #change(plan: SoundPlan, target: LoudnessTarget): Promise<LoudnessChange> {
    let change = chooseChange(await this.#measure(plan.measure()), target)
    if (change.kind === 'none') this.#options.onRemark?.('the sound is silent: its loudness is left as it is')
    for (let tries = 0; tries < MOST_REFINEMENTS; tries++) {
      const better =
        change.kind === 'limited' && refineChange(change, await this.#measure(plan.measure(change)), target)
      if (!better) return change
      change = better
    }
    return change
  }

  async #measure(call: FfmpegCall): Promise<ReturnType<typeof readLoudness>> {
    return readLoudness((await this.#start(call)).stderr)
  }

  async #run(call: FfmpegCall): Promise<void> {
    const { stderr } = await this.#start(call)
    if (stderr.trim() !== '') throw new Error(stderr.trim().slice(-1000))
  }

  async #start(call: FfmpegCall): Promise<{ readonly stderr: string }> {
    const { tools, assetPath, environment, signal } = this.#options
    const placeOf = (id: AssetId) => (this.#made.has(id) ? join(this.#folder, id) : assetPath(id))
    const graphFile = await graphFileFor(call, join(this.#folder, 'graph.txt'))
    const places = await inputPlaces(call, placeOf, join(this.#folder, 'list'))
    const args = resolveCall(call, { ...places, graphFile })
    return runTool({ file: tools.ffmpeg, args, environment, signal })
  }
}

/** A limiter takes a little more when it is given more; twice is near enough. */
const MOST_REFINEMENTS = 2

/** The sound is kept and trusted after a restart, so its bytes must be on the disk before its name is. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
