import { mkdir, stat } from 'node:fs/promises'
import type { AssetId } from '@sheaf/protocol'
import { type FrameSize, pngIndex, type TextTarget } from '@sheaf/timeline'
import { drawTexts } from '../titles/index.js'
import type { FoundMedium } from './find-media.js'
import { fontPlaces } from './font-places.js'

/** What making the texts of an edit needs. */
export interface TextMediaRequest {
  readonly texts: readonly TextTarget[]
  readonly canvas: FrameSize
  readonly editPath: string
  /** Font files and folders that the person named; they come first. */
  readonly fonts: readonly string[]
  /** Where pictures go that are made for the job; it need not be there yet. */
  readonly madeFolder: string
  /** How many media the job has already. */
  readonly mediaCount: number
}

/**
 * Draws the texts of an edit as media like all others, here and once: no other machine needs the fonts, and none can
 * draw them another way. Errors: SHEAF_FONT_MISSING.
 */
export async function textMedia(request: TextMediaRequest): Promise<readonly FoundMedium[]> {
  const { texts, canvas, editPath, fonts, madeFolder: folder, mediaCount } = request
  if (texts.length === 0) return []
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const paths = await drawTexts({ texts, canvas, folder, fontPlaces: fontPlaces({ editPath, fonts }) })
  const state = { state: 'indexed', index: pngIndex(canvas) } as const
  return Promise.all(
    [...paths].map(async ([media, path], i): Promise<FoundMedium> => {
      const { size: sizeBytes, mtimeMs, ctimeMs, ino } = await stat(path)
      const source = { path, sizeBytes, mtimeMs, ctimeMs, ino }
      const target = { kind: 'path', path: media, relative: false, decodedPath: undefined, uses: [] } as const
      return { target, assetId: `a${mediaCount + i}` as AssetId, path, state, source }
    }),
  )
}
