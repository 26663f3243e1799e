import type { RenderChunkOptions, RenderingChunk } from './render-types.js'

/** Renders a run of segments; returns at once. See {@link RenderingChunk} for how it ends. */
export function renderChunk(options: RenderChunkOptions): RenderingChunk {
  throw new Error(`not built yet ${options.from}`)
}
