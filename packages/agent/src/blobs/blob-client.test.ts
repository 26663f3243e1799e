import { blobResponseToWire, parseBlobId, type PeerId } from '@sheaf/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { FarmStream } from '../network/index.js'
import { BlobClient } from './blob-client.js'
import type { BlobStreams } from './ports.js'

const peer = 'x'.repeat(40) as PeerId
const blob = parseBlobId('ab'.repeat(32)) ?? expect.fail('not a blob id')

afterEach(() => vi.restoreAllMocks())

/** Every patience that begins; the test decides when it ends. */
function patiences() {
  const begun: { readonly ms: number; readonly end: AbortController }[] = []
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const end = new AbortController()
    begun.push({ ms, end })
    return end.signal
  })
  return begun
}

/** A peer that answers with these frames and is silent then. */
async function clientOf(frames: readonly Uint8Array[], signal = new AbortController().signal): Promise<BlobClient> {
  const queue = [...frames]
  const stream: Pick<FarmStream, 'peer' | 'read' | 'write'> = {
    peer,
    write: async () => undefined,
    read: async (_most, options) => {
      const frame = queue.shift()
      if (frame !== undefined) return frame
      return new Promise((_, reject) => {
        const quit = options?.signal
        if (quit?.aborted === true) reject(quit.reason as Error)
        quit?.addEventListener('abort', () => reject(quit.reason as Error), { once: true })
      })
    },
  }
  const network: Pick<BlobStreams, 'openStream'> = { openStream: async () => stream as FarmStream }
  return BlobClient.open(network, peer, signal)
}

const found = (sizeBytes: number) => blobResponseToWire({ kind: 'found', sha256: blob, sizeBytes })
async function take(content: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0
  for await (const chunk of content) bytes += chunk.byteLength
  return bytes
}

describe('a transfer', () => {
  it('has 30 s for each frame and no end as a whole', async () => {
    const begun = patiences()
    const client = await clientOf([found(50), ...Array.from({ length: 50 }, () => new Uint8Array(1))])
    const { sizeBytes } = await client.ask({ kind: 'blob', blob })
    expect(await take(client.content(sizeBytes))).toBe(50)
    // The question, its answer, 50 frames.
    expect(begun.map(({ ms }) => ms)).toEqual(Array.from({ length: 52 }, () => 30_000))
  })

  it('ends when the peer is silent in its middle, and not by the patience of a frame that came', async () => {
    const begun = patiences()
    const client = await clientOf([found(50), new Uint8Array(10), new Uint8Array(10)])
    const { sizeBytes } = await client.ask({ kind: 'blob', blob })
    const taken = take(client.content(sizeBytes))
    await vi.waitFor(() => expect(begun.length).toBe(5), { timeout: 60_000 })
    for (const { end } of begun.slice(0, -1)) end.abort(new Error('too late to count'))
    begun.at(-1)?.end.abort(new Error('30 s of silence'))
    await expect(taken).rejects.toMatchObject({ code: 'SHEAF_TIMEOUT' })
  })

  it('ends with the reason of who asked for it', async () => {
    const abort = new AbortController()
    const client = await clientOf([], abort.signal)
    const asked = client.ask({ kind: 'blob', blob })
    abort.abort(new Error('closed'))
    await expect(asked).rejects.toThrow('closed')
  })
})
