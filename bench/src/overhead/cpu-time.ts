import { readFile } from 'node:fs/promises'

/** Linux reports processor time in hundredths of a second, whatever the kernel's own clock is. */
const ticksPerS = 100

/**
 * Processor seconds of this process and of all children that have ended, as `/proc/self/stat` tells; undefined
 * where there is none. Unlike wall time it hardly changes when the machine has other work.
 */
export async function cpuSeconds(): Promise<number | undefined> {
  const stat = await readFile('/proc/self/stat', 'latin1').catch(() => undefined)
  return stat === undefined ? undefined : readCpuSeconds(stat)
}

/** utime, stime, cutime and cstime are fields 14 to 17; the name before them may hold spaces and brackets. */
export function readCpuSeconds(stat: string): number | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = fields.slice(11, 15).map(Number)
  if (ticks.length < 4 || ticks.some((value) => !Number.isFinite(value))) return undefined
  return ticks.reduce((sum, value) => sum + value, 0) / ticksPerS
}
