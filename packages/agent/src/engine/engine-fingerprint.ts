import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { SheafError } from '@sheaf/protocol'
import { audioExtension, formatPreset, parsePreset, presetFileText, type Preset } from '@sheaf/timeline'
import { type EngineClass, probePresets } from './engine-class.js'
import type { FfmpegTools } from './find-ffmpeg.js'
import { makeProbeEdit } from './probe-edit.js'
import { renderAudio } from './render-audio.js'
import { renderChunk } from './render-chunk.js'

/** Raise when the engine's own code makes other bytes of the same manifest. */
export const ENGINE_VERSION = 'ffmpeg-engine/4'

/** What `engineFingerprint` needs. */
export interface FingerprintOptions {
  readonly tools: FfmpegTools
  /** Folder where the result is kept, keyed by the binary's path, time and size; made when absent. */
  readonly cacheDir: string
  readonly signal?: AbortSignal | undefined
}

const PRESETS: readonly Preset[] = [parsePreset('h264'), parsePreset('ffv1')]

/**
 * What must be equal for two agents to make the same bytes: versions, build configuration, and the
 * hash of a small render through the very filter chain and every preset's encoder. 64 hex digits.
 * Throws as `renderChunk` does: an agent whose engine cannot render this has no fingerprint.
 */
export async function engineFingerprint(options: FingerprintOptions): Promise<string> {
  return keptOrMeasured(options, '', async () => {
    const hash = createHash('sha256').update(ENGINE_VERSION).update('\0').update(options.tools.banner)
    for (const preset of PRESETS) hash.update(formatPreset(preset)).update(await probeRender(options, preset))
    return hash.digest('hex')
  })
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
  const digits = await keptOrMeasured(options, `${engineClass}-`, async () => {
    const about = engineClass === 'lossless' ? filterVersions(tools.banner) : tools.banner
    const hash = createHash('sha256').update(ENGINE_VERSION).update('\0').update(about)
    for (const preset of probePresets(engineClass)) {
      hash.update(presetFileText(preset)).update(await probeRender(options, preset))
    }
    return hash.digest('hex')
  })
  return `${engineClass}-${digits}`
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
  const parts = [ENGINE_VERSION, ffmpeg, mtimeMs, size, banner, process.arch, cpus()[0]?.model ?? '']
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32)
}

/** SHA-256 of what this machine makes of the synthetic job with one preset, sound included. */
async function probeRender({ tools, cacheDir, signal }: FingerprintOptions, preset: Preset): Promise<Buffer> {
  const dir = await mkdtemp(join(cacheDir, 'probe-'))
  try {
    const { manifest, assetPath } = await makeProbeEdit({
      ...{ tools, dir, preset, signal, width: 160, height: 90, segments: 2, segmentFrames: 24, unusual: true },
    })
    const files: string[] = []
    const running = signal ?? new AbortController().signal
    const render = { tools, manifest, assetPath, signal: running }
    const onSegment = ({ path }: { readonly path: string }): unknown => files.push(path)
    await renderChunk({ ...render, from: 0, to: 2, outDir: dir, decode: false, onSegment }).done
    const outPath = join(dir, `sound${audioExtension(preset)}`)
    if (await renderAudio({ ...render, outPath })) files.push(outPath)
    const hash = createHash('sha256')
    for (const file of files) hash.update(await readFile(file))
    return hash.digest()
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
