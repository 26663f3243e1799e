export {
  chipFingerprint,
  classOfFingerprint,
  encoderClassOf,
  engineClassOf,
  isChip,
  likelyChips,
  type EngineClass,
} from './engine-class.js'
export { classFingerprint, ENGINE_VERSION, engineFingerprint, type FingerprintOptions } from './engine-fingerprint.js'
export { findFfmpeg, type FfmpegTools, type FindFfmpegOptions } from './find-ffmpeg.js'
export { inputPlaces, pictureList } from './input-places.js'
export { brokenPictures, type PictureFile } from './broken-pictures.js'
export { isPictureCutOff } from './picture-end.js'
export { readPictureHead, type PictureHead } from './picture-head.js'
export { probeMedia, type ProbeMediaOptions } from './probe-media.js'
export { makeProbeEdit, type ProbeEdit, type ProbeEditRecipe } from './probe-edit.js'
export { renderAudio } from './render-audio.js'
export { renderChunk } from './render-chunk.js'
export type {
  ChunkProgress,
  RenderAudioOptions,
  RenderChunkOptions,
  RenderedSegment,
  RenderingChunk,
} from './render-types.js'
export { engineFailed } from './segment-encoder.js'
export { runTool, type ToolOptions, type ToolResult } from './run-tool.js'
export { verifySegment, type VerifySegmentOptions } from './verify-segment.js'
