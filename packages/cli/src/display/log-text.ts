import type { LogLine } from '@sheaf/protocol'
import type { Style } from '../output/style.js'
import { safeText } from '../output/text.js'

/** One line of a log for a person: time of day (local), level, scope, message, fields. */
export function logText(line: LogLine, style: Style): string {
  const time = new Date(line.atMs)
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
  const fields = Object.entries(line.fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const level = line.level.padEnd(5)
  const painted =
    line.level === 'error' || line.level === 'fatal'
      ? style.red(level)
      : line.level === 'warn'
        ? style.yellow(level)
        : level
  const tail = fields.length === 0 ? '' : `  ${style.dim(safeText(fields.join(' ')))}`
  return `${style.dim(clock)} ${painted} ${safeText(line.scope)}: ${safeText(line.message)}${tail}`
}

/**
 * What `next` has after the lines of `seen`, both being the newest lines of one log at two moments.
 * Lines carry no number: the longest end of `seen` that `next` begins with is what was seen already.
 */
export function newLines(seen: readonly LogLine[], next: readonly LogLine[]): readonly LogLine[] {
  const before = seen.map((line) => JSON.stringify(line))
  const after = next.map((line) => JSON.stringify(line))
  for (let length = Math.min(before.length, after.length); length > 0; length--) {
    const start = before.length - length
    if (after.slice(0, length).every((line, i) => line === before[start + i])) return next.slice(length)
  }
  return next
}
