import { isSheafError } from '@sheaf/protocol'
import type { FilmFault, FrameSpan } from '@sheaf/timeline'

/** What a decoder's failure that accuses a film says of it; `frames` where, when it is known. */
export function undecodable(error: unknown, frames?: FrameSpan): Extract<FilmFault, { kind: 'undecodable' }> {
  const stderr = isSheafError(error) ? error.details['stderr'] : undefined
  const said =
    typeof stderr === 'string' && stderr.trim() !== '' ? stderr : String(error instanceof Error ? error.message : error)
  return { kind: 'undecodable', reason: said.trim().split('\n').at(-1) ?? 'ffmpeg failed', frames }
}
