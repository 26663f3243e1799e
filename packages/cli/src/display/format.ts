/** `1,500`: digits in groups of three, the same in every locale, so that scripts and snapshots agree. */
export function formatCount(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** `8 s`, `2 min 05 s`, `3 h 07 min`, `2 d 3 h`. */
export function formatDuration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000))
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min ${pad2(s % 60)} s`
  const minutes = Math.round(s / 60)
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${pad2(minutes % 60)} min`
  const hours = Math.round(s / 3600)
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** `1.5 GB`, in powers of 1,000 as disks are sold. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? 'B'}`
}

/** Whole percent, never 100 before everything is there. */
export function formatPercent(done: number, all: number): string {
  const percent = all <= 0 ? 0 : Math.floor((done / all) * 100)
  return `${Math.min(Math.max(percent, 0), done >= all && all > 0 ? 100 : 99)} %`
}

/** The end of a peer id, which is where peer ids differ: `…x9Qz4f`. */
export function shortPeer(peer: string): string {
  return peer.length <= 10 ? peer : `…${peer.slice(-6)}`
}

/** The last part of a path of any system. */
export function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path
}

const pad2 = (value: number): string => String(value).padStart(2, '0')
