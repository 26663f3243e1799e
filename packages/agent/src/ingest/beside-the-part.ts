import { isDeep, mediaClipsOf, type Preset, type ReadEdit } from '@sheaf/timeline'
import { findMedia, type FindMediaInit, type FoundMedium } from './find-media.js'
import type { PrepareRequest } from './prepare-request.js'

/** The part that is rendered of an edit, and what its media were looked for with. */
export interface Part {
  readonly request: Pick<PrepareRequest, 'size' | 'colour'>
  readonly preset: Preset
  readonly read: ReadEdit
  /** Names of the media in the part. */
  readonly used: ReadonlySet<string>
  readonly looked: readonly FoundMedium[]
}

/**
 * Media that only the rest of an edit shows, as far as they decide the size and the colours of all of it: so a part has
 * the size and the colours of the whole film. What is missing of them has no say, and keeps no part from being rendered.
 */
export async function besideThePart(part: Part, init: FindMediaInit): Promise<readonly FoundMedium[]> {
  const { request, preset, read, used, looked } = part
  const shown = new Set(mediaClipsOf(read.edit.video).map(({ content }) => content.media))
  const targets = new Map(read.targets.map((target) => [target.path, target]))
  const rest = [...shown].flatMap((name) => (used.has(name) ? [] : (targets.get(name) ?? [])))
  const open = isDeep(preset.pixels ?? 'yuv420p') && request.colour !== 'bt709'
  if (open) return findMedia(rest, init)
  if (request.size !== undefined || read.size !== undefined) return []
  // The first that is found is as large as the film.
  const known = new Map(looked.map((medium) => [medium.target.path, medium]))
  const beside: FoundMedium[] = []
  for (const name of shown) {
    const target = targets.get(name)
    const found = known.get(name) ?? (target && (await findMedia([target], init))[0])
    if (found && !known.has(name)) beside.push(found)
    if (found?.state.state === 'indexed' && found.state.index.video) break
  }
  return beside
}
