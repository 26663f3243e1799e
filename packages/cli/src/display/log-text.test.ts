import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLine } from '@sheaf/protocol'
import { plainStyle } from '../output/style.js'
import { logText, newLines } from './log-text.js'

const line = (atMs: number): LogLine => ({ atMs, level: 'info', scope: 's', message: 'm', fields: {} })

describe('logs', () => {
  it('one line, safe for a terminal', () => {
    const text = logText(
      { atMs: 0, level: 'warn', scope: 'net', message: 'refused\u001b[2J', fields: { peer: 'p', n: 2 } },
      plainStyle,
    )
    expect(text).toMatch(/^\d\d:\d\d:\d\d warn {2}net: refused\?\[2J {2}peer=p n=2$/)
  })

  it('following prints each line once, whatever the window', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.integer({ min: 0, max: 20 })), (window, steps) => {
        const log: LogLine[] = []
        const printed: LogLine[] = []
        let seen: readonly LogLine[] = []
        for (const count of steps) {
          for (let i = 0; i < Math.min(count, window - 1); i++) log.push(line(log.length))
          const next = log.slice(-window)
          printed.push(...newLines(seen, next))
          seen = next
        }
        expect(printed).toEqual(log)
      }),
    )
  })
})
