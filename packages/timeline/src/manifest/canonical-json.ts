/**
 * JSON with sorted keys and no blanks: equal values give equal texts, so a hash names the value.
 * Fields that are undefined are left out. Throws for what JSON cannot hold: NaN, functions, bigint.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value + 0)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object') {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`)
    return `{${fields.join(',')}}`
  }
  const shown = typeof value === 'number' ? String(value) : `a ${typeof value}`
  throw new TypeError(`canonical JSON cannot hold ${shown}`)
}
