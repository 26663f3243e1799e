import { toSheafError, type SheafError } from '@sheaf/protocol'
import type { Terminal } from '../environment.js'
import type { Style } from './style.js'
import { safeText } from './text.js'

/** How an error is told. */
export interface PrintErrorOptions {
  readonly stderr: Terminal
  readonly style: Style
  readonly json: boolean
  /** Adds the stack of what was not foreseen (`SHEAF_DEBUG=1`). */
  readonly debug?: boolean
}

/** The one place where an error reaches a person: `✗ message`, then what to do about it; or JSON. */
export function printError(error: unknown, { stderr, style, json, debug = false }: PrintErrorOptions): void {
  const told = toSheafError(error, {
    code: 'SHEAF_INTERNAL',
    message: `unexpected: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'This is a defect of Sheaf. SHEAF_DEBUG=1 shows where it happened.',
  })
  if (json) {
    stderr.write(`${JSON.stringify(told)}\n`)
  } else {
    stderr.write(`${errorLines(told, style).join('\n')}\n`)
  }
  if (debug) stderr.write(`${describeCauses(told)}\n`)
}

/** `✗ message` and the hint below it; further lines of a message are indented alike. */
export function errorLines(error: Pick<SheafError, 'message' | 'hint'>, style: Style): string[] {
  const [first = '', ...others] = error.message.split('\n').map(safeText)
  const hints = error.hint?.split('\n').map(safeText) ?? []
  return [
    `${style.red('✗')} ${first}`,
    ...others.map((line) => `  ${line}`),
    ...hints.map((line) => `  ${style.dim(line)}`),
  ]
}

function describeCauses(error: unknown): string {
  const stacks: string[] = []
  for (let at = error; at instanceof Error && stacks.length < 10; at = at.cause) stacks.push(at.stack ?? at.message)
  return stacks.join('\ncaused by ')
}
