import type { Rational } from '@sheaf/protocol'
import { execa } from 'execa'

/** How many frames of a film are not at `number ÷ rate` exactly, those that are missing or too many included. */
export async function offTheGrid(ffprobe: string, path: string, { rate, frames }: Grid): Promise<number> {
  const select = ['-select_streams', 'v:0', '-show_entries', 'stream=time_base:packet=pts']
  const { stdout } = await execa(ffprobe, ['-v', 'error', ...select, '-of', 'json', path])
  const { packets, streams } = JSON.parse(stdout) as {
    readonly packets: readonly { readonly pts?: number }[]
    readonly streams: readonly { readonly time_base: string }[]
  }
  const [num = 0, den = 1] = (streams[0]?.time_base ?? '').split('/').map(Number)
  return countOffGrid(
    packets.map(({ pts }) => pts ?? Number.NaN),
    { num, den, rate, frames },
  )
}

/** The frames that a film should have. */
export interface Grid {
  readonly rate: Rational
  readonly frames: number
}

/** The same for time stamps in units of `num ÷ den` seconds. Whole numbers alone. */
export function countOffGrid(
  stamps: readonly number[],
  { num, den, rate, frames }: Grid & { readonly num: number; readonly den: number },
): number {
  const rising = [...stamps].sort((a, b) => a - b)
  const length = Math.max(rising.length, frames)
  const fits = (i: number): boolean =>
    i < frames &&
    BigInt(rising[i] ?? -1) * BigInt(num) * BigInt(rate.num) === BigInt(i) * BigInt(den) * BigInt(rate.den)
  return Array.from({ length }, (_, i) => i).filter((i) => !fits(i)).length
}
