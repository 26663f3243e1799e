import { rational } from '@sheaf/protocol'
import type { FrameSize } from '../compile/frame-format.js'
import type { MediaIndex, PtsRun } from './media-index.js'

const ONE: readonly PtsRun[] = [{ start: 0, num: 0, den: 1, count: 1 }]

/** The index of a PNG of eight bits a channel with straight alpha, as probing such a file gives it. */
export function pngIndex({ width, height }: FrameSize): MediaIndex {
  return {
    container: 'png_pipe',
    video: {
      stream: 0,
      codec: 'png',
      width,
      height,
      sar: rational(1),
      pixFmt: 'rgba',
      timeBase: rational(1, 25),
      frames: ONE,
      frameCount: 1,
      keyframes: ONE,
      lastDuration: 1,
      reorder: 0,
      variableRate: false,
      range: 'full',
      matrix: 'rgb',
      alpha: 'straight',
    },
    audio: undefined,
  }
}
