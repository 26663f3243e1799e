import { execFile } from 'node:child_process'
import { mkdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** One made clip: a moving picture with a tone. */
export interface DemoMedium {
  readonly file: string
  readonly width: number
  readonly height: number
  readonly rate: { readonly num: number; readonly den: number }
  readonly seconds: number
  readonly source: string
  readonly toneHz: number
  /** Strength of film grain, 0 to 100; it costs an encoder most of its time. Default 0. */
  readonly grain?: number | undefined
}

/** Clips of different sizes and rates, as a studio's cameras give them; an edit takes its size from the first. */
export const demoMedia: readonly DemoMedium[] = [
  medium('interview.mp4', [640, 360], [25, 1], 'mandelbrot', 440),
  medium('city.mp4', [1280, 720], [30, 1], 'testsrc2', 330),
  medium('drone.mp4', [854, 480], [30000, 1001], 'gradients', 550),
  medium('archive.mp4', [720, 576], [24, 1], 'sierpinski', 660),
]

function medium(
  file: string,
  size: [number, number],
  rate: [number, number],
  source: string,
  toneHz: number,
): DemoMedium {
  const [width, height] = size
  const [num, den] = rate
  return { file, width, height, rate: { num, den }, seconds: 10, source, toneHz }
}

/** Makes the media that are not there yet; what is made once is kept. Returns how many were made. */
export async function makeDemoMedia(folder: string, media: readonly DemoMedium[] = demoMedia): Promise<number> {
  await mkdir(folder, { recursive: true })
  let made = 0
  for (const one of media) {
    const path = join(folder, one.file)
    if ((await stat(path).catch(() => undefined)) !== undefined) continue
    await make(one, path)
    made += 1
  }
  return made
}

async function make(one: DemoMedium, path: string): Promise<void> {
  const { width, height, rate, seconds, toneHz, grain = 0 } = one
  const picture = `${pictureOf(one)},trim=duration=${seconds}${grain > 0 ? `,noise=alls=${grain}:all_seed=7:allf=t` : ''},format=yuv420p`
  const tone = `sine=frequency=${toneHz}:sample_rate=48000:duration=${seconds},volume=0.3`
  const partial = `${path}.part.mp4`
  const args = ['-v', 'error', '-y', '-filter_complex', `${picture}[v];${tone}[a]`, '-map', '[v]', '-map', '[a]']
  const video = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-crf',
    '22',
    '-g',
    String(Math.round(rate.num / rate.den) * 2),
  ]
  await promisify(execFile)('ffmpeg', [
    ...args,
    ...video,
    ...['-c:a', 'aac', '-b:a', '128k', '-s', `${width}x${height}`, partial],
  ])
  await rename(partial, path)
}

/** Sources of lavfi, each made to move. */
function pictureOf({ source, width, height, rate }: DemoMedium): string {
  const common = `size=${width}x${height}:rate=${rate.num}/${rate.den}`
  switch (source) {
    case 'mandelbrot':
      return `mandelbrot=${common}:maxiter=120:start_scale=2:end_scale=0.01:end_pts=400`
    case 'gradients':
      return `gradients=${common}:speed=0.03:n=6:seed=4`
    case 'sierpinski':
      return `sierpinski=${common}:seed=2`
    default:
      return `${source}=${common}`
  }
}
