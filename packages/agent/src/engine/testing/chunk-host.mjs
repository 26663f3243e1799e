// A process that renders a slow chunk into the folder of its first argument until somebody kills it.
import { syntheticChunk } from './chunk-plans.js'
import { runChunk } from '../chunk-run.js'

const run = runChunk({
  plan: syntheticChunk({ dir: process.argv[2] ?? '.', lengths: [5000, 5000], slow: true }),
  verify: async () => ({ sizeBytes: 0 }),
  signal: new AbortController().signal,
  onProgress: () => process.stdout.write('rendering\n'),
  onSegment: () => undefined,
})
await run.done
