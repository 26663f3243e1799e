import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder for what test files share during one run. */
    readonly runFolder: string
  }
}

let folder = ''

/** Called by vitest once, before all tests: makes the folder. */
export async function setup(project: TestProject): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'sheaf-run-'))
  project.provide('runFolder', folder)
}

/** Called by vitest once, after all tests: removes it. */
export async function teardown(): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}
