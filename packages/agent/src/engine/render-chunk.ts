import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  compileCompositor,
  compileEncoder,
  countCompositorInputs,
  MAX_GRAPH_CHARACTERS,
  type Manifest,
  mediaIndices,
  resolveCall,
  segmentFile,
  segmentPreset,
} from '@sheaf/timeline'
import type { ChunkPlan, SegmentPlan } from './chunk-plan.js'
import { runChunk } from './chunk-run.js'
import { inputPlaces } from './input-places.js'
import type { RenderChunkOptions, RenderingChunk } from './render-types.js'
import { verifySegment } from './verify-segment.js'

/** Input files that one compositor opens at most, unless a single segment needs more. */
const MAX_INPUTS = 24

/**
 * Threads of each decoder. One compositor may open two dozen files, and several slots run at once:
 * ffmpeg's own choice, all cores for each, would cost memory and gain nothing against the encoder.
 */
const DECODE_THREADS = 2

/** Renders a run of segments; returns at once. See {@link RenderingChunk} for how it ends. */
export function renderChunk(options: RenderChunkOptions): RenderingChunk {
  const { manifest, from, to } = options
  if (!(from >= 0 && from < to && to <= manifest.segments.length)) {
    throw new RangeError(`segments [${from}, ${to}) are not inside [0, ${manifest.segments.length})`)
  }
  let lastWanted = to - 1
  let current: RenderingChunk | undefined
  const run = async (): Promise<void> => {
    for (const group of groupSegments(options)) {
      if (group.from > lastWanted) return
      const plan = await compileGroup(options, group)
      current = runChunk({
        plan,
        signal: options.signal,
        onProgress: options.onProgress,
        onSegment: options.onSegment,
        verify: (path, { expect }) =>
          verifySegment({ tools: options.tools, path, expect, decode: options.decode, signal: options.signal }),
      })
      current.stopAfter(lastWanted)
      await current.done
    }
  }
  const stopAfter = (lastIndex: number): void => {
    lastWanted = Math.min(lastWanted, lastIndex)
    current?.stopAfter(lastIndex)
  }
  return { done: run(), stopAfter }
}

interface Group {
  readonly from: number
  readonly to: number
}

/** Cuts a chunk where one process would have to open too many files; frames do not depend on it. */
function groupSegments({ manifest, from, to }: RenderChunkOptions): Group[] {
  const plan = { edit: manifest.edit, media: mediaIndices(manifest), format: manifest.picture }
  const groups: Group[] = []
  let start = from
  for (let end = from + 1; end <= to; end++) {
    const tooMany =
      end < to && countCompositorInputs({ ...plan, ...framesOf(manifest, { from: start, to: end + 1 }) }) > MAX_INPUTS
    if (end < to && !tooMany) continue
    groups.push({ from: start, to: end })
    start = end
  }
  return groups
}

function framesOf({ segments }: Manifest, { from, to }: Group): { readonly from: number; readonly to: number } {
  return { from: segments[from]?.[0] ?? 0, to: segments[to - 1]?.[1] ?? 0 }
}

async function compileGroup(options: RenderChunkOptions, group: Group): Promise<ChunkPlan> {
  const { manifest, tools, outDir } = options
  const { edit, picture: format } = manifest
  const call = compileCompositor({
    edit,
    media: mediaIndices(manifest),
    ...framesOf(manifest, group),
    format,
    decodeThreads: DECODE_THREADS,
  })
  const graphFile = await graphFileFor(call, join(outDir, `graph-${group.from}.txt`))
  return {
    ffmpeg: tools.ffmpeg,
    compositorArgs: resolveCall(call, {
      ...(await inputPlaces(call, options.assetPath, join(outDir, `pictures-${group.from}`))),
      graphFile,
    }),
    compositorEnvironment: options.environment,
    frameBytes: call.frameBytes,
    segments: Array.from({ length: group.to - group.from }, (_, i) => segmentPlan(options, group.from + i)),
  }
}

/** Writes the graph of a call to a file when it is too long for an argument; undefined when it is not. */
export async function graphFileFor(
  call: { readonly args: readonly string[]; readonly graphArgIndex: number },
  path: string,
): Promise<string | undefined> {
  const graph = call.args[call.graphArgIndex] ?? ''
  if (graph.length <= MAX_GRAPH_CHARACTERS) return undefined
  await writeFile(path, graph)
  return path
}

function segmentPlan({ manifest, outDir }: RenderChunkOptions, index: number): SegmentPlan {
  const { edit, picture } = manifest
  const preset = segmentPreset(manifest)
  const [from, to] = manifest.segments[index] ?? [0, 0]
  const frames = to - from
  const { extension } = segmentFile(preset, edit.rate)
  return {
    expect: { index, frames, rate: edit.rate, width: picture.width, height: picture.height },
    path: join(outDir, `${index}${extension}`),
    partPath: join(outDir, `${index}.part${extension}`),
    encoderArgs: (output) => compileEncoder({ preset, format: picture, frames, rate: edit.rate, output }),
  }
}
