/** What a person may ask for: the colours of a film, or with `auto` those of its footage. */
export const colourChoices = ['auto', 'bt709', 'hlg', 'pq'] as const
export type ColourChoice = (typeof colourChoices)[number]
