import type { ChunkRenderer, ChunkRequest } from '../ports.js'
import { deferred } from './make-work.js'

/** One chunk that a worker asked for; the test says what becomes of it. */
export interface FakeRun {
  readonly request: ChunkRequest
  /** Segments after this one were given back. */
  readonly last: () => number
  /** Delivers a segment and, after the last wanted one, ends the run. */
  finish(index: number): Promise<void>
  fail(error: Error): void
}

/** A renderer that renders when told; a signal ends a run at once, unless `lingers`. */
export function fakeRenderer(
  options: { readonly lingers?: boolean } = {},
): ChunkRenderer & { readonly runs: FakeRun[] } {
  const runs: FakeRun[] = []
  return {
    runs,
    renderChunk: (request) => {
      const { promise, resolve, reject } = deferred<undefined>()
      let last = request.to - 1
      let done = request.from - 1
      const endWhenDone = (): void => {
        if (done >= last) resolve(undefined)
      }
      if (options.lingers !== true) {
        request.signal.addEventListener('abort', () => reject(request.signal.reason as Error), { once: true })
      }
      runs.push({
        request,
        last: () => last,
        finish: async (index) => {
          request.onProgress(index, 1)
          await request.onSegment({ index, path: `${index}.mp4`, renderMs: 40.4 })
          done = index
          endWhenDone()
        },
        fail: reject,
      })
      return {
        done: promise,
        stopAfter: (index) => {
          last = Math.min(last, index)
          endWhenDone()
        },
      }
    },
  }
}
