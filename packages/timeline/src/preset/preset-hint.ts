const MOST = 4

/** What to do about the name of a preset that there is none of: the few that it may have meant. */
export function presetHint(name: string, known: readonly string[]): string {
  const near = nearNames(name, known)
  return near.length === 0
    ? 'See what there is with: sheaf presets'
    : `Did you mean ${near.join(', ')}? See all with: sheaf presets`
}

/** Names that begin with the same word, hold it or are held by it, or are a slip of one or two letters away. */
export function nearNames(name: string, known: readonly string[]): readonly string[] {
  const asked = plain(name)
  if (asked.length < 2) return []
  const alike = known.filter((one) => plain(one).includes(asked) || asked.includes(plain(one)))
  const kin = known.filter((one) => firstWord(one) === firstWord(name))
  const slips = known.filter((one) => distance(plain(one), asked) <= (asked.length < 5 ? 1 : 2))
  return [...new Set([...alike, ...kin, ...slips])].slice(0, MOST)
}

const plain = (name: string): string =>
  name
    .slice(0, 80)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')

const firstWord = (name: string): string =>
  name
    .slice(0, 80)
    .toLowerCase()
    .split(/[^a-z0-9]/)[0] ?? ''

/** Letters that have to be put in, taken out or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
