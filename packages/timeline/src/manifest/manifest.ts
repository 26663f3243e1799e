import type { FrameFormat } from '../compile/frame-format.js'
import type { MediaIndex } from '../media/media-index.js'
import type { Edit } from '../model/edit.js'
import type { OutputSettings } from '../preset/job-preset.js'
import type { Preset } from '../preset/preset.js'
import type { SoundSettings } from '../sound/sound-settings.js'
import type { SegmentSpan } from '../segment/plan-segments.js'

/** The manifest version that is written, and the only one that is read. */
export const MANIFEST_VERSION = 3

/**
 * Everything that a job's segments depend on, and nothing else: whoever holds it and the assets
 * makes the same bytes. It is a blob, named by the hash of its text.
 */
export interface Manifest {
  readonly version: typeof MANIFEST_VERSION
  /** Clips name media by asset id. No path of the submitter's machine is in it. */
  readonly edit: Edit
  readonly media: Readonly<Record<string, ManifestMedia>>
  /** What segments are encoded from. */
  readonly picture: FrameFormat
  readonly preset: Preset
  /** Stereo, as loud as it is, without stems, when absent. */
  readonly sound?: SoundSettings | undefined
  /** How the output is made of the segments. */
  readonly output?: OutputSettings | undefined
  /** Partition of [0, edit.frames); none when the preset has no pictures. */
  readonly segments: readonly SegmentSpan[]
}

/** One medium of a job. */
export interface ManifestMedia {
  readonly index: MediaIndex
  readonly sizeBytes: number
  /** File name without folders, for messages. */
  readonly name: string
}

/** What a manifest may hold when it is decoded. */
export const MANIFEST_LIMITS = {
  characters: 64 * 1024 * 1024,
  media: 10_000,
  /** Of one kind, in one stack. */
  tracks: 200,
  /** Of all tracks together, nested ones and both sides of transitions too. */
  items: 200_000,
  /** Stacks inside each other. */
  depth: 32,
  segments: 1_000_000,
  runs: 5_000_000,
  /** Of one medium, besides the first. */
  audioStreams: 255,
  text: 4096,
  /** Characters of a track's title. */
  title: 1024,
} as const

/** The indices alone, as the compilers take them. */
export function mediaIndices(manifest: Manifest): Map<string, MediaIndex> {
  return new Map(Object.entries(manifest.media).map(([id, medium]) => [id, medium.index]))
}
