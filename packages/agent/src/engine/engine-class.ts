import {
  BUILT_IN_PRESETS,
  ENCODER_NAMES,
  encoderRule,
  needsFinalEncode,
  type EncoderName,
  type Preset,
} from '@sheaf/timeline'

/**
 * What two agents must agree in to share a job. `base`: everything, and x264; an encoder's name: everything and that
 * encoder; `lossless`: pictures and FFV1 alone, for films in FFV1 and for those that are encoded once at their home.
 */
export type EngineClass = 'base' | 'lossless' | EncoderName

/** The class of a job with this preset. */
export function engineClassOf(preset: Preset, { intermediate }: { readonly intermediate: boolean }): EngineClass {
  if (!preset.pictures) return 'base'
  if (intermediate || needsFinalEncode(preset)) return 'lossless'
  return encoderClassOf(preset.pictures.encoder)
}

/** The class of machines on which an encoder works. */
export function encoderClassOf(encoder: EncoderName): EngineClass {
  if (encoder === 'libx264') return 'base'
  return encoder === 'ffv1' ? 'lossless' : encoder
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

/** Whether jobs of this class are for machines with a certain chip. */
export function isChip(engineClass: EngineClass): boolean {
  return engineClass !== 'base' && engineClass !== 'lossless' && encoderRule(engineClass).hardware === true
}

/**
 * Of the fingerprints that agents have told for a chip's class, the one that most slots share: chips of one kind
 * make the same bytes, others do not, and a job is never mixed. Of equals the first in the alphabet.
 */
export function chipFingerprint(
  engineClass: EngineClass,
  agents: readonly { readonly slots: number; readonly fingerprints: Readonly<Record<string, string>> }[],
): string | undefined {
  const slots = new Map<string, number>()
  for (const agent of agents) {
    for (const fingerprint of Object.values(agent.fingerprints)) {
      if (classOfFingerprint(fingerprint) !== engineClass) continue
      slots.set(fingerprint, (slots.get(fingerprint) ?? 0) + agent.slots)
    }
  }
  const [best] = [...slots].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return best?.[0]
}

/** What decides which chips are worth a try: drivers that are there, by the path of their device. */
export interface ChipHints {
  readonly encoders: ReadonlySet<string>
  readonly platform: NodeJS.Platform
  readonly present: (path: string) => boolean
}

/** The chips' encoders that may work on this machine; whether they do is known after a try. */
export function likelyChips({ encoders, platform, present }: ChipHints): EncoderName[] {
  const kinds: Readonly<Record<string, boolean>> = {
    nvenc: platform === 'win32' || present('/dev/nvidiactl'),
    vaapi: present('/dev/dri/renderD128'),
    qsv: platform === 'win32' || present('/dev/dri/renderD128'),
    amf: platform === 'win32',
    videotoolbox: platform === 'darwin',
  }
  return ENCODER_NAMES.filter(
    (name) => isChip(name) && encoders.has(name) && kinds[name.slice(name.indexOf('_') + 1)] === true,
  )
}
