/** A stretch of a file: bytes [start, end). */
export interface FilePart {
  readonly path: string
  /** Instead of the path: where the file is served. */
  readonly url?: string | undefined
  readonly start: number
  readonly end: number
}

/** An asset that is read through the agent's media server, by a tool that has the server's environment. */
export interface ServedPlace {
  readonly url: string
}

/** Where an asset's bytes are had on this machine: in a whole file, in parts of files one after another, or served. */
export type AssetPlace = string | ServedPlace | readonly FilePart[]

/**
 * The parts of files that hold bytes [start, end) of an asset, in order; less when the asset is shorter. `offsets`: where
 * the place's parts begin in the asset, from {@link partOffsets}, for those who ask often.
 */
export function partsOf(
  place: AssetPlace,
  { start, end }: { readonly start: number; readonly end: number },
  offsets: readonly number[] = partOffsets(place),
): readonly FilePart[] {
  if (typeof place === 'string') return [{ path: place, start, end }]
  if ('url' in place) return [{ path: '', url: place.url, start, end }]
  const found: FilePart[] = []
  for (let i = partAt(offsets, start); i < place.length; i++) {
    const [part, from] = [place[i], offsets[i] ?? 0]
    if (part === undefined || from >= end) break
    const low = part.start + Math.max(0, start - from)
    const high = Math.min(part.end, part.start + end - from)
    if (low < high) found.push({ path: part.path, start: low, end: high })
  }
  return found
}

/** Where each part of a place begins in the asset. */
export function partOffsets(place: AssetPlace): readonly number[] {
  if (typeof place === 'string' || 'url' in place) return [0]
  let at = 0
  return place.map(({ start, end }) => (at += end - start) - (end - start))
}

/** Number of the last part that begins at or before a byte. */
function partAt(offsets: readonly number[], byte: number): number {
  let [low, high] = [0, offsets.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((offsets[middle] ?? 0) <= byte) low = middle
    else high = middle - 1
  }
  return low
}
