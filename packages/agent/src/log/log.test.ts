import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SheafError, type LogLine } from '@sheaf/protocol'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AgentLog } from './log.js'

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

describe('a log', () => {
  it('keeps the newest 2,000 lines', () => {
    const log = new AgentLog({})
    for (let n = 0; n < 2100; n += 1) log.root.info({ n }, 'line')
    expect(log.lines(10_000).length).toBe(2000)
    expect(log.lines(2).map(({ fields }) => fields['n'])).toEqual([2098, 2099])
    expect(log.lines(1)[0]).toMatchObject({ level: 'info', scope: 'agent', message: 'line', fields: { n: 2099 } })
  })

  it('finds the lines about one job among those of others', () => {
    const log = new AgentLog({})
    for (let n = 0; n < 30; n += 1) log.root.info({ jobId: n % 3 === 0 ? 'film' : 'clip', n }, 'line')
    expect(log.lines(2, { jobId: 'film' }).map(({ fields }) => fields['n'])).toEqual([24, 27])
  })

  it('names the part that speaks, leaves out what is too quiet, and hands lines on', () => {
    const log = new AgentLog({ level: 'warn' })
    const heard: LogLine[] = []
    const stop = log.onLine((line) => heard.push(line))
    const part = log.root.scope('worker')
    part.debug({}, 'quiet')
    part.info({}, 'quiet')
    part.warn({}, 'loud')
    stop()
    part.error({}, 'later')
    expect(heard.map(({ level, scope, message }) => [level, scope, message])).toEqual([['warn', 'worker', 'loud']])
    expect(log.lines(10).length).toBe(2)
  })

  it('says of an error what a person needs: message, code and hint', () => {
    const log = new AgentLog({})
    const error = new SheafError({ code: 'SHEAF_DISK_FULL', message: 'no room', hint: 'Make some.' })
    log.root.error({ error, cause: new Error('plain') }, 'failed')
    expect(log.lines(1)[0]?.fields).toEqual({
      error: { message: 'no room', code: 'SHEAF_DISK_FULL', hint: 'Make some.' },
      cause: { message: 'plain' },
    })
  })

  it('keeps the end of what a failed tool wrote', () => {
    const log = new AgentLog({})
    const failed = (stderr: unknown) =>
      new SheafError({ code: 'SHEAF_ENGINE_FAILED', message: 'no', details: { stderr, args: ['-i'] } })
    const logged = (error: Error) => {
      log.root.error({ error }, 'failed')
      return log.lines(1)[0]?.fields['error']
    }
    const common = { message: 'no', code: 'SHEAF_ENGINE_FAILED' }
    expect(logged(failed('one\ntwo\n'))).toEqual({ ...common, stderr: 'one\ntwo\n' })
    expect(logged(failed(`${'x'.repeat(70_000)}end`))).toEqual({ ...common, stderr: `${'x'.repeat(4093)}end` })
    expect(logged(failed(''))).toEqual(common)
    expect(logged(failed({ not: 'text' }))).toEqual(common)
  })

  it('is whole in its file after a flush, line by line, in order', async () => {
    const path = join(await folder(), 'agent.ndjson')
    const log = new AgentLog({ path })
    for (let n = 0; n < 500; n += 1) log.root.info({ n, text: 'two\nlines' }, 'line')
    await log.flush()
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { n: number }).n)).toEqual(Array.from({ length: 500 }, (_, n) => n))
  })

  it('that cannot be written stays in memory', async () => {
    const log = new AgentLog({ path: join(await folder(), 'no', 'agent.ndjson') })
    log.root.info({}, 'still here')
    await log.flush()
    expect(log.lines(1)[0]?.message).toBe('still here')
  })
})
