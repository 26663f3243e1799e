import { type ColourChoice, SheafError } from '@sheaf/protocol'
import type { FrameFormat, PictureColour } from '../compile/frame-format.js'
import type { LightLevels } from './light-levels.js'
import type { VideoIndex } from './media-index.js'
import { isDeep } from './pixel-formats.js'

/** A medium whose pictures are shown. */
export interface ShownMedium {
  readonly name: string
  readonly video: VideoIndex
}

const CHOSEN: Readonly<Record<Exclude<ColourChoice, 'auto'>, PictureColour>> = {
  bt709: 'bt709',
  hlg: 'bt2020-hlg',
  pq: 'bt2020-pq',
}

/**
 * The colours of a film, and the light levels it says. HDR is kept when all the footage is of one kind of it and the
 * preset has the bits for it; into 8 bits it is converted. Stills do not count: they are titles, as often as not. Throws
 * SHEAF_MEDIA_UNSUPPORTED where a person has to choose, SHEAF_REQUEST_INVALID for HDR of 8 bits.
 */
export function jobColours(
  choice: ColourChoice,
  media: readonly ShownMedium[],
  { pixFmt }: Pick<FrameFormat, 'pixFmt'>,
): Pick<FrameFormat, 'colour' | 'light'> {
  const deep = isDeep(pixFmt)
  if (choice !== 'auto') {
    const colour = CHOSEN[choice]
    if (colour !== 'bt709' && !deep) throw tooShallow(choice)
    return withLight(colour, media)
  }
  const footage = media.filter(({ video }) => video.frameCount > 1)
  const kinds = new Set(footage.map(({ video }) => kindOf(video)))
  const [first] = kinds
  if (!deep || first === undefined || (kinds.size === 1 && first === 'bt709')) return { colour: 'bt709' }
  if (kinds.size > 1) throw mixed(footage)
  return withLight(first, media)
}

/** The film that a medium would be shown in as it is. */
function kindOf({ colour }: VideoIndex): PictureColour {
  return colour === 'bt2020-hlg' || colour === 'bt2020-pq' ? colour : 'bt709'
}

/** What is converted into HDR has no light levels of its own; then the film says none. */
function withLight(colour: PictureColour, media: readonly ShownMedium[]): Pick<FrameFormat, 'colour' | 'light'> {
  if (colour === 'bt709') return { colour }
  const levels = media.filter(({ video }) => video.frameCount > 1).map(({ video }) => video.light)
  const mastering = sameMastering(levels)
  const content = brightest(levels)
  if (!mastering && !content) return { colour }
  return { colour, light: { ...(mastering && { mastering }), ...(content && { content }) } }
}

/** The display of all of them, if it is one. */
function sameMastering(levels: readonly (LightLevels | undefined)[]): LightLevels['mastering'] {
  const [first] = levels
  const text = JSON.stringify(first?.mastering)
  return levels.every((one) => JSON.stringify(one?.mastering) === text) ? first?.mastering : undefined
}

/** The brightest of all, if all say it. */
function brightest(levels: readonly (LightLevels | undefined)[]): LightLevels['content'] {
  const contents = levels.map((one) => one?.content)
  const known = contents.filter((one) => one !== undefined)
  if (known.length === 0 || known.length < contents.length) return undefined
  return {
    maxContent: Math.max(...known.map(({ maxContent }) => maxContent)),
    maxAverage: Math.max(...known.map(({ maxAverage }) => maxAverage)),
  }
}

const WORDS: Readonly<Record<PictureColour, string>> = {
  bt709: 'SDR',
  'bt2020-hlg': 'HDR (HLG)',
  'bt2020-pq': 'HDR (PQ)',
}

function mixed(footage: readonly ShownMedium[]): SheafError {
  const shown = footage.slice(0, 20).map(({ name, video }) => `  ${name}: ${WORDS[kindOf(video)]}`)
  const more = footage.length > 20 ? [`  and ${footage.length - 20} more`] : []
  return new SheafError({
    code: 'SHEAF_MEDIA_UNSUPPORTED',
    message: ['the footage is of different colours, and the film can only be of one', ...shown, ...more].join('\n'),
    hint: 'Say which one: --colour bt709, --colour hlg or --colour pq; the rest is converted to it.',
  })
}

function tooShallow(choice: string): SheafError {
  return new SheafError({
    code: 'SHEAF_REQUEST_INVALID',
    message: `--colour ${choice}: HDR needs 10 bits a channel, and this preset has 8`,
    hint: 'Take a preset of 10 bits (sheaf presets), or --colour bt709.',
  })
}
