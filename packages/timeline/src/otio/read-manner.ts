import type { Level, Look } from '../model/edit.js'
import type { OtioEffect } from './otio-types.js'
import { type LevelPlace, readLevels } from './read-levels.js'
import { readLooks } from './read-looks.js'

/** How loud an item is or how it looks, and the effects that say neither. */
export interface MannerReading {
  readonly level?: Level | undefined
  readonly look?: Look | undefined
  readonly rest: readonly OtioEffect[]
}

/** Reads the effects of an item as its kind of track has them: of sound its level, of pictures their look. */
export function readManner(kind: 'Video' | 'Audio', effects: readonly OtioEffect[], place: LevelPlace): MannerReading {
  return kind === 'Audio' ? readLevels(effects, place) : readLooks(effects, place)
}
