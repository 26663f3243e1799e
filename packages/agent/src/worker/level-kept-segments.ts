import type { BlobId, JobId, SegmentKey } from '@sheaf/protocol'
import type { StoreDatabase } from '../facts/index.js'
import type { KeptSegment, KeptSegments } from './ports.js'
import { segmentText } from './segment-text.js'

/** `KeptSegments` in the agent's database: each change is on disk before it resolves. */
export async function openKeptSegments(db: StoreDatabase): Promise<KeptSegments> {
  const table = db.sublevel<string, KeptSegment>('kept', { valueEncoding: 'json' })
  const segments = new Map<string, KeptSegment>()
  const unlanded = new Map<string, KeptSegment>()
  const note = (text: string, segment: KeptSegment): void => {
    segments.set(text, segment)
    if (segment.landed) unlanded.delete(text)
    else unlanded.set(text, segment)
  }
  for await (const [text, segment] of table.iterator()) note(text, segment)

  const remove = async (texts: readonly string[]): Promise<void> => {
    for (const text of texts) {
      segments.delete(text)
      unlanded.delete(text)
    }
    await table.batch(texts.map((key) => ({ type: 'del' as const, key })))
  }

  return {
    all: () => [...segments.values()],
    unlanded: () => [...unlanded.values()],
    get: (key: SegmentKey) => segments.get(segmentText(key)),
    put: async (segment: KeptSegment) => {
      const text = segmentText(segment)
      note(text, segment)
      await table.put(text, segment)
    },
    forget: (key: SegmentKey) => remove([segmentText(key)]),
    forgetJob: async (jobId: JobId) => {
      const mine = [...segments].filter(([, segment]) => segment.jobId === jobId)
      await remove(mine.map(([text]) => text))
      const stillNamed = new Set<BlobId>([...segments.values()].map((segment) => segment.blob))
      return mine.map(([, segment]) => segment.blob).filter((blob) => !stillNamed.has(blob))
    },
  }
}
