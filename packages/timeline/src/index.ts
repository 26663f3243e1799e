export { compileSound, type PartCall, type SoundPlan, type SoundRequest } from './compile/compile-sound.js'
export { channelsOf, SOUND_LAYOUTS, type SoundLayout } from './compile/sound-layout.js'
export {
  chooseChange,
  readLoudness,
  refineChange,
  type LoudnessChange,
  type MeasuredLoudness,
} from './sound/loudness.js'
export { LOUDNESS_LIMITS, type LoudnessTarget, type SoundSettings } from './sound/sound-settings.js'
export { stemNames } from './sound/stem-names.js'
export { programOf, unheardSound } from './media/sound-program.js'
export { hearingOf, type Hearing, type TrackSwitches } from './model/heard-tracks.js'
export { audioExtension, compileAudio, type AudioCall, type AudioRequest } from './compile/compile-audio.js'
export {
  compileCompositor,
  countCompositorInputs,
  type CompositorCall,
  type CompositorRequest,
} from './compile/compile-compositor.js'
export { compileFilmEncoder, type FilmEncoderRequest } from './compile/compile-film-encoder.js'
export { compileEncoder, segmentFile, type EncoderRequest, type SegmentFile } from './compile/compile-encoder.js'
export {
  MAX_GRAPH_CHARACTERS,
  resolveCall,
  type CallInput,
  type CallPlaces,
  type FfmpegCall,
  type InputUrl,
  type PictureInput,
} from './compile/ffmpeg-call.js'
export {
  frameBytes,
  frameFormat,
  outputSize,
  PICTURE_COLOURS,
  PIXEL_FORMATS,
  type FrameFormat,
  type FrameSize,
  type PictureColour,
  type PixelFormat,
} from './compile/frame-format.js'
export { remarksOnLooks, type LookRemarkContext } from './compile/look-remarks.js'
export { mediaNeeds, type MediaNeed } from './compile/media-needs.js'
export { AUDIO_RATE, sampleOfFrame } from './compile/medium-sound.js'
export { seekArgs } from './compile/seek-args.js'
export { renderCost, type RenderCost } from './cost/render-cost.js'
export { probePictures, type ProbePictures } from './engine-probe/probe-pictures.js'
export { EFFECT_CLASSES, type EffectClass, type EffectInfo, type EffectParameter } from './effect/effect-type.js'
export { effectProblem, findEffect, listEffects } from './effect/effects.js'
export { canonicalJson } from './manifest/canonical-json.js'
export { decodeManifest, encodeManifest } from './manifest/manifest-codec.js'
export {
  MANIFEST_LIMITS,
  MANIFEST_VERSION,
  mediaIndices,
  type Manifest,
  type ManifestMedia,
} from './manifest/manifest.js'
export type { MissingReason } from './media/missing-media.js'
export { buildMediaIndex, usedStreams } from './media/build-media-index.js'
export { checkMediaAgainstEdit, mediaError } from './media/check-media.js'
export type { MediaProblem, MediaState } from './media/media-state.js'
export { filledPictures } from './media/missing-pictures.js'
export type { Chromaticity, ContentLight, LightLevels, MasteringDisplay } from './media/light-levels.js'
export {
  MAX_SEQUENCE_PICTURES,
  spansOf,
  type ByteSpan,
  type PictureSpan,
  type SequenceIndex,
} from './media/picture-sequence.js'
export { isDeep } from './media/pixel-formats.js'
export { jobColours, type ShownMedium } from './media/job-colours.js'
export { remarksOn } from './media/media-remarks.js'
export { containerOf, timeArgs } from './media/media-support.js'
export { sequenceMedium } from './media/sequence-medium.js'
export { picturesOfEdit } from './media/used-pictures.js'
export { canBlacken } from './compile/sequence-source.js'
export { foldPictureNames, pictureName, pictureOfName, type SequenceNumbering } from './model/sequence-names.js'
export type { AudioIndex, MediaIndex, PtsRun, VideoIndex } from './media/media-index.js'
export { pngIndex } from './media/png-index.js'
export {
  frameProbeArgs,
  PROBE_ARGS,
  type ProbeFrame,
  type ProbePacket,
  type ProbeSideData,
  type ProbeReport,
  type ProbeStream,
} from './media/probe-report.js'
export type {
  Content,
  Crop,
  Curve,
  CurveKey,
  Edit,
  EditClip,
  EditElement,
  EditGap,
  EditItem,
  EditTrack,
  EditTransition,
  Effect,
  FrameSpan,
  Level,
  Look,
  MediaClip,
  MediaContent,
  MediaTarget,
  Place,
  SequenceTarget,
  TransitionStyle,
} from './model/edit.js'
export type { EditReport, ReadEdit } from './model/finish-edit.js'
export { readEdit, type ReadEditOptions } from './model/read-edit.js'
export type { Refusal } from './model/refusal.js'
export { silenceMedia } from './model/silence-media.js'
export { settleEdit } from './model/settle-edit.js'
export { sliceEdit } from './model/slice-edit.js'
export {
  SUBTITLE_STYLE,
  textFault,
  type FontName,
  type GlyphStyle,
  type Paint,
  type TextFrame,
  type TextPicture,
  type TextStyle,
  type TextTarget,
} from './model/text.js'
export { textPieces, type TextPiece } from './model/text-pieces.js'
export { formatTimecode } from './model/timecode.js'
export { bindMedia, cutsOf, mediaClipsOf } from './model/walk-edit.js'
export { durationOf } from './otio/durations.js'
export type { OtioChild, OtioNode } from './otio/otio-types.js'
export { parseOtio, type ParsedOtio } from './otio/parse-otio.js'
export { BUILT_IN_PRESETS } from './preset/built-in-presets.js'
export { ENCODER_NAMES, encoderRule, type EncoderName, type PictureCoding } from './preset/picture-coding.js'
export {
  formatPreset,
  parsePreset,
  parsePresetFile,
  presetFileText,
  presetOptions,
  splitPresetText,
  withOptions,
} from './preset/preset-text.js'
export { presetHint } from './preset/preset-hint.js'
export { draftPreset, isEncodedOnce, segmentPreset, type OutputSettings } from './preset/job-preset.js'
export {
  checkOutputName,
  expectedOutputBytes,
  needsFinalEncode,
  outputKind,
  type OutputKind,
  type Preset,
} from './preset/preset.js'
export type { SoundCoding } from './preset/sound-coding.js'
export { burnIn, type Subtitles } from './subtitles/burn-in.js'
export { planSegments, SEGMENT_LENGTH, type SegmentRequest, type SegmentSpan } from './segment/plan-segments.js'
export { BORDER_REACH, borderWindows, wholeWindows, windowAround } from './verify/border-windows.js'
export { checkFilm, checkHeaders } from './verify/check-film.js'
export { compileSoundCheck, SOUND_CHECK_FILTER, SOUND_CHECK_OUTPUT } from './verify/compile-sound-check.js'
export { describeFault, type DescribedFault, type FaultContext } from './verify/describe-fault.js'
export { lightTags, lightTagsOf } from './verify/light-tags.js'
export { expectFilm, type FilmExpectation } from './verify/film-expectation.js'
export type { FilmAudioFacts, FilmFacts, FilmVideoFacts } from './verify/film-facts.js'
export type { FileFault, FilmFault, PictureFault, SoundFault } from './verify/film-fault.js'
export { judgePictures } from './verify/judge-pictures.js'
export { judgeSound } from './verify/judge-sound.js'
export { blackSignature, matchPicture, type PictureEvidence, SEARCH_REACH } from './verify/match-picture.js'
export {
  CHECK_CHANNELS,
  CHECK_RATE,
  matchSound,
  SOUND_REACH,
  SOUND_WINDOW,
  type SoundVerdict,
} from './verify/match-sound.js'
export {
  compileSignatures,
  SIGNATURE_OUTPUT,
  type Signature,
  signatureFilter,
  type SignatureGrid,
  signatureGrid,
  signatureSamples,
} from './verify/signature.js'
export { isSuspect, LOOK_FRAMES } from './verify/suspect-border.js'
