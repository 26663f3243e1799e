import type { VideoIndex } from './media-index.js'

/** What a person should know of how a medium is shown; empty for most. `name` begins each. */
export function remarksOn(
  name: string,
  { fields, colour = 'bt709' }: VideoIndex,
  picture: { readonly colour: string },
): string[] {
  return [
    ...(fields === undefined ? [] : [`${name} is interlaced: it is deinterlaced, one whole picture of each`]),
    ...(colour.startsWith('bt2020') && colour !== picture.colour
      ? [
          `${name} is ${COLOUR_WORDS[colour] ?? colour}: its colours are converted to ${COLOUR_WORDS[picture.colour] ?? picture.colour}`,
        ]
      : []),
  ]
}

const COLOUR_WORDS: Readonly<Record<string, string>> = {
  bt709: 'SDR',
  bt2020: 'BT.2020',
  'bt2020-hlg': 'HDR (HLG)',
  'bt2020-pq': 'HDR (PQ)',
}
