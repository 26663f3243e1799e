/** So many points say a curve that no key can: one for each frame, as long as that are not more. */
const MOST_POINTS = 1000

/**
 * Whole frames after `from` and before `to`, rising: all of them, or of very many an even choice with the last one.
 * Files say what these are; their number must not.
 */
export function framesBetween(from: number, to: number): readonly number[] {
  const [first, last] = [Math.floor(from) + 1, Math.ceil(to) - 1]
  const count = last - first + 1
  if (!(count > 0)) return []
  if (count <= MOST_POINTS) return Array.from({ length: count }, (_, i) => first + i)
  return Array.from({ length: MOST_POINTS }, (_, i) => first + Math.round((i * (count - 1)) / (MOST_POINTS - 1)))
}
