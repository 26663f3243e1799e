import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './scripts/check/longest-first.mjs'
import { NoSkippedTests } from './scripts/check/no-skipped-tests.mjs'

/**
 * `sheaf-source` makes workspace packages resolve to their TypeScript sources, so that tests need
 * no build. The others are Vite's own conditions for servers, which this list replaces.
 */
const conditions = ['sheaf-source', 'module', 'node', 'development|production']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'bench/src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.mjs'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    environment: 'node',
    globalSetup: ['test/support/run-folder.ts'],
    // Nothing here measures time: on a machine that does other things too a limit may only end a hang.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    sequence: { sequencer: LongestFirst },
    // Most of the time goes to ffmpeg and to agents, in processes of their own, and tests wait for them: with fewer
    // workers than this two cores would stand still for a good part of the time.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    reporters: process.env['SHEAF_REQUIRE_TOOLS'] === '1' ? ['default', new NoSkippedTests()] : ['default'],
  },
})
