/**
 * What the bootstrap can lead to. `needs` lists the steps beyond Node and the packages;
 * `command` is run with the suitable Node first on PATH and the person's arguments appended.
 * @typedef {'pnpm' | 'ffmpeg' | 'build'} Need
 * @typedef {{ summary: string, needs: readonly Need[], command: readonly string[] | null }} Target
 */

/** @type {Readonly<Record<string, Target>>} */
export const targets = {
  setup: {
    summary: 'set everything up and stop there',
    needs: ['pnpm', 'ffmpeg', 'build'],
    command: null,
  },
  demo: {
    summary: 'start three agents and render an edit on them',
    needs: ['ffmpeg', 'build'],
    command: ['node', 'packages/cli/dist/demo/main.js'],
  },
  test: {
    summary: 'run every test (arguments go to vitest)',
    needs: ['ffmpeg', 'build'],
    command: ['node', 'node_modules/vitest/vitest.mjs', 'run'],
  },
  bench: {
    summary: 'run a bench (--list names them)',
    needs: ['ffmpeg', 'build'],
    command: ['node', 'bench/dist/main.js'],
  },
  check: {
    summary: 'format, lint, types, dependency directions, purity fence',
    needs: [],
    command: ['node', 'scripts/check.mjs'],
  },
  exec: {
    summary: 'run any command with the pinned Node and pnpm on PATH',
    needs: ['pnpm'],
    command: [],
  },
}
