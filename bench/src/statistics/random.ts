/** Numbers in [0, 1) that follow from the seed alone (mulberry32): a run can be repeated with what it worked on. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A whole number from `least` to `most`, both included. */
export function between(random: () => number, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1))
}

/** `digits` lower-case hex digits. */
export function hexDigits(random: () => number, digits: number): string {
  let text = ''
  while (text.length < digits) text += between(random, 0, 15).toString(16)
  return text
}
