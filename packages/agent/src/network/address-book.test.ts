import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PeerId } from '@sheaf/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AddressBook, rememberedForMs } from './address-book.js'
import { silentLog } from './silent-log.js'

const peerOf = (n: number): PeerId =>
  `12D3KooWMziNuHk31GYTE3E14NeJis2s6AvaXQJePxk${[...String(n).padStart(4, '0')].map((digit) => 'ABCDEFGHJK'[Number(digit)]).join('')}` as PeerId
const self = 'a'.repeat(52) as PeerId
const at = (n: number, port = 7433): string => `/ip4/10.0.${n >> 8}.${n & 255}/tcp/${port}/p2p/${peerOf(n)}`

let dir: string
let path: string
let nowMs: number
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-book-'))
  path = join(dir, 'address-book.json')
  nowMs = 1_700_000_000_000
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const open = () => AddressBook.open({ self, path, nowMs: () => nowMs, log: silentLog })

describe('AddressBook', () => {
  it('says what is news', async () => {
    const book = await open()
    expect(book.listens(peerOf(1), [at(1), at(1, 2)])).toBe('more')
    expect(book.listens(peerOf(1), [at(1, 2)])).toBe('known')
    expect(book.listens(peerOf(1), [at(1, 2), at(1, 3)])).toBe('more')
    expect(book.listens(peerOf(1), [at(1, 4)])).toBe('moved')
    expect(book.addresses(peerOf(1))).toEqual([at(1, 4)])
  })

  it('puts what has led there before what is said', async () => {
    const book = await open()
    book.listens(peerOf(1), [at(1), at(1, 2)])
    book.reached(peerOf(1), at(1, 2))
    book.reached(peerOf(1), at(1, 9))
    expect(book.addresses(peerOf(1))).toEqual([at(1, 9), at(1, 2), at(1)])
  })

  it('is there again after a restart, the one met last first', async () => {
    const book = await open()
    for (const n of [1, 2, 3]) {
      nowMs += 1
      book.listens(peerOf(n), [at(n)])
    }
    nowMs += 1
    book.met([peerOf(1), peerOf(7)])
    await book.flush()
    const again = await open()
    expect(again.list()).toEqual([1, 3, 2].map((n) => ({ peer: peerOf(n), addresses: [at(n)] })))
    expect(again.has(peerOf(7))).toBe(false)
  })

  it('forgets those not met for 30 days, not those met since', async () => {
    const book = await open()
    book.listens(peerOf(1), [at(1)])
    book.listens(peerOf(2), [at(2)])
    await book.flush()
    nowMs += rememberedForMs
    const edge = await open()
    expect(edge.list()).toHaveLength(2)
    edge.met([peerOf(2)])
    await edge.flush()
    nowMs += 1
    expect((await open()).list()).toEqual([{ peer: peerOf(2), addresses: [at(2)] }])
  })

  it('keeps 1,024 members, those met last', async () => {
    const book = await open()
    for (let n = 0; n < 1_030; n++) {
      book.listens(peerOf(n), [at(n)])
      book.met([peerOf(0)])
    }
    await book.flush()
    const again = await open()
    expect(again.list()).toHaveLength(1_024)
    expect([0, 1, 6, 7, 1_029].map((n) => again.has(peerOf(n)))).toEqual([true, false, false, true, true])
  })

  it.each(['', '{', '[]', '{"members":7}', '{"members":[null,7,{"peer":"x"}]}'])(
    'starts empty from %j',
    async (text) => {
      await writeFile(path, text)
      expect((await open()).list()).toEqual([])
    },
  )

  it('leaves out damaged entries, itself, and dates that are to come', async () => {
    const entry = (peer: string, metAtMs: unknown, addresses: unknown) => ({ peer, metAtMs, addresses })
    const members = [
      entry(peerOf(1), nowMs * 2, [at(1), 'nonsense', 7, at(2)]),
      entry(peerOf(2), 'yesterday', [at(2)]),
      entry(peerOf(3), nowMs, 'none'),
      entry(self, nowMs, ['/ip4/10.0.0.1/tcp/1']),
    ]
    await writeFile(path, JSON.stringify({ version: 1, members }))
    const book = await open()
    expect(book.list()).toEqual([{ peer: peerOf(1), addresses: [at(1)] }])
    nowMs += rememberedForMs + 1
    book.listens(peerOf(4), [at(4)])
    await book.flush()
    expect(await readFile(path, 'utf8')).not.toContain(peerOf(1))
  })

  it('goes on when it cannot be written', async () => {
    const warnings: string[] = []
    const log = { ...silentLog, warn: (_: object, message: string) => void warnings.push(message) }
    const book = await AddressBook.open({ self, path: join(dir, 'missing', 'book.json'), log })
    book.listens(peerOf(1), [at(1)])
    await book.flush()
    expect(warnings).toEqual(['addresses of the farm could not be written'])
    expect(book.addresses(peerOf(1))).toEqual([at(1)])
  })
})
