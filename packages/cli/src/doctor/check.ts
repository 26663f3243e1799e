import { assertNever } from '@sheaf/protocol'
import type { Style } from '../output/style.js'
import { safeText } from '../output/text.js'

/** `ok`: fine; `warn`: worth a look; `fail`: an agent cannot do its work until it is repaired. */
export type CheckStatus = 'ok' | 'warn' | 'fail'

/** What one look at the machine found, and what the person can do about it. */
export interface Check {
  readonly name: string
  readonly status: CheckStatus
  readonly message: string
  readonly hint?: string
}

/** `✓ message`, with what to do on the next line where there is something to do. */
export function checkLines(check: Check, style: Style): string[] {
  const line = `${mark(check.status, style)} ${safeText(check.message)}`
  return check.hint === undefined ? [line] : [line, `  ${style.dim(safeText(check.hint))}`]
}

function mark(status: CheckStatus, style: Style): string {
  switch (status) {
    case 'ok':
      return style.green('✓')
    case 'warn':
      return style.yellow('!')
    case 'fail':
      return style.red('✗')
    default:
      return assertNever(status)
  }
}
