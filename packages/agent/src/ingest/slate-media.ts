import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  canBlacken,
  checkMediaAgainstEdit,
  mediaClipsOf,
  pngIndex,
  silenceMedia,
  type Edit,
  type FrameSize,
  type MediaState,
} from '@sheaf/timeline'
import { sourceOfFile } from '../blobs/index.js'
import { drawCaption, encodePng } from '../titles/index.js'
import { drawSlate, isDotted, SLATE_COLOURS, type SlatePicture } from './draw-slate.js'
import type { FoundMedium } from './find-media.js'

/** An edit whose missing media were made up for. */
export interface SlatedEdit {
  readonly edit: Edit
  readonly media: readonly FoundMedium[]
  /** One for each that is missing. */
  readonly warnings: readonly string[]
}

/** What slates are made with. */
export interface SlateInit {
  readonly canvas: FrameSize
  readonly madeFolder: string
  /** Where a font is looked for that has the letters of a name beyond ASCII. */
  readonly fontPlaces: readonly string[]
}

/**
 * Makes a slate with its name for every medium that is missing: a still of the canvas' size in `madeFolder`. Its sound
 * is silent. Pictures that are missing in a sequence are black, or held where black ones cannot be made.
 */
export async function slateMedia(edit: Edit, found: readonly FoundMedium[], init: SlateInit): Promise<SlatedEdit> {
  const missing = found.filter(({ state }) => state.state === 'missing')
  const seen = new Set(mediaClipsOf(edit.video).map(({ content }) => content.media))
  const media: FoundMedium[] = []
  const warnings: string[] = []
  for (const one of found) {
    const isSeen = seen.has(one.target.path)
    if (one.state.state !== 'missing') {
      const filled = withGapsFilled(edit, one)
      media.push(filled.medium)
      warnings.push(...filled.warnings)
      continue
    }
    const made = isSeen ? await slate(one, init) : undefined
    const dots = made?.hasBoxes === true ? ', letters that no font here has as boxes' : ''
    const what = made ? `a slate with its name is shown instead${dots}` : 'it is silent'
    warnings.push(`${whatIsMissing(one)}; ${what} (${placesOf(one)})`)
    media.push(made?.medium ?? one)
  }
  return { edit: silenceMedia(edit, new Set(missing.map(({ target }) => target.path))), media, warnings }
}

const whatIsMissing = ({ target: { absent, path } }: FoundMedium): string =>
  absent === undefined ? `the file ${path} is missing` : `the edit names no medium for "${absent}"`

async function slate(
  { target, assetId }: FoundMedium,
  { canvas, madeFolder, fontPlaces }: SlateInit,
): Promise<{ readonly medium: FoundMedium; readonly hasBoxes: boolean }> {
  await mkdir(madeFolder, { recursive: true, mode: 0o700 })
  const path = join(madeFolder, `slate-${assetId}.png`)
  const name = target.absent ?? target.path.split(/[\\/]/).at(-1) ?? target.path
  const lettered = isDotted(name) ? undefined : await letteredSlate(name, canvas, fontPlaces)
  await writeFile(path, await encodePng(lettered ?? drawSlate(name, canvas)))
  const state: MediaState = { state: 'indexed', index: pngIndex(canvas) }
  const medium = { target, assetId, path, state, source: sourceOfFile(path, await stat(path)) }
  return { medium, hasBoxes: !isDotted(name) && !lettered }
}

/** A slate in letters of any font that has them. It is no title: a font that is broken or missing stops nothing. */
async function letteredSlate(
  name: string,
  canvas: FrameSize,
  fontPlaces: readonly string[],
): Promise<SlatePicture | undefined> {
  const { dark: background, dim, bright } = SLATE_COLOURS
  const parts = [
    { text: 'MISSING', rgb: dim },
    { text: name.normalize('NFC').replace(/[\p{Cc}\u2028\u2029]/gu, ' '), rgb: bright },
  ]
  return drawCaption({ parts, background, canvas, fontPlaces }).catch(() => undefined)
}

/** A sequence of which the edit shows pictures that are missing, with something in their place. */
function withGapsFilled(
  edit: Edit,
  medium: FoundMedium,
): { readonly medium: FoundMedium; readonly warnings: readonly string[] } {
  const { state, target } = medium
  const gaps = checkMediaAgainstEdit(edit, new Map([[target.path, state]])).filter(
    ({ kind, media }) => kind === 'missing' && media === target.path,
  )
  if (gaps.length === 0 || state.state !== 'indexed' || !state.index.sequence || !state.index.video) {
    return { medium, warnings: [] }
  }
  const policy = canBlacken(state.index.video.pixFmt) ? ('black' as const) : ('hold' as const)
  const how = policy === 'black' ? 'shown black' : 'held'
  const warnings = gaps.map(({ message, where }) => `${where}: ${message}; what is missing is ${how}`)
  const index = { ...state.index, sequence: { ...state.index.sequence, policy } }
  return { medium: { ...medium, state: { ...state, index } }, warnings }
}

function placesOf({ target: { uses } }: FoundMedium): string {
  const more = uses.length > 5 ? ` and ${uses.length - 5} more places` : ''
  return `${uses.slice(0, 5).join(', ')}${more}`
}
