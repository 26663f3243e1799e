/**
 * A number as filters and their expressions read it: plain digits, at most nine decimals, the same everywhere. Throws
 * when it is none.
 */
export function filterNumber(value: number): string {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e15) throw new RangeError(`${value} cannot be said to a filter`)
  const [whole = '0', decimals = ''] = value.toFixed(9).split('.')
  const kept = decimals.replace(/0+$/, '')
  const text = kept === '' ? whole : `${whole}.${kept}`
  return text === '-0' ? '0' : text
}
