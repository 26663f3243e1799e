import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Look } from '../model/edit.js'
import { hasFfmpeg } from '../testing/ffmpeg.js'
import { steadyIndex } from '../testing/media-fixtures.js'
import { colour, hashesOf, layered, lookClip, medium, PictureStudio } from '../testing/picture-studio.js'
import { frameFormat } from './frame-format.js'
import { planPictures } from './picture-plan.js'

const enlarged = (scale: number, effects: Look['effects'] = []): Look => ({
  effects,
  place: { x: 0, y: 0, scaleX: scale, scaleY: scale, rotation: 0, anchorX: 0.5, anchorY: 0.5 },
})

describe('pictures that are turned round', () => {
  it('are held in pieces by the size at which they are held', () => {
    const index = steadyIndex(200)
    const media = new Map([['uhd', { ...index, video: { ...index.video!, width: 3840, height: 2160 } }]])
    const pieces = (look?: Look, pixFmt: 'yuv420p' | 'yuv420p10le' = 'yuv420p'): number => {
      const context = { media, format: frameFormat({ width: 1920, height: 1080, pixFmt }) }
      const edit = layered(80, [lookClip(medium('uhd', 100, -1), 0, 80, look)])
      const plan = planPictures(edit.video, { from: 0, to: 80 }, context)
      return plan.kind === 'row' ? plan.parts.length : 1
    }
    // 43 pictures of 1920x1080 fit into 128 MiB, 10 of 3840x2160 and 172 of 960x540.
    expect(pieces()).toBe(2)
    expect(pieces(undefined, 'yuv420p10le')).toBe(4)
    expect(pieces(enlarged(2))).toBe(8)
    expect(pieces({ ...enlarged(2), place: { ...enlarged(2).place!, rotation: 5 } })).toBe(8)
    expect(pieces(enlarged(2, [{ id: 'sepia', parameters: {} }]))).toBe(8)
    expect(pieces(enlarged(2, [{ id: 'blur', parameters: {} }]))).toBe(2)
    expect(pieces(enlarged(0.5))).toBe(1)
  })
})

// Real processes on a machine that may be busy: the limit only ends a hang.
describe.runIf(hasFfmpeg())('pictures that are enlarged', { timeout: 120_000 }, () => {
  const studio = new PictureStudio({ width: 96, height: 54 })
  beforeAll(() => {
    const bars =
      "color=black:s=192x108,format=gbrp,geq=r='255*lt(mod(X,4),2)':g='255*lt(mod(X,4),2)':b='255*lt(mod(X,4),2)'"
    studio.make('bars.png', bars, ['-frames:v', '1', '-update', '1'])
    const half = "color=white:s=96x54,format=gbrp,geq=r='255*lt(X,W/2)':g='255*lt(X,W/2)':b='255*lt(X,W/2)'"
    studio.make('half.png', half, ['-frames:v', '1', '-update', '1'])
  }, 120_000)
  afterAll(() => studio.close())

  it('show all that is in them, with effects and without', () => {
    const contrast = (look: Look): number => {
      const [picture] = studio.render(layered(1, [lookClip(medium('bars.png'), 0, 1, look)]))
      const row = Array.from({ length: 40 }, (_, i) => studio.luma(picture!, 28 + i, 27))
      return Math.max(...row) - Math.min(...row)
    }
    const sepia = [{ id: 'sepia', parameters: {} }]
    const turned = (look: Look): Look => ({ ...look, place: { ...look.place!, rotation: 0.01 } })
    expect(contrast(enlarged(2))).toBeGreaterThan(200)
    expect(contrast(enlarged(2, sepia))).toBeGreaterThan(180)
    expect(contrast(turned(enlarged(2, sepia)))).toBeGreaterThan(180)
  })

  it('do not vanish when they are larger than anything can be scaled to', () => {
    const below = lookClip(colour('ff0000'), 0, 3)
    const render = (look: Look, options: readonly string[] = []): Buffer[] =>
      studio.render(layered(3, [below], [lookClip(medium('half.png'), 0, 3, look)]), 0, 3, options)
    const at = (x: number): Look => ({ ...enlarged(400), place: { ...enlarged(400).place!, x } })
    const seen = [150, -150].map((x) => render(at(x)).map((picture) => studio.luma(picture, 48, 27)))
    expect(seen).toEqual([
      [235, 235, 235],
      [16, 16, 16],
    ])
    expect(hashesOf(render(enlarged(400), ['-cpuflags', '0']))).toEqual(hashesOf(render(enlarged(400))))
    // Far away nothing of them is seen all the same.
    expect(hashesOf(render(at(300)))).toEqual(hashesOf(studio.render(layered(3, [below]))))
  })
})
