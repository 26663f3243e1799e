import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { probeMedia, type FfmpegTools } from '@sheaf/agent/measuring'
import {
  compileAudio,
  compileCompositor,
  frameFormat,
  parsePreset,
  readEdit,
  resolveCall,
  type FfmpegCall,
  type FrameSize,
  type MediaIndex,
} from '@sheaf/timeline'
import { SheafError } from '@sheaf/protocol'
import { execa } from 'execa'

/** An edit rendered by one process, as a person would do it by hand. */
export interface DirectRequest {
  readonly tools: FfmpegTools
  readonly editPath: string
  readonly size: FrameSize
  readonly preset: string
  readonly output: string
}

/** Arguments of one ffmpeg process that renders a whole edit, and how many frames it must write. */
export interface DirectCall {
  readonly args: readonly string[]
  readonly frames: number
}

/**
 * Compiles the direct render: one graph for all pictures and one for all sound, with the filters that the farm uses,
 * straight into one encoder. Threads are ffmpeg's own choice everywhere, and x264 is left its plain ways: what
 * equal bytes on all machines cost belongs to the overhead.
 */
export async function compileDirect({ tools, editPath, size, preset, output }: DirectRequest): Promise<DirectCall> {
  const { edit, targets } = readEdit(await readFile(editPath, 'utf8'), { editPath })
  const media = new Map<string, MediaIndex>()
  const pathOf = (target: string): string => resolve(dirname(editPath), target)
  for (const { path } of targets) media.set(path, await probeMedia({ tools, path: pathOf(path) }))
  const chosen = parsePreset(preset)
  const { encoder: name, crf, speed } = chosen.pictures ?? {}
  if (name !== 'libx264') throw new RangeError(`the direct render knows x264 alone, not ${preset}`)
  const pictures = compileCompositor({ edit, media, from: 0, to: edit.frames, format: frameFormat(size) })
  const sound = compileAudio({ edit, media, preset: chosen, output })
  const encoder = ['-c:v', 'libx264', '-crf', String(crf), '-preset', String(speed)]
  const target = ['-fps_mode', 'passthrough', '-frames:v', String(edit.frames), '-f', 'mp4', `file:${output}`]
  return { args: mergeCalls({ pictures, sound, encoder: [...encoder, ...target], pathOf }), frames: edit.frames }
}

/** One call of the two: their inputs one after another, both graphs, one output. */
export function mergeCalls(calls: {
  readonly pictures: FfmpegCall
  readonly sound: FfmpegCall | undefined
  /** Everything behind the maps, the output included. */
  readonly encoder: readonly string[]
  /** Where a medium that the edit names lies. */
  readonly pathOf: (target: string) => string
}): readonly string[] {
  const { pictures, sound, encoder, pathOf } = calls
  const video = partsOf(pictures, pathOf)
  const common = ['-hide_banner', '-nostdin', '-v', 'error', '-nostats', '-y', '-copyts']
  const videoGraph = ['-filter_complex', video.graph, '-map', '[out]']
  if (sound === undefined) return [...common, ...video.inputs, ...videoGraph, ...encoder]
  const audio = partsOf(sound, pathOf)
  const graph = audio.graph
    .replaceAll(/\[(\d+):(\d+)\]/g, (_, input: string, stream: string) => `[${Number(input) + video.count}:${stream}]`)
    .replaceAll('[out]', '[sound]')
  const audioGraph = ['-filter_complex', graph, '-map', '[sound]', '-c:a', 'aac', '-aac_coder', 'fast', '-b:a', '192k']
  return [...common, ...video.inputs, ...audio.inputs, ...videoGraph, ...audioGraph, ...encoder]
}

/** Runs the direct render; resolves with its wall time. SHEAF_TOOL_FAILED with what ffmpeg said. */
export async function runDirect(tools: FfmpegTools, { args }: DirectCall, signal: AbortSignal): Promise<number> {
  const startedMs = performance.now()
  const result = await execa(tools.ffmpeg, args, { stdin: 'ignore', reject: false, cancelSignal: signal })
  signal.throwIfAborted()
  if (result.failed || result.stderr !== '') {
    throw new SheafError({
      code: 'SHEAF_TOOL_FAILED',
      message: `The direct render failed: ${result.stderr.slice(-2000)}`,
    })
  }
  return performance.now() - startedMs
}

/** The inputs of a compiled call, without what stands before the first one, and its graph. */
function partsOf(call: FfmpegCall, pathOf: (target: string) => string) {
  const args = resolveCall(call, { pathOf })
  const common = args.indexOf('-copyts') + 1
  return {
    inputs: args.slice(common, call.graphArgIndex - 1),
    count: call.inputs.length,
    graph: args[call.graphArgIndex] ?? '',
  }
}
