export { box, findBox, fullBox, Mp4FormatError, readBoxes, requireBox, u32, u64 } from './box.js'
export { checkSegment, type SegmentExpectation, type SegmentFacts, segmentInvalid } from './check-segment.js'
export { checkSound } from './check-sound.js'
export { readMovieIndex, type MovieIndex } from './mp4-track.js'
export {
  openOutputJoiner,
  type CheckOutput,
  type WrongOutput,
  type JoinedOutput,
  type OutputJoiner,
  type OutputJoinerOptions,
} from './output-joiner.js'
export { outputError, publish, setAside } from './publish-output.js'
export { stemPaths } from './stem-paths.js'
export { verifyOutput, type OutputExpectation } from './verify-output.js'
export { workingPath } from './working-path.js'
export { findImages, imagePath } from './image-name.js'
export { openImageWriter } from './image-writer.js'
export { openSoundWriter } from './sound-writer.js'
export { readSampleTable, sampleSize, type SampleTable } from './sample-table.js'
