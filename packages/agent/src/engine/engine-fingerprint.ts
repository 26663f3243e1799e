import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { SheafError } from '@sheaf/protocol'
import { parsePreset, presetFileText, type Preset } from '@sheaf/timeline'
import { type EngineClass, probePresets } from './engine-class.js'
import type { FfmpegTools } from './find-ffmpeg.js'
import { makeProbeJob } from './probe-job.js'
import { renderChunk } from './render-chunk.js'

/** Raise when the engine's own code makes other bytes of the same manifest. */
export const ENGINE_VERSION = 'ffmpeg-engine/5'

/** What `engineFingerprint` needs. */
export interface FingerprintOptions {
  readonly tools: FfmpegTools
  /** Folder where the result is kept, keyed by the binary's path, time and size; made when absent. */
  readonly cacheDir: string
  readonly signal?: AbortSignal | undefined
}

/** Raise when other things are tried: what was kept is then measured again. */
const PROBE_VERSION = 2

/**
 * What must be equal for two agents to make the same bytes: versions, build configuration, and the hash of small
 * renders, through every filter that edits are compiled to and through x264. 64 hex digits.
 * Throws as `renderChunk` does: an agent whose engine cannot render this has no fingerprint.
 */
export async function engineFingerprint(options: FingerprintOptions): Promise<string> {
  const pictures = await picturesDigits(options)
  return keptOrMeasured(options, '', () => encoderDigits(options, [parsePreset('h264')], pictures))
}

/**
 * The fingerprint of a class of jobs beyond the base: `libx265-` or `lossless-` and 64 hex digits. Measured when
 * somebody asks for the first time, in a second or two, and kept. Throws as `renderChunk` does, and
 * SHEAF_TOOL_MISSING when this ffmpeg was built without the encoder.
 */
export async function classFingerprint(
  options: FingerprintOptions & { readonly engineClass: Exclude<EngineClass, 'base'> },
): Promise<string> {
  const { tools, engineClass } = options
  if (engineClass !== 'lossless' && !tools.encoders.has(engineClass)) {
    throw new SheafError({
      code: 'SHEAF_TOOL_MISSING',
      message: `${tools.ffmpeg} ${tools.version} was built without the encoder ${engineClass}`,
      hint: 'Install a build of ffmpeg that has it, or choose another preset: sheaf presets',
    })
  }
  const pictures = await picturesDigits(options)
  if (engineClass === 'lossless') return `lossless-${pictures}`
  const presets = probePresets(engineClass)
  return `${engineClass}-${await keptOrMeasured(options, `${engineClass}-`, () => encoderDigits(options, presets, pictures))}`
}

/**
 * The digits of the class `lossless`: what every filter makes of fixed footage, in FFV1, and some of that with more
 * bits. How ffmpeg was built and what else it encodes with do not matter there.
 */
async function picturesDigits(options: FingerprintOptions): Promise<string> {
  return keptOrMeasured(options, 'lossless-', async () => {
    const hash = createHash('sha256').update(ENGINE_VERSION).update('\0').update(filterVersions(options.tools.banner))
    for (const preset of probePresets('lossless')) {
      const extent = preset.pixels === 'yuv420p' ? 'all' : 'part'
      hash.update(presetFileText(preset)).update(await probeRender(options, preset, extent))
    }
    return hash.digest('hex')
  })
}

/** Of an encoder, on top of what its pictures are. */
async function encoderDigits(
  options: FingerprintOptions,
  presets: readonly Preset[],
  pictures: string,
): Promise<string> {
  const hash = createHash('sha256').update(pictures).update('\0').update(options.tools.banner)
  for (const preset of presets) hash.update(presetFileText(preset)).update(await probeRender(options, preset, 'part'))
  return hash.digest('hex')
}

/** The libraries that make pictures; how ffmpeg was built and what it encodes with do not matter there. */
function filterVersions(banner: string): string {
  return (banner.match(/^lib(?:avfilter|swscale) .*$/gm) ?? []).join('\n')
}

/** What was kept under this name while the binary and the machine are the same, else what is measured now. */
async function keptOrMeasured(
  { tools, cacheDir }: FingerprintOptions,
  name: string,
  measure: () => Promise<string>,
): Promise<string> {
  await mkdir(cacheDir, { recursive: true })
  const cachePath = join(cacheDir, `fingerprint-${name}${await cacheKey(tools)}.txt`)
  const kept = await readFile(cachePath, 'utf8').catch(() => '')
  if (/^[0-9a-f]{64}$/.test(kept)) return kept
  const fingerprint = await measure()
  const part = `${cachePath}.${process.pid}.part`
  await writeFile(part, fingerprint)
  await rename(part, cachePath)
  return fingerprint
}

/** A new binary, new libraries under it, or another processor: measured anew. */
async function cacheKey({ ffmpeg, banner }: FfmpegTools): Promise<string> {
  const { mtimeMs, size } = await stat(ffmpeg)
  const parts = [ENGINE_VERSION, PROBE_VERSION, ffmpeg, mtimeMs, size, banner, process.arch, cpus()[0]?.model ?? '']
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32)
}

/** SHA-256 of what this machine makes of the synthetic job with one preset. */
async function probeRender(
  { tools, cacheDir, signal }: FingerprintOptions,
  preset: Preset,
  extent: 'all' | 'part',
): Promise<Buffer> {
  const dir = await mkdtemp(join(cacheDir, 'probe-'))
  try {
    const job = await makeProbeJob(dir, preset, { extent })
    const files: string[] = []
    const onSegment = ({ path }: { readonly path: string }): unknown => files.push(path)
    const render = { ...job, tools, outDir: dir, decode: false, signal: signal ?? new AbortController().signal }
    await renderChunk({ ...render, from: 0, to: job.manifest.segments.length, onSegment }).done
    const hash = createHash('sha256')
    for (const file of files) hash.update(await readFile(file))
    return hash.digest()
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
