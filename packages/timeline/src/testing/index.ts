/** Builds edit files, for tests and for the golden edits of the benches; pure, as the package is. */
export {
  clip,
  external,
  gap,
  generated,
  range,
  showing,
  stack,
  time,
  timeline,
  track,
  turn,
  warp,
} from './otio-builder.js'
export {
  editorClip,
  editorTrack,
  type Fields,
  frontClip,
  poolItem,
  projectSchema,
  schemaGrade,
  schemaTrack,
  schemaTransform,
  sequence,
  tlsp,
} from './studio-builder.js'
