import { SheafError } from '@sheaf/protocol'
import { isEncodedOnce, type Manifest } from '@sheaf/timeline'
import { encoderClassOf, type EngineClass } from '../engine/index.js'

/**
 * Of a job that is encoded once the farm renders lossless segments, and this machine alone makes the film: refuses it
 * with SHEAF_ENGINE_FAILED when the film's encoder does not work here, now and not after everything is rendered.
 */
export async function checkFinalEncoder(
  manifest: Pick<Manifest, 'preset' | 'output'>,
  encodesHere: (engineClass: EngineClass) => Promise<unknown>,
): Promise<void> {
  const { name, pictures } = manifest.preset
  if (!isEncodedOnce(manifest) || !pictures) return
  try {
    await encodesHere(encoderClassOf(pictures.encoder))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SheafError({
      code: 'SHEAF_ENGINE_FAILED',
      message: `preset ${name}: the film is encoded once, on this machine, where ${pictures.encoder} does not work: ${why}`,
      hint: 'Submit on a machine that has the encoder, or choose another preset: sheaf presets',
      cause,
    })
  }
}
