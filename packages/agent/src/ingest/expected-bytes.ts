import { expectedOutputBytes, isEncodedOnce, type Manifest, segmentPreset } from '@sheaf/timeline'
import { stemBytes } from './sound-settings.js'

/** A guess at what a job takes of the disk of this agent's store, and of the disk of its output. */
export function expectedBytes(manifest: Manifest): { readonly storeBytes: number; readonly outputBytes: number } {
  const job = { frames: manifest.edit.frames, ...manifest.picture }
  const segments = expectedOutputBytes(segmentPreset(manifest), job)
  const stems = stemBytes(manifest.edit, manifest.sound)
  const film = expectedOutputBytes(manifest.preset, job)
  // With its index first a film is written twice.
  const outputBytes = film * (manifest.output?.faststart === true ? 2 : 1) + stems + (1 << 20)
  // In the store one that is encoded once lies as segments, joined without loss, and encoded.
  return { storeBytes: isEncodedOnce(manifest) ? segments * 2 + film : segments, outputBytes }
}
