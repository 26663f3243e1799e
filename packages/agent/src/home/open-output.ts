import { isEncodedOnce, outputKind, type Manifest } from '@sheaf/timeline'
import type { FfmpegTools } from '../engine/index.js'
import {
  openImageWriter,
  openOutputJoiner,
  openSoundWriter,
  type OutputJoiner,
  type OutputJoinerOptions,
} from '../join/index.js'
import { openFilmEncoder } from './film-encoder.js'

/** What an output is opened with. */
export interface OutputInit extends Pick<OutputJoinerOptions, 'jobId' | 'outPath' | 'overwrite' | 'audioPath'> {
  readonly tools: FfmpegTools
  readonly manifest: Manifest
  readonly folder: string
  readonly signal: AbortSignal
  readonly onNotice: (text: string) => void
}

/** Opens what a job's preset makes of its segments: a film, one that is encoded once, pictures, or sound. */
export function openOutput(init: OutputInit): Promise<OutputJoiner> {
  const { manifest, jobId, outPath, overwrite, audioPath, signal } = init
  const { edit, picture, segments, preset, output } = manifest
  const { width, height } = picture
  const segmentFrames = segments.map(([from, to]) => to - from)
  const times = { timecode: edit.timecode, ...(output?.chapters === true && { chapters: edit.markers }) }
  const faststart = output?.faststart === true
  const pictures = { rate: edit.rate, width, height, segmentFrames }
  const film = { jobId, outPath, overwrite, audioPath, ...pictures, times, light: picture.light, faststart, signal }
  switch (outputKind(preset)) {
    case 'sound':
      return openSoundWriter(film)
    case 'images':
      return openImageWriter({ ...film, firstFrame: output?.firstFrame ?? 0 })
    case 'film':
      return isEncodedOnce(manifest) ? openFilmEncoder({ ...init, film }) : openOutputJoiner(film)
  }
}
