import {
  BUILT_IN_PRESETS,
  ENCODER_NAMES,
  encoderRule,
  needsFinalEncode,
  type EncoderName,
  type Preset,
} from '@sheaf/timeline'

/**
 * What two agents must agree in to share a job. `base`: everything, x264 and FFV1; an encoder's name: everything
 * and that encoder; `lossless`: filters and FFV1 alone, for jobs that are encoded once at their home.
 */
export type EngineClass = 'base' | 'lossless' | EncoderName

/** The class of a job with this preset. */
export function engineClassOf(preset: Preset, { intermediate }: { readonly intermediate: boolean }): EngineClass {
  if (!preset.pictures) return 'base'
  if (intermediate || needsFinalEncode(preset)) return 'lossless'
  const { encoder } = preset.pictures
  return encoder === 'libx264' || encoder === 'ffv1' ? 'base' : encoder
}

/** The class that a fingerprint such as `libx265-3f…` is of; plain hex digits are `base`. */
export function classOfFingerprint(fingerprint: string): EngineClass | undefined {
  if (/^[0-9a-f]{64}$/.test(fingerprint)) return 'base'
  const [, name = ''] = /^([a-z0-9_]+)-[0-9a-f]{64}$/.exec(fingerprint) ?? []
  return name === 'lossless' ? name : ENCODER_NAMES.find((encoder) => encoder === name)
}

/** What a class is probed with: a shipped preset of the encoder, in the first of its layouts and in its own. */
export function probePresets(engineClass: Exclude<EngineClass, 'base'>): readonly Preset[] {
  const encoder = engineClass === 'lossless' ? 'ffv1' : engineClass
  const shipped = BUILT_IN_PRESETS.find((preset) => preset.pictures?.encoder === encoder && !needsFinalEncode(preset))
  if (!shipped?.pictures) throw new Error(`no shipped preset for ${encoder}`)
  // The sound is made at the home alone: it is no matter of the class.
  const silent: Preset = { ...shipped, sound: { codec: 'none' } }
  const [pixels] = encoderRule(encoder).pixels
  const plain = shipped.pictures.profile === undefined && pixels !== shipped.pixels
  return plain ? [silent, { ...silent, pixels }] : [silent]
}
