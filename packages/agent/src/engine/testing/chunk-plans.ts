import { join } from 'node:path'
import { rational } from '@sheaf/protocol'
import type { ChunkPlan, SegmentPlan } from '../chunk-plan.js'

/** Numbers that make a synthetic chunk. */
export interface SyntheticChunk {
  readonly dir: string
  readonly lengths: readonly number[]
  /** Reads in real time, so that something can happen while it runs. */
  readonly slow?: boolean | undefined
  /** Frames that the compositor really writes; all of them unless told. */
  readonly written?: number | undefined
}

/** A chunk of 160 × 90 test pictures, compiled by hand: no edit, no media. */
export function syntheticChunk({ dir, lengths, slow = false, written }: SyntheticChunk): ChunkPlan {
  const rate = rational(25)
  const total = lengths.reduce((sum, length) => sum + length, 0)
  const picture = `testsrc2=s=160x90:r=25,trim=end_frame=${written ?? total},format=yuv420p`
  return {
    ffmpeg: 'ffmpeg',
    compositorArgs: [
      ...['-nostdin', '-v', 'error', ...(slow ? ['-re'] : []), '-f', 'lavfi', '-i', picture],
      ...['-f', 'rawvideo', '-pix_fmt', 'yuv420p', 'pipe:1'],
    ],
    frameBytes: (160 * 90 * 3) / 2,
    segments: lengths.map((frames, index): SegmentPlan => ({
      expect: { index, frames, rate, width: 160, height: 90 },
      path: join(dir, `${index}.mp4`),
      partPath: join(dir, `${index}.part.mp4`),
      encoderArgs: (path) => [
        ...[
          '-nostdin',
          '-v',
          'error',
          '-y',
          '-f',
          'rawvideo',
          '-pix_fmt',
          'yuv420p',
          '-s',
          '160x90',
          '-r',
          '25',
          '-i',
          'pipe:0',
        ],
        ...['-c:v', 'libx264', '-preset', 'ultrafast', '-threads', '2', path],
      ],
    })),
  }
}
