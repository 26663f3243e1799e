import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
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
    // Most of the time goes to ffmpeg, in processes of their own: on two cores one worker would leave one of them idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: process.env['SHEAF_REQUIRE_TOOLS'] === '1' ? ['default', new NoSkippedTests()] : ['default'],
  },
})
