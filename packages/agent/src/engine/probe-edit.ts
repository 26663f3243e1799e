import { mkdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { rational } from '@sheaf/protocol'
import { type EditItem, frameFormat, type Manifest, MANIFEST_VERSION, type Preset } from '@sheaf/timeline'
import type { FfmpegTools } from './find-ffmpeg.js'
import { probeMedia } from './probe-media.js'
import { runTool } from './run-tool.js'

/** A synthetic job: it needs nothing but ffmpeg, and is the same on every machine. */
export interface ProbeEdit {
  readonly manifest: Manifest
  readonly assetPath: (assetId: string) => string
}

/** What a synthetic job is made of. */
export interface ProbeEditRecipe {
  readonly tools: Pick<FfmpegTools, 'ffmpeg' | 'ffprobe'>
  /** Existing folder for its medium, which is made when it is not there. */
  readonly dir: string
  readonly preset: Preset
  readonly width: number
  readonly height: number
  readonly segments: number
  readonly segmentFrames: number
  readonly signal?: AbortSignal | undefined
}

/** Seconds of the one medium; the edit uses it again and again. */
const MEDIUM_SECONDS = 4

/**
 * Makes a synthetic job at 25 frames a second from one medium at 30000/1001 of another size: every
 * filter that an edit may need has work to do. Cuts inside segments, a gap in the first.
 */
export async function makeProbeEdit(recipe: ProbeEditRecipe): Promise<ProbeEdit> {
  const { tools, dir, preset, width, height, segments, segmentFrames, signal } = recipe
  await mkdir(dir, { recursive: true })
  const path = join(dir, `probe-${width}x${height}.mov`)
  if (!(await stat(path).catch(() => undefined))) await makeMedium(recipe, path)
  const index = await probeMedia({ tools, path, signal })
  const { size } = await stat(path)
  const frames = segments * segmentFrames
  const items = probeItems(frames)
  const manifest: Manifest = {
    version: MANIFEST_VERSION,
    edit: {
      name: 'probe',
      rate: rational(25),
      frames,
      video: [{ name: 'V1', items }],
      audio: [{ name: 'A1', items }],
    },
    media: {
      a0: { index, sizeBytes: size, name: 'probe.mov' },
    },
    picture: frameFormat({ width, height, pixFmt: preset.pixels ?? 'yuv420p' }),
    preset,
    segments: Array.from({ length: segments }, (_, i) => [i * segmentFrames, (i + 1) * segmentFrames] as const),
  }
  return { manifest, assetPath: () => path }
}

/** Clips of up to 40 frames, each from another place of the medium, after a gap of 3. */
function probeItems(frames: number): EditItem[] {
  const items: EditItem[] = [{ kind: 'gap', from: 0, to: 3 }]
  for (let from = 3; from < frames; from += 40) {
    const to = Math.min(frames, from + 40)
    items.push({
      kind: 'clip',
      name: 'probe',
      from,
      to,
      content: {
        kind: 'media',
        media: 'a0',
        start: rational(items.length % 3, 2),
        speed: rational(1),
      },
      where: 'probe',
    })
  }
  return items
}

async function makeMedium({ tools, width, signal }: ProbeEditRecipe, path: string): Promise<void> {
  // Twice as wide as high: the compositor must scale and pad.
  const picture = `testsrc2=s=${width}x${evenHalf(width)}:r=30000/1001:d=${MEDIUM_SECONDS}`
  // Something for the encoder to do: moving noise, the same in every run and on every processor.
  const noise = 'format=yuv420p,noise=c0s=4:c0f=t:all_seed=1'
  const part = path.replace(/\.mov$/, `.${process.pid}.part.mov`)
  await runTool({
    file: tools.ffmpeg,
    args: [
      ...['-hide_banner', '-nostdin', '-v', 'error', '-y', '-filter_threads', '1', '-cpuflags', '0'],
      ...['-f', 'lavfi', '-i', `${picture},${noise}`],
      ...['-f', 'lavfi', '-i', `sine=f=440:r=44100:d=${MEDIUM_SECONDS}`],
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '16', '-threads', '4', '-bf', '2', '-g', '30'],
      ...['-x264-params', 'cpu-independent=1:stitchable=1', '-c:a', 'pcm_s16le', '-f', 'mov', '-fflags', '+bitexact'],
      ...['-flags:v', '+bitexact', `file:${part}`],
    ],
    signal,
  })
  await rename(part, path)
}

function evenHalf(width: number): number {
  return 2 * Math.round(width / 4)
}
