import { describe, expect, it } from 'vitest'
import { Report } from './report.mjs'

/** @param {boolean} isTTY */
function makeReport(isTTY) {
  const clock = { ms: 0 }
  /** @type {string[]} */
  const written = []
  const stream = { isTTY, write: (/** @type {string} */ text) => written.push(text) }
  return { clock, written, report: new Report({ stream, verbose: false, nowMs: () => clock.ms }) }
}

describe('Report', () => {
  it('prints one line a step and the total', async () => {
    const { clock, written, report } = makeReport(false)
    await report.step('build', async () => (clock.ms += 1500))
    clock.ms += 250
    report.finish('Node 24')
    expect(written).toEqual(['  ✓ build  1.5 s\n', 'set up in 1.8 s: Node 24\n'])
  })

  it('says so when there was nothing to do', () => {
    const { written, report } = makeReport(false)
    report.finish('Node 24')
    expect(written).toEqual(['set up already: Node 24 (0.0 s)\n'])
  })

  it('marks a step that failed and hands its error on', async () => {
    const { written, report } = makeReport(false)
    await expect(report.step('build', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(written).toEqual(['  ✗ build  0.0 s\n'])
  })

  it('replaces the running line at a terminal', async () => {
    const { written, report } = makeReport(true)
    await report.step('build', () => Promise.resolve())
    expect(written).toEqual(['  … build', '\r\u001b[K  ✓ build  0.0 s\n'])
  })
})
