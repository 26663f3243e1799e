import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { renderChunk, type FfmpegTools, type RenderingChunk } from '../engine/index.js'
import type { ChunkRenderer, ChunkRequest, ChunkRun } from './ports.js'

/** The ffmpeg engine as the worker's `ChunkRenderer`: each chunk in a folder of its own, which is gone afterwards. */
export function createEngineRenderer(init: {
  readonly tools: FfmpegTools
  readonly workDir: string
  /** Decode each segment once before it counts. */
  readonly decode: boolean
}): ChunkRenderer {
  return {
    renderChunk: (request) => {
      let inner: RenderingChunk | undefined
      let last: number | undefined
      const done = renderInFolder(init, request, (chunk) => {
        inner = chunk
        if (last !== undefined) chunk.stopAfter(last)
      })
      return {
        done,
        stopAfter: (index) => {
          last = index
          inner?.stopAfter(index)
        },
      } satisfies ChunkRun
    },
  }
}

async function renderInFolder(
  init: { readonly tools: FfmpegTools; readonly workDir: string; readonly decode: boolean },
  request: ChunkRequest,
  onStarted: (chunk: RenderingChunk) => void,
): Promise<void> {
  const outDir = join(init.workDir, `chunk-${randomBytes(6).toString('hex')}`)
  await mkdir(outDir, { recursive: true })
  const deliveries: Promise<void>[] = []
  try {
    const chunk = renderChunk({
      tools: init.tools,
      manifest: request.manifest,
      from: request.from,
      to: request.to,
      assetPath: request.assetPath,
      environment: request.environment,
      outDir,
      decode: init.decode,
      signal: request.signal,
      onProgress: ({ segment, encodedFrames, totalFrames }) =>
        request.onProgress(segment, totalFrames === 0 ? 0 : encodedFrames / totalFrames),
      onSegment: (segment) => {
        const delivery = request.onSegment(segment)
        // Handled below; without this a rejection before the chunk ends would count as unhandled.
        delivery.catch(() => undefined)
        deliveries.push(delivery)
      },
    })
    onStarted(chunk)
    await chunk.done
    await Promise.all(deliveries)
  } finally {
    await Promise.allSettled(deliveries)
    await rm(outDir, { recursive: true, force: true })
  }
}
