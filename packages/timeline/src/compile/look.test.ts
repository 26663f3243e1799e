import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Edit, EditItem, Look, Place } from '../model/edit.js'
import { hasFfmpeg } from '../testing/ffmpeg.js'
import { colour, filled, hashesOf, layered, lookClip, medium, PictureStudio } from '../testing/picture-studio.js'

const home: Place = { x: 0, y: 0, scaleX: 1, scaleY: 1, rotation: 0, anchorX: 0.5, anchorY: 0.5 }
const placed = (place: Partial<Place>): Look => ({ place: { ...home, ...place } })
const ease = (kind: 'linear' | 'hold' | 'smooth', ...keys: readonly (readonly [number, number])[]) =>
  keys.map(([frame, value]) => ({ frame, value, ease: kind }))

/** Every way a look can be, in every way a clip can be. */
function lookEdit(): Edit {
  const moving = placed({
    x: ease('linear', [2, -0.3], [22, 0.25]),
    y: ease('smooth', [0, -0.2], [30, 0.2]),
    scaleX: ease('smooth', [4, 0.3], [20, 0.9]),
    scaleY: ease('linear', [4, 0.3], [20, 0.8]),
  })
  const turning = placed({ scaleX: 0.7, scaleY: 0.7, rotation: ease('linear', [0, 0], [40, 360]), anchorX: 0.2 })
  const flipping = placed({ scaleX: ease('linear', [20, 1], [40, -1]), scaleY: 0.8, y: 0.013 })
  const cropped: Look = {
    crop: { left: 0.1, top: ease('hold', [20, 0], [33, 0.3]), right: ease('linear', [20, 0.5], [36, 0]), bottom: 0 },
    opacity: ease('linear', [20, 0], [26, 1], [34, 1], [40, 0.1]),
  }
  const inner = lookClip(
    {
      kind: 'stack',
      tracks: [
        { name: 'a', items: filled([lookClip(medium('tall', 3), 10, 30)], 34, 4) },
        {
          name: 'b',
          items: filled(
            [
              lookClip(medium('alpha.png'), 4, 14, { opacity: 0.6 }),
              {
                kind: 'transition',
                ...{ from: 14, to: 22, whole: { from: 14, to: 22 }, style: 'dissolve', where: 't' },
                out: lookClip(medium('alpha.png'), 14, 22, { opacity: 0.6 }),
                in: { kind: 'gap', from: 14, to: 22 },
              },
            ],
            34,
            4,
          ),
        },
      ],
    },
    4,
    34,
    { ...placed({ rotation: 10, scaleX: 0.6, scaleY: 0.6 }), opacity: ease('smooth', [4, 0.2], [30, 1]) },
  )
  const side = (name: string, look: Look) => lookClip(medium(name, 5), 12, 20, look)
  return layered(
    40,
    [lookClip(medium('wide', 10), 0, 40, placed({ scaleX: 1.5, scaleY: 1.5, x: 0.1 }))],
    [
      lookClip(medium('tall'), 0, 12, moving),
      {
        kind: 'transition',
        ...{ from: 12, to: 20, whole: { from: 12, to: 20 }, style: 'wipe-left', where: 't' },
        out: side('tall', moving),
        in: side('wide', placed({ scaleX: 0.4, scaleY: 0.4, x: -0.2 })),
      },
      lookClip(medium('wide', 40, -0.5), 20, 40, cropped),
    ],
    [inner],
    [lookClip(medium('wide', 2, 0.4), 0, 20, turning), lookClip(colour('2040c0'), 20, 40, flipping)],
  )
}

// Real processes on a machine that may be busy: the limit only ends a hang.
describe.runIf(hasFfmpeg())('pictures with a look', { timeout: 120_000 }, () => {
  const studio = new PictureStudio({ width: 96, height: 54 })
  const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '12', '-bf', '2']
  beforeAll(() => {
    studio.make('wide', 'testsrc2=s=192x108:r=25:d=2.4', [...x264, '-f', 'mp4'])
    studio.make('tall', 'testsrc2=s=40x60:r=30:d=2.4', [...x264, '-f', 'mp4'])
    const half = "color=white:s=64x36,format=rgba,geq=r=220:g=40:b=40:a='255*lt(X,W/2)'"
    studio.make('alpha.png', half, ['-frames:v', '1', '-update', '1'])
  }, 120_000)
  afterAll(() => studio.close())

  it('are the same in 1, 2 and 7 windows, and on a CPU without vector units', () => {
    const edit = lookEdit()
    const whole = hashesOf(studio.render(edit))
    expect(new Set(whole).size).toBe(40)
    const plain = ['-cpuflags', '0', '-filter_complex_threads', '1']
    for (const [windows, options] of [
      [2, plain],
      [7, []],
    ] as const) {
      const bounds = Array.from({ length: windows + 1 }, (_, i) => Math.round((i * edit.frames) / windows))
      const parts = bounds.slice(1).flatMap((to, i) => hashesOf(studio.render(edit, bounds[i], to, options)))
      expect(parts.flatMap((hash, frame) => (hash === whole[frame] ? [] : [frame]))).toEqual([])
    }
  })

  it.each(['yuv420p10le', 'yuv422p', 'yuv444p10le'] as const)('are the same in any window in %s', (pixFmt) => {
    const other = new PictureStudio({ width: 48, height: 28, pixFmt, like: studio })
    const edit = lookEdit()
    const [from, to] = [15, 23]
    const plain = ['-cpuflags', '0', '-filter_complex_threads', '1']
    expect(hashesOf(other.render(edit, 18, 21, plain))).toEqual(hashesOf(other.render(edit, from, to)).slice(3, 6))
  })

  const black = lookClip(colour('000000'), 0, 10)
  const white = (look?: Look) => lookClip(colour('ffffff'), 0, 10, look)
  type Points = readonly (readonly [number, number])[]
  /** Brightness of white on black with one look after the other, at points. */
  const seen = (...looks: readonly (readonly [Look, Points])[]): number[][] => {
    const shown = looks.map(([look], i) => lookClip(colour('ffffff'), i, i + 1, look))
    const pictures = studio.render(layered(looks.length, [lookClip(colour('000000'), 0, looks.length)], shown))
    return looks.map(([, points], i) => points.map(([x, y]) => studio.luma(pictures[i]!, x, y)))
  }

  it('are those without one when it changes nothing', () => {
    const nothing: Look = { effects: [], opacity: [{ frame: 3, value: 1, ease: 'hold' }], ...placed({ rotation: 360 }) }
    const crop = { left: 0, top: 0, right: 0, bottom: 0 }
    const of = (look?: Look) => layered(10, [lookClip(medium('wide'), 0, 10)], [lookClip(medium('tall'), 0, 10, look)])
    expect(studio.compile(of({ ...nothing, crop }))).toEqual(studio.compile(of()))
  })

  it.each([
    ['opacity', { opacity: 0 }],
    ['an opacity that only rises later', { opacity: ease('linear', [9, 0], [20, 1]) }],
    ['scale', placed({ scaleX: 0 })],
    ['place', placed({ x: 1.2 })],
    ['crop', { crop: { left: 0.6, top: 0, right: 0.4, bottom: 0 } }],
  ])('of which nothing is seen, by their %s, are not opened', (_, look) => {
    const edit = layered(10, [lookClip(medium('wide'), 0, 10)], [lookClip(medium('tall'), 0, 10, look)])
    expect(studio.compile(edit).inputs.map(({ assetId }) => assetId)).toEqual(['wide'])
  })

  it.each([
    [placed({ scaleX: 1.3, scaleY: 1.3, x: 0.1 }), ['wide']],
    [placed({ scaleX: 1.3, scaleY: 1.3, x: 0.2 }), ['tall', 'wide']],
    [placed({ scaleX: 1.3, scaleY: 1.3, rotation: 5 }), ['tall', 'wide']],
    [{ opacity: 0.99 }, ['tall', 'wide']],
    [{ effects: [{ id: 'invert', parameters: {} }] }, ['wide']],
    [{ effects: [{ id: 'chroma-key', parameters: {} }] }, ['tall', 'wide']],
  ])('hide what lies below only when that is sure: %j', (look, opened) => {
    const edit = layered(10, [lookClip(medium('tall'), 0, 10)], [lookClip(medium('wide'), 0, 10, look)])
    expect(studio.compile(edit).inputs.map(({ assetId }) => assetId)).toEqual(opened)
  })

  it('let through as much as their opacity says, and change with its keys', () => {
    expect(seen([{ opacity: 0.5 }, [[40, 20]]])[0]?.[0]).toBeCloseTo(125.5, -0.4)
    const fade = ease('linear', [0, 0], [10, 1])
    const levels = studio.render(layered(10, [black], [white({ opacity: fade })])).map((one) => studio.luma(one, 3, 3))
    levels.forEach((level, frame) => expect(Math.abs(level - (16 + 21.9 * frame))).toBeLessThan(1.5))
  })

  it('lie where their place says, fitted, scaled around their anchor and cropped', () => {
    const right = placed({ scaleX: 0.5, scaleY: 0.5, x: 0.25 })
    const rightPoints: Points = [
      ...([47, 48, 95] as const).map((x) => [x, 27] as const),
      [70, 13],
      [70, 14],
      [70, 39],
      [70, 40],
    ]
    const corner = placed({ scaleX: 0.5, scaleY: 0.5, anchorX: 0, anchorY: 0 })
    const cornerPoints: Points = [
      [0, 0],
      [47, 20],
      [48, 20],
      [20, 30],
    ]
    const crop = { left: 0.25, top: 0, right: 0, bottom: 0.5 }
    const cropPoints: Points = [
      [23, 10],
      [24, 10],
      [95, 26],
      [95, 27],
    ]
    // 54 wide and 96 high, of which the canvas shows the middle.
    const turned = placed({ rotation: 90 })
    const turnedPoints: Points = [
      [19, 27],
      [22, 0],
      [73, 53],
      [76, 27],
    ]
    expect(seen([right, rightPoints], [corner, cornerPoints], [{ crop }, cropPoints], [turned, turnedPoints])).toEqual([
      [16, 235, 235, 16, 235, 235, 16],
      [235, 235, 16, 16],
      [16, 235, 235, 16],
      [16, 235, 235, 16],
    ])
  })

  it('turn clockwise, and mirror at scales below 0', () => {
    const mirror = ease('hold', [0, -1], [90, 1])
    const looks: readonly Look[] = [
      { opacity: 0.999 },
      ...[{ scaleX: -1 }, { rotation: 180 }, { scaleX: mirror, x: 1e-9 }, { rotation: 90 }].map(placed),
    ]
    const shown = looks.map((look, i) => lookClip(medium('alpha.png'), i, i + 1, look))
    const pictures = studio.render(layered(looks.length, [lookClip(colour('ffffff'), 0, looks.length)], shown))
    const points = { left: [30, 27], right: [66, 27], top: [48, 10], bottom: [48, 44] } as const
    const [first, ...others] = pictures.map((picture) =>
      Object.entries(points).flatMap(([name, [x, y]]) => (studio.luma(picture, x, y) < 200 ? [name] : [])),
    )
    // Red on the left, transparent on the right: as it is, then mirrored and turned.
    expect(first).toEqual(['left'])
    for (const half of others.slice(0, 3)) {
      expect(half).toContain('right')
      expect(half).not.toContain('left')
    }
    expect(others[3]).toContain('top')
    expect(others[3]).not.toContain('bottom')
  })

  it('move by fractions of a pixel, brightness and colour alike, and leave what they do not touch', () => {
    const place = placed({ scaleX: 0.2, scaleY: 0.3, x: ease('linear', [0, -0.2], [96, -0.2 + 24 / 96]) })
    const below = lookClip(medium('wide'), 0, 24)
    const ground = studio.render(layered(24, [below]))
    const moved = studio.render(
      layered(24, [lookClip(colour('404040'), 0, 24)], [lookClip(colour('e02020'), 0, 24, place)]),
    )
    const [rest] = studio.render(layered(24, [lookClip(colour('404040'), 0, 24)]))
    const centre = (picture: Buffer, [start, width, row]: readonly [number, number, number]): number => {
      let [sum, weight] = [0, 0]
      for (let x = 0; x < width; x++) {
        const more = Math.abs((picture[start + row * width + x] ?? 0) - (rest![start + row * width + x] ?? 0))
        sum += more * x
        weight += more
      }
      return sum / weight
    }
    const luma = moved.map((picture) => centre(picture, [0, 96, 27]))
    const chroma = moved.map((picture) => 2 * centre(picture, [96 * 54 + 48 * 27, 48, 13]))
    for (let frame = 1; frame < 24; frame++) {
      expect(Math.abs(luma[frame]! - luma[0]! - frame / 4)).toBeLessThan(0.1)
      expect(Math.abs(chroma[frame]! - chroma[0]! - frame / 4)).toBeLessThan(0.15)
    }
    const over = studio.render(layered(24, [below], [lookClip(colour('e02020'), 0, 24, place)]))
    over.forEach((picture, frame) => {
      for (const row of [0, 5, 50]) {
        const [from, to] = [row * 96, row * 96 + 96]
        expect(picture.subarray(from, to).equals(ground[frame]!.subarray(from, to))).toBe(true)
      }
      expect(picture.subarray(27 * 96 + 50, 27 * 96 + 96)).toEqual(ground[frame]!.subarray(27 * 96 + 50, 27 * 96 + 96))
    })
  })

  it('of a nested stack are one picture: its tracks over each other first, then the look', () => {
    const track = (...items: readonly EditItem[]) => ({ name: 'x', items: filled(items, 10) })
    const small = lookClip(colour('000000'), 0, 10, placed({ scaleX: 0.5, scaleY: 0.5 }))
    const fading: EditItem = {
      ...{ kind: 'transition', from: 0, to: 10, whole: { from: 0, to: 10 }, style: 'dissolve', where: 't' },
      out: { kind: 'gap', from: 0, to: 10 },
      in: lookClip(colour('000000'), 0, 10),
    }
    const stack = (look: Look | undefined, ...tracks: ReturnType<typeof track>[]) =>
      studio.render(layered(10, [white()], [lookClip({ kind: 'stack', tracks }, 0, 10, look)]))
    const [picture] = stack(
      { opacity: 0.5 },
      track(lookClip(colour('808080'), 0, 10, placed({ scaleX: 0.8 }))),
      track(small),
    )
    // Half of black, not half of half; grey beside it; white where the stack holds nothing.
    expect(
      [
        [48, 27],
        [14, 27],
        [2, 2],
      ].map(([x, y]) => studio.luma(picture!, x!, y!)),
    ).toEqual([125, 180, 235])
    // A dissolve from nothing inside lets through what lies below the stack, as much as it would without a look.
    const inside = stack({ opacity: 0.999 }, track(fading)).map((one) => studio.luma(one, 48, 27))
    const flat = stack(undefined, track(fading)).map((one) => studio.luma(one, 48, 27))
    inside.forEach((level, frame) => expect(Math.abs(level - flat[frame]!)).toBeLessThan(4))
  })

  it('may have hundreds of keys', () => {
    const keys = ease('linear', ...Array.from({ length: 700 }, (_, i) => [i / 7 - 20, (i % 7) / 12] as const))
    const place = placed({ x: keys, y: keys, scaleX: keys, scaleY: 0.5, rotation: keys })
    const edit = layered(40, [black, lookClip(colour('ffffff'), 10, 40, { ...place, opacity: keys })])
    expect(hashesOf(studio.render(edit, 17, 21))).toEqual(hashesOf(studio.render(edit)).slice(17, 21))
  })
})
