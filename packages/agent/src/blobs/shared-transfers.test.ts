import { describe, expect, it } from 'vitest'
import { SharedTransfers } from './shared-transfers.js'

function gate() {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open, opened }
}

describe('SharedTransfers', () => {
  it('runs one transfer for two callers, and goes on when one of them leaves', async () => {
    const transfers = new SharedTransfers<string>(2)
    const { open, opened } = gate()
    let runs = 0
    const transfer = async (signal: AbortSignal) => {
      runs += 1
      await opened
      signal.throwIfAborted()
      return 'whole'
    }
    const leaving = new AbortController()
    const first = transfers.join('k', transfer, { signal: leaving.signal })
    const second = transfers.join('k', transfer, {})
    leaving.abort(new Error('left'))
    await expect(first).rejects.toThrow('left')
    open()
    expect(await second).toBe('whole')
    expect(runs).toBe(1)
  })

  it('lets an abandoned transfer stop before the next one of the same thing begins', async () => {
    const transfers = new SharedTransfers<string>(2)
    const { open, opened } = gate()
    const log: string[] = []
    const leaving = new AbortController()
    const first = transfers.join(
      'k',
      async () => {
        log.push('first begins')
        await opened
        log.push('first stopped')
        throw new Error('stopped')
      },
      { signal: leaving.signal },
    )
    await Promise.resolve()
    await Promise.resolve()
    leaving.abort(new Error('left'))
    const ended = expect(first).rejects.toThrow('left')
    await new Promise((resolve) => setImmediate(resolve))
    const second = transfers.join('k', async () => (log.push('second begins'), 'whole'), {})
    open()
    expect(await second).toBe('whole')
    await ended
    expect(log).toEqual(['first begins', 'first stopped', 'second begins'])
  })

  it('bounds how many run, and forgets who no longer waits for a turn', async () => {
    const transfers = new SharedTransfers<number>(1)
    const { open, opened } = gate()
    const running = transfers.join('a', async () => (await opened, 1), {})
    const leaving = new AbortController()
    const queued = transfers.join('b', () => expect.fail('nobody waits for it'), { signal: leaving.signal })
    const last = transfers.join('c', async () => 3, {})
    await new Promise((resolve) => setImmediate(resolve))
    leaving.abort(new Error('left'))
    await expect(queued).rejects.toThrow('left')
    open()
    expect(await Promise.all([running, last])).toEqual([1, 3])
  })
})
