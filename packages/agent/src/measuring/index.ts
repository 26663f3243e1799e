/**
 * Parts of an agent for those who measure them one by one: the ways in which the project's benches use them are the
 * agent's own. Nothing that ships imports this; `startAgent` is how an agent is run.
 */
export {
  AssetRegistry,
  blockCount,
  BlockFile,
  blockLength,
  BlobService,
  BlobStore,
  placeOf,
  sourceOfFile,
} from '../blobs/index.js'
export { BulkLanes } from '../bulk/index.js'
export { findFfmpeg, inputPlaces, probeMedia, type FfmpegTools } from '../engine/index.js'
export { FactStore, FactSync, openStoreDatabase } from '../facts/index.js'
export { blockMemory, hasher } from '../hashing/index.js'
export { LandingBatches, type LandingPlace } from '../home/landing-batches.js'
export { prepareJob, type PreparedJob } from '../ingest/index.js'
export { Identity } from '../identity/index.js'
export { openOutputJoiner } from '../join/index.js'
export { FarmFolder, FarmMembership } from '../membership/index.js'
export { foundTestFarm, type TestFarm, type TestMemberOptions } from './found-test-farm.js'
export { FarmNetwork } from '../network/index.js'
export {
  box,
  readBoxes,
  readMovieIndex,
  readSampleTable,
  requireBox,
  sampleSize,
  u32,
  u64,
  fullBox,
} from '../join/index.js'
