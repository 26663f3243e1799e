import type { RenderAudioOptions } from './render-types.js'

/** Renders the whole edit's sound into one file; false when the edit has none (no file is written). */
export async function renderAudio(options: RenderAudioOptions): Promise<boolean> {
  throw new Error(`not built yet ${options.outPath}`)
}
