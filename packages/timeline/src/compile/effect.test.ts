import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listEffects } from '../effect/effects.js'
import type { Content, Edit, Look } from '../model/edit.js'
import { hasFfmpeg } from '../testing/ffmpeg.js'
import { colour, hashesOf, layered, lookClip, medium, PictureStudio } from '../testing/picture-studio.js'

const [WIDTH, HEIGHT] = [96, 54]
/** Frames of each use. */
const EACH = 6

/** Planes of one picture. */
interface Planes {
  readonly y: Buffer
  readonly u: Buffer
  readonly v: Buffer
}

const planesOf = (picture: Buffer): Planes => {
  const [luma, chroma] = [WIDTH * HEIGHT, (WIDTH * HEIGHT) / 4]
  return {
    y: picture.subarray(0, luma),
    u: picture.subarray(luma, luma + chroma),
    v: picture.subarray(luma + chroma),
  }
}
const mean = (values: Iterable<number>): number => {
  const all = [...values]
  return all.reduce((sum, value) => sum + value, 0) / all.length
}
const colourful = ({ u, v }: Planes): number => mean([...u, ...v].map((value) => Math.abs(value - 128)))
/** How much neighbours in a row differ. */
const rough = ({ y }: Planes): number => mean([...y].map((value, i) => Math.abs(value - (y[i + 1] ?? value))))
const spread = ({ y }: Planes): number => {
  const middle = mean(y)
  return mean([...y].map((value) => Math.abs(value - middle)))
}
const differ = (a: Planes, b: Planes): number => mean([...a.y].map((value, i) => Math.abs(value - (b.y[i] ?? 0))))
const at = ({ y }: Planes, x: number, row: number): number => y[row * WIDTH + x] ?? -1

/** What is seen of an effect: its pictures with and without it, those of one use. */
type Seen = (shown: readonly Planes[], plain: readonly Planes[]) => void

const first =
  (check: (shown: Planes, plain: Planes) => void): Seen =>
  ([shown], [plain]) => {
    if (shown && plain) check(shown, plain)
  }
const brighter = first((shown, plain) => expect(mean(shown.y)).toBeGreaterThan(mean(plain.y) + 3))
const darker = first((shown, plain) => expect(mean(shown.y)).toBeLessThan(mean(plain.y) - 3))
const colourless = first((shown) => expect(colourful(shown)).toBeLessThan(1.2))

const uses: readonly (readonly [string, Readonly<Record<string, number>>, Seen])[] = [
  ['colour-correction', { brightness: 0.2 }, brighter],
  ['colour-correction', { contrast: 0.5 }, first((a, b) => expect(spread(a)).toBeLessThan(0.6 * spread(b)))],
  ['colour-correction', { saturation: 0 }, colourless],
  ['colour-correction', { saturation: 0.5 }, first((a, b) => expect(colourful(a) / colourful(b)).toBeCloseTo(0.5, 1))],
  ['colour-correction', { saturation: 3.5 }, first((a, b) => expect(colourful(a)).toBeGreaterThan(colourful(b) + 1))],
  [
    'colour-correction',
    { hue: 120 },
    first((a, b) => expect(differ({ ...a, y: a.v }, { ...b, y: b.v })).toBeGreaterThan(20)),
  ],
  ['colour-correction', { gamma: 2 }, brighter],
  ['colour-correction', { highlights: -1 }, darker],
  ['colour-correction', { shadows: 1 }, brighter],
  ['colour-correction', { whites: -1 }, darker],
  ['colour-correction', { blacks: 1 }, brighter],
  ['exposure', { stops: -1 }, darker],
  ['levels', { inBlack: 0.2, inWhite: 0.9, gamma: 0.9, outBlack: 0.05, outWhite: 0.8 }, darker],
  ['invert', {}, first((a, b) => expect(mean(a.y) + mean(b.y)).toBeCloseTo(251, -0.5))],
  ['posterize', { levels: 2 }, first((a, b) => expect(new Set(a.y).size).toBeLessThan(new Set(b.y).size))],
  ['grayscale', {}, colourless],
  ['sepia', {}, first(({ u, v }) => expect([mean(u) < 122, mean(v) > 130]).toEqual([true, true]))],
  [
    'white-balance',
    { temperature: 3000 },
    first((a, b) => expect(mean(a.v) - mean(a.u)).toBeGreaterThan(mean(b.v) - mean(b.u) + 10)),
  ],
  ['vibrance', { amount: -2 }, first((a, b) => expect(colourful(a)).toBeLessThan(colourful(b) - 2))],
  ['colour-balance', { midtonesRed: 1, shadowsBlue: 0.5 }, first((a, b) => expect(differ(a, b)).toBeGreaterThan(2))],
  [
    'duotone',
    { lightRed: 0, lightGreen: 1, lightBlue: 0, darkBlue: 1 },
    // Bright is green, dark is blue.
    first(({ v }) => expect(Math.max(...v)).toBeLessThan(128)),
  ],
  ['blur', { radius: 0.05 }, first((a, b) => expect(rough(a)).toBeLessThan(0.6 * rough(b)))],
  ['sharpen', { amount: 2 }, first((a, b) => expect(rough(a)).toBeGreaterThan(1.1 * rough(b)))],
  [
    'vignette',
    { strength: 1 },
    first((a, b) => expect([at(a, 0, 0) < 30, Math.abs(at(a, 48, 27) - at(b, 48, 27)) < 3]).toEqual([true, true])),
  ],
  ['glow', { radius: 0.1, strength: 1 }, brighter],
  ['mirror', { horizontal: 1 }, first((a, b) => expect(Math.abs(at(a, 10, 20) - at(b, 85, 20))).toBeLessThan(3))],
  [
    'mirror',
    { horizontal: 0, vertical: 1 },
    first((a, b) => expect(Math.abs(at(a, 10, 20) - at(b, 10, 33))).toBeLessThan(3)),
  ],
  ['pixelate', { size: 0.15 }, first((a, b) => expect(rough(a)).toBeLessThan(0.7 * rough(b)))],
  ['edges', {}, first((a, b) => expect(differ(a, b)).toBeGreaterThan(20))],
  [
    'chromatic-aberration',
    { shift: 0.05 },
    first((a, b) => expect(differ({ ...a, y: a.v }, { ...b, y: b.v })).toBeGreaterThan(4)),
  ],
  [
    'chroma-key',
    { green: 1, similarity: 0.2 },
    ([shown], [plain]) => {
      // The third bar is green; below it lies dark grey.
      const green = [...plain!.y].findIndex(
        (value, i) =>
          value > 170 && value < 178 && plain!.u[Math.floor(i / WIDTH / 2) * 48 + Math.floor((i % WIDTH) / 2)]! < 60,
      )
      expect(green).toBeGreaterThan(-1)
      expect(Math.abs(shown!.y[green]! - 43)).toBeLessThan(6)
    },
  ],
  [
    'noise',
    { strength: 0.4 },
    (shown, plain) => {
      expect(differ(shown[0]!, plain[0]!)).toBeGreaterThan(3)
      expect(rough(shown[0]!)).toBeGreaterThan(rough(plain[0]!) + 3)
    },
  ],
  [
    'film-grain',
    { strength: 0.4 },
    (shown, plain) => {
      const grain = (i: number): number[] => [...shown[i]!.y].map((value, k) => value - plain[i]!.y[k]!)
      expect(mean(grain(0).map((value, k) => Math.abs(value - grain(1)[k]!)))).toBeGreaterThan(3)
    },
  ],
  [
    'motion-blur',
    { frames: 3 },
    (shown, plain) => {
      const mixed = [...plain[4]!.y].map((value, k) => (value + plain[3]!.y[k]! + plain[2]!.y[k]!) / 3)
      expect(mean(mixed.map((value, k) => Math.abs(value - shown[4]!.y[k]!)))).toBeLessThan(1.5)
      expect(differ(shown[4]!, plain[4]!)).toBeGreaterThan(0.3)
    },
  ],
  ['denoise', { strength: 1, radius: 3 }, first((a, b) => expect(rough(a)).toBeLessThan(0.8 * rough(b)))],
  [
    'deflicker',
    { frames: 4 },
    (shown, plain) => {
      const jumps = (all: readonly Planes[]): number =>
        mean(all.slice(1).map((one, i) => Math.abs(mean(one.y) - mean(all[i]!.y))))
      expect(jumps(shown)).toBeLessThan(0.6 * jumps(plain))
    },
  ],
  [
    'stop-motion',
    { frames: 3 },
    (shown, plain) => {
      const same = (i: number): boolean => shown[i]!.y.equals(shown[i - 1]!.y)
      const moves = plain.every((one, i) => i === 0 || !one.y.equals(plain[i - 1]!.y))
      expect([moves, [1, 2, 3, 4, 5].filter((i) => !same(i)).length <= 2]).toEqual([true, true])
    },
  ],
]

/** Each use of an effect in turn, on pictures of its own. */
function effectEdit(content: (id: string) => Content, withEffects: boolean): Edit {
  const clips = uses.map(([id, parameters], i) => {
    const look: Look | undefined = withEffects ? { effects: [{ id, parameters }] } : undefined
    return lookClip(content(id), i * EACH, (i + 1) * EACH, look)
  })
  const frames = uses.length * EACH
  return layered(frames, [lookClip(colour('202020'), 0, frames)], clips)
}

const noisy = new Set(['denoise', 'deflicker', 'stop-motion'])
const film = (id: string): Content => medium(noisy.has(id) ? 'noisy' : 'wide', 20)
/** Half transparent pictures that move, as one picture. */
const stacked = (id: string): Content => {
  const items = uses.map((_, i) =>
    lookClip(film(id), i * EACH, (i + 1) * EACH, { opacity: 0.5, crop: { left: 0.2, top: 0.1, right: 0, bottom: 0 } }),
  )
  return { kind: 'stack', tracks: [{ name: 's', items }] }
}

// Real processes on a machine that may be busy: the limit only ends a hang.
describe.runIf(hasFfmpeg())('pictures with effects', { timeout: 240_000 }, () => {
  const studio = new PictureStudio({ width: WIDTH, height: HEIGHT })
  const deep = new PictureStudio({ width: WIDTH, height: HEIGHT, pixFmt: 'yuv420p10le', like: studio })
  let whole: Buffer[] = []
  beforeAll(() => {
    const encoder = [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-qp',
      '8',
      '-pix_fmt',
      'yuv420p',
      '-g',
      '12',
      '-f',
      'mp4',
    ]
    studio.make('wide', `testsrc2=s=${WIDTH}x${HEIGHT}:r=25:d=2`, encoder)
    const flicker = `testsrc2=s=${WIDTH}x${HEIGHT}:r=25:d=2,noise=alls=30:allf=t:all_seed=3,eq=brightness='0.1*sin(n*2)':eval=frame`
    studio.make('noisy', flicker, encoder)
    whole = studio.render(effectEdit(film, true))
  }, 240_000)
  afterAll(() => studio.close())

  /** The uses whose pictures are not the same. */
  const unlike = (a: readonly Buffer[], b: readonly Buffer[], first = 0): string[] => {
    const [left, right] = [hashesOf(a), hashesOf(b)]
    const frames = left.flatMap((hash, i) => (hash === right[i] ? [] : [i]))
    return frames.map((frame) => `${uses[Math.floor((first + frame) / EACH)]?.[0]} ${(first + frame) % EACH}`)
  }

  it('are the same in 1, 2 and 7 windows, on a CPU without vector units and with one thread', () => {
    const edit = effectEdit(film, true)
    // The borders of the seven lie inside the uses of effects that look beyond their own picture.
    const inside = ['film-grain', 'motion-blur', 'denoise', 'deflicker', 'stop-motion'].map((id, i) => {
      return uses.findIndex((use) => use[0] === id) * EACH + 1 + i
    })
    const plain = ['-cpuflags', '0', '-filter_complex_threads', '1']
    for (const [borders, options] of [
      [[Math.round(edit.frames / 2)], plain],
      [[20, ...inside], []],
    ] as const) {
      const bounds = [0, ...borders, edit.frames]
      for (const [i, to] of bounds.slice(1).entries()) {
        const from = bounds[i] ?? 0
        expect(unlike(studio.render(edit, from, to, options), whole.slice(from, to), from)).toEqual([])
      }
    }
  })

  /** Uses of effects on pixels alone that let something be seen where their pictures are cropped away. */
  const leaks = (pictures: readonly Buffer[]): string[] =>
    uses.flatMap(([id], i) => {
      if (['blur', 'glow', 'mirror', 'pixelate', 'edges', 'chromatic-aberration', 'sharpen'].includes(id)) return []
      const { y } = planesOf(pictures[i * EACH + 1]!)
      return y[27 * WIDTH + 2] === 43 ? [] : [id]
    })

  it('are the same in any window, on any CPU, where they are transparent or deep', () => {
    for (const [one, edit] of [
      [studio, effectEdit(stacked, true)],
      [deep, effectEdit(film, true)],
    ] as const) {
      const all = one.render(edit)
      if (one === studio) expect(leaks(all)).toEqual([])
      // From inside one effect that looks beyond its own picture to inside another.
      const [from, to] = ['motion-blur', 'deflicker'].map((id) => uses.findIndex((use) => use[0] === id) * EACH + 2)
      expect(unlike(one.render(edit, from, to, ['-cpuflags', '0']), all.slice(from, to), from)).toEqual([])
      expect(unlike(one.render(edit, 0, from, ['-cpuflags', '0']), all.slice(0, from))).toEqual([])
    }
  })

  it('show what their names say', () => {
    const plain = studio.render(effectEdit(film, false)).map(planesOf)
    const shown = whole.map(planesOf)
    const wrong = uses.flatMap(([id, parameters, seen], i) => {
      const part = [i * EACH, (i + 1) * EACH] as const
      try {
        seen(shown.slice(...part), plain.slice(...part))
        return []
      } catch (error) {
        return [`${id} ${JSON.stringify(parameters)}: ${(error as Error).message.slice(0, 200)}`]
      }
    })
    expect(wrong).toEqual([])
  })

  it('are all tried here', () => {
    expect(new Set(uses.map(([id]) => id))).toEqual(new Set(listEffects().map(({ id }) => id)))
  })

  it.each([
    ['nothing', { id: 'star-field', parameters: {} }, 'item at 0: the effect star-field cannot be rendered'],
    ['a filter', { id: 'movie=/etc/passwd', parameters: {} }, 'the effect movie=/etc/passwd cannot'],
    ['a parameter', { id: 'blur', parameters: { "radius=1';[out]movie=x": 1 } }, 'with the parameter radius=1'],
    ['infinity', { id: 'blur', parameters: { radius: Number.POSITIVE_INFINITY } }, 'with radius Infinity'],
  ])('of %s are refused by name and place, before anything is rendered', (_, effect, message) => {
    const edit = layered(5, [lookClip(colour('808080'), 0, 5, { effects: [effect] })])
    expect(() => studio.compile(edit)).toThrow(message)
  })
})
