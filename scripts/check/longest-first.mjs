import { BaseSequencer } from 'vitest/node'

/**
 * Seconds of processor time of the test files that take longest, as measured on one machine. They only say in which
 * order files start, so they need not be exact; a file that is not here counts as short.
 */
const seconds = {
  'test/e2e/kills.test.ts': 60,
  'test/seeded-bugs/seeded-bugs.test.ts': 50,
  'packages/agent/src/validate/verify-film.test.ts': 50,
  'test/e2e/control.test.ts': 45,
  'test/e2e/same-bytes.test.ts': 35,
  'test/bad-input/agents.test.ts': 30,
  'test/bad-input/outputs.test.ts': 21,
  'test/e2e/stranger.test.ts': 20,
  'test/bad-input/media.test.ts': 19,
  'packages/agent/src/engine/presets.test.ts': 19,
  'test/e2e/requeue.test.ts': 15,
  'packages/agent/src/home/open-output.test.ts': 15,
  'packages/timeline/src/compile/effect.test.ts': 14,
  'packages/timeline/src/compile/composite.test.ts': 14,
  'packages/agent/src/engine/render-chunk.test.ts': 14,
  'packages/timeline/src/compile/footage-colours.test.ts': 13,
  'packages/timeline/src/compile/footage.test.ts': 12,
  'packages/agent/src/movie-index/movie-index.test.ts': 12,
  'packages/agent/src/media-server/media-server.test.ts': 11,
  'packages/agent/src/ingest/find-sequence.test.ts': 11,
  'packages/timeline/src/compile/render.test.ts': 10,
  'packages/timeline/src/compile/footage-times.test.ts': 10,
  'packages/agent/src/join/output-joiner.test.ts': 10,
  'packages/timeline/src/compile/look.test.ts': 9,
  'packages/agent/src/validate/film-watch.test.ts': 9,
  'packages/agent/src/engine/render-audio.test.ts': 9,
}

/**
 * Starts the longest test files first: a long one that started last would run alone at the end, on one core. Vitest
 * knows how long each took only where it ran before, which is nowhere in a fresh clone.
 */
export class LongestFirst extends BaseSequencer {
  /**
   * @param {import('vitest/node').TestSpecification[]} files
   * @override
   */
  async sort(files) {
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => secondsOf(b.moduleId) - secondsOf(a.moduleId))
  }
}

/**
 * @param {string} file its whole path
 * @returns {number} 0 for a short one
 */
function secondsOf(file) {
  const path = file.replaceAll('\\', '/')
  return Object.entries(seconds).find(([end]) => path.endsWith(`/${end}`))?.[1] ?? 0
}
