export { BlockMemory, blockMemory } from './block-memory.js'
export { Hasher, hasher, RunningHash, type HashedBytes } from './hasher.js'
export { sha256Of } from './sha256-of.js'
export type { PartsRead, ReadFile, ReadPart } from './hash-thread.js'
