import { resolve } from 'node:path'
import { discoverAgent, type DiscoveredAgent } from '@sheaf/client'
import type { Environment } from '../environment.js'
import { styleFor, type Style } from '../output/style.js'
import { defaultStorePath } from '../store-path.js'
import type { CommonOptions } from './define-command.js'

/** What a command works with: where the store is, how to print, how to reach the agent. */
export interface Session {
  readonly env: Environment
  readonly storePath: string
  readonly json: boolean
  readonly style: Style
  /** What must follow a command that we tell the person to type, so that it means the same store. */
  readonly storeFlag: string
  print(...lines: readonly string[]): void
  printJson(value: unknown): void
  /** For remarks that are no data. */
  note(line: string): void
  connect(): Promise<DiscoveredAgent>
}

export function openSession(env: Environment, common: CommonOptions): Session {
  const storePath = resolve(env.cwd, common.store ?? defaultStorePath(env))
  return {
    env,
    storePath,
    json: common.json ?? false,
    style: styleFor(env.stdout, env.env, common.color),
    storeFlag: common.store === undefined ? '' : ` --store ${shellWord(storePath)}`,
    print: (...lines) => {
      env.stdout.write(lines.map((line) => `${line}\n`).join(''))
    },
    printJson: (value) => {
      env.stdout.write(`${JSON.stringify(value)}\n`)
    },
    note: (line) => {
      env.stderr.write(`${line}\n`)
    },
    connect: () => discoverAgent({ storePath, isAlive: env.isAlive }),
  }
}

/** Quoted where a shell would otherwise split or expand it. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
