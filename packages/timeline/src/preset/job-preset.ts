import { needsFinalEncode, outputKind, type Preset } from './preset.js'

/** What a job's presets follow from: the part of a manifest that says it. */
export interface JobOutput {
  readonly preset: Preset
  readonly output?: OutputSettings | undefined
}

/** How a job's output is made from its segments. */
export interface OutputSettings {
  /** Segments are lossless, and the film is encoded once, at its home; some presets need that anyway. */
  readonly intermediate?: true | undefined
  /** The index before the pictures. */
  readonly faststart?: true | undefined
  /** The edit's markers as chapters. */
  readonly chapters?: true | undefined
  /** Number of the edit's first frame in the names of numbered pictures: where `--frames` began. */
  readonly firstFrame?: number | undefined
}

/** Whether the film is encoded once, from lossless segments. */
export function isEncodedOnce({ preset, output }: JobOutput): boolean {
  return outputKind(preset) === 'film' && (output?.intermediate === true || needsFinalEncode(preset))
}

/** What segments are encoded with: the preset itself, or without loss when the film is encoded once more. */
export function segmentPreset(job: JobOutput): Preset {
  if (!isEncodedOnce(job)) return job.preset
  return { ...job.preset, pictures: { encoder: 'ffv1' }, sound: { codec: 'none' } }
}

/** The preset of a draft: fast and coarse where its encoder can be either, else as it is. */
export function draftPreset(preset: Preset): Preset {
  const { pictures } = preset
  switch (pictures?.encoder) {
    case 'libx264':
      return { ...preset, pictures: { encoder: 'libx264', crf: 28, speed: 'ultrafast' } }
    case 'libx265':
      return { ...preset, pictures: { encoder: 'libx265', crf: 30, speed: 'ultrafast' } }
    case 'libsvtav1':
      return { ...preset, pictures: { encoder: 'libsvtav1', crf: 45, speed: 12 } }
    default:
      return preset
  }
}
