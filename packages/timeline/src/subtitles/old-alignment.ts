/** An alignment of the older generation: 1 to 3 below, 5 to 7 above, 9 to 11 in the middle; undefined for any other. */
export function oldAlignment(written: number): number | undefined {
  if (written >= 1 && written <= 3) return written
  if (written >= 5 && written <= 7) return written + 2
  return written >= 9 && written <= 11 ? written - 5 : undefined
}
