import { readdir, readFile } from 'node:fs/promises'

/** Command lines of running processes that mention `needle`; only on Linux. */
export async function processesWith(needle: string): Promise<string[]> {
  const lines: string[] = []
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (line.includes(needle)) lines.push(line.replaceAll('\0', ' '))
  }
  return lines
}
