import { SheafError } from '@sheaf/protocol'
import { countCompositorInputs, decodeManifest, encodeManifest, mediaIndices, type Manifest } from '@sheaf/timeline'

/** Files that one process may open for one segment. */
const inputsPerSegment = 200

/**
 * The bytes of a manifest as agents read them. Everything that every agent would refuse is refused here, before
 * anything is rendered: throws as `decodeManifest` does, and SHEAF_EDIT_UNSUPPORTED for too much media at once.
 */
export function sealManifest(manifest: Manifest, editPath: string): Uint8Array {
  const text = encodeManifest(manifest)
  decodeManifest(text)
  checkInputs(manifest, editPath)
  return new TextEncoder().encode(text)
}

function checkInputs(manifest: Manifest, editPath: string): void {
  const { edit } = manifest
  const plan = { edit, media: mediaIndices(manifest), format: manifest.picture }
  for (const [from, to] of manifest.segments) {
    const inputs = countCompositorInputs({ ...plan, from, to })
    if (inputs <= inputsPerSegment) continue
    throw new SheafError({
      code: 'SHEAF_EDIT_UNSUPPORTED',
      message: `${editPath}: frames ${from}-${to - 1} show ${inputs} pieces of media; ${inputsPerSegment} are possible.`,
      hint: 'Take shorter segments with --segment-frames, or render out a part of the tracks in the editor.',
    })
  }
}
