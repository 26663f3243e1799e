export { checkSegment, type SegmentExpectation, type SegmentFacts, segmentInvalid } from './check-segment.js'
export { checkSound } from './check-sound.js'
export {
  openOutputJoiner,
  type CheckOutput,
  type JoinedOutput,
  type OutputJoiner,
  type OutputJoinerOptions,
} from './output-joiner.js'
export { verifyOutput, type OutputExpectation } from './verify-output.js'
export { workingPath } from './working-path.js'
export { findImage, imagePath } from './image-name.js'
export { openImageWriter } from './image-writer.js'
export { openSoundWriter } from './sound-writer.js'
