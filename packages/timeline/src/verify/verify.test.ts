import { rational } from '@sheaf/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BORDER_REACH, borderWindows, wholeWindows } from './border-windows.js'
import { checkFilm, checkHeaders } from './check-film.js'
import { describeFault } from './describe-fault.js'
import type { FilmExpectation } from './film-expectation.js'
import type { FilmFacts, FilmVideoFacts } from './film-facts.js'
import { judgePictures } from './judge-pictures.js'
import { judgeSound } from './judge-sound.js'
import { blackSignature, matchPicture, type PictureEvidence } from './match-picture.js'
import { matchSound, SOUND_REACH, SOUND_WINDOW } from './match-sound.js'
import { type Signature, signatureSamples } from './signature.js'
import { isSuspect } from './suspect-border.js'

const samples = signatureSamples({ width: 32, height: 18 })
const black = blackSignature(samples)
/** Numbers that have nothing to do with each other, the same in every run: 0 to 1. */
const chance = (seed: number): number => {
  const value = Math.sin(seed * 12.9898) * 43_758.5453
  return value - Math.floor(value)
}
/** A picture of grey blocks that are other ones at every `scene`, brighter and darker by up to `noise` levels. */
function picture(scene: number, noise = 0, seed = 0): Signature {
  return Uint16Array.from({ length: samples }, (_, i) => {
    const level = 40 + 160 * chance(scene * 7919 + i) + noise * (2 * chance(seed * 104_729 + i) - 1)
    return Math.round(level * 256)
  })
}
/** What a film that shows `shown` of the edit `scenes` is found to be; a number is a frame of the edit. */
function judge(
  scenes: readonly number[],
  shown: readonly (number | 'black' | 'strange')[],
  { noise = 2, exact = false } = {},
) {
  const edit = scenes.map((scene) => picture(scene))
  const film = shown.map((frame, at) => {
    if (frame === 'black') return black
    return picture(frame === 'strange' ? 9999 : (scenes[frame] ?? 0), noise, at + 1)
  })
  const evidence = film.flatMap((found, frame): PictureEvidence[] => {
    const expected = (at: number): Signature | undefined => edit[at]
    const match = matchPicture({ frame, found, before: film[frame - 1], expected, black })
    return match ? [match] : []
  })
  return judgePictures(evidence, { exact })
}
/** A bright stripe at a place. */
const ramp = (place: number): Signature =>
  Uint16Array.from({ length: samples }, (_, i) => 256 * (Math.abs((i % 160) - (place % 160)) < 8 ? 200 : 60))
/** A window of a film that stands still from frame `from` on for `length` frames, or is black there. */
const windowOf = (faulty: number | 'black', { from = 4, length = 1, noise = 1 } = {}): Signature[] =>
  count(8).map((frame) => {
    if (frame < from || frame >= from + length) return picture(frame, noise, frame + 1)
    return faulty === 'black' ? black : picture(faulty, noise, frame + 1)
  })
const count = (length: number): number[] => Array.from({ length }, (_, i) => i)

describe('a border', () => {
  it('at which the film goes on needs no look at the edit, however much the encoder changes', () => {
    for (const noise of [0, 4, 12]) {
      expect(isSuspect(windowOf(4, { noise }), black)).toBe(false)
    }
    // A cut is the largest step, and says nothing of the others.
    const cut = count(8).map((frame) => ramp(frame < 4 ? frame * 9 : 120 + frame * 9))
    expect(isSuspect(cut, black)).toBe(false)
  })

  it('is suspect wherever a fault is found when it is held against the edit', () => {
    const at = fc.integer({ min: 0, max: 7 })
    const shows = fc.oneof(at, fc.constant('black' as const))
    fc.assert(
      fc.property(
        at,
        fc.integer({ min: 1, max: 8 }),
        shows,
        fc.integer({ min: 0, max: 4 }),
        (from, length, what, noise) => {
          const film = windowOf(what, { from, length, noise })
          const found = film.flatMap((one, frame): PictureEvidence[] => {
            const expected = (of: number): Signature | undefined => (of < 0 || of > 7 ? undefined : picture(of))
            const match = matchPicture({ frame, found: one, before: film[frame - 1], expected, black })
            return match ? [match] : []
          })
          const faults = judgePictures(found, { exact: false }).filter(({ kind }) => kind !== 'wrong')
          if (faults.length > 0) expect(isSuspect(film, black)).toBe(true)
          if (what === 'black') expect(faults.length).toBeGreaterThan(0)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('at which little moves is suspect, and so is one that repeats itself a few frames later', () => {
    expect(
      isSuspect(
        count(8).map((frame) => picture(1, 1, frame + 1)),
        black,
      ),
    ).toBe(true)
    expect(
      isSuspect(
        [0, 1, 2, 3, 2, 3, 4, 5].map((frame, at) => picture(frame, 1, at + 1)),
        black,
      ),
    ).toBe(true)
    expect(isSuspect([black], black)).toBe(true)
  })
})

describe('pictures', () => {
  it('that are the edit’s are never faulty, whatever it stands still on and however coarse the encoder is', () => {
    const scenes = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 20 })
    fc.assert(
      fc.property(scenes, fc.integer({ min: 0, max: 24 }), (edit, noise) => {
        expect(judge(edit, count(edit.length), { noise })).toEqual([])
      }),
      { numRuns: 40 },
    )
  })

  it('in which one frame was replaced by another are found, where the two differ', () => {
    const at = fc.integer({ min: 0, max: 19 })
    fc.assert(
      fc.property(at, at, (frame, shows) => {
        const faults = judge(count(20), count(20).with(frame, shows))
        if (frame === shows) expect(faults).toEqual([])
        else expect(faults).toMatchObject([{ frames: { from: frame, to: frame + 1 } }])
      }),
      { numRuns: 40 },
    )
  })

  it('are named by what is wrong with them', () => {
    const edit = count(30)
    expect(judge(edit, edit.with(7, 6))).toEqual([{ kind: 'frozen', frames: { from: 7, to: 8 }, shows: 6 }])
    expect(judge(edit, count(30).fill(9, 10, 14))).toEqual([{ kind: 'frozen', frames: { from: 10, to: 14 }, shows: 9 }])
    const early = count(30).map((frame) => (frame < 12 ? frame : Math.min(29, frame + 1)))
    expect(judge(count(30), early)).toEqual([{ kind: 'shifted', frames: { from: 12, to: 29 }, shift: 1 }])
    const shown: (number | 'black' | 'strange')[] = count(30)
    expect(judge(count(30), shown.with(3, 'black').with(4, 'black'))).toEqual([
      { kind: 'black', frames: { from: 3, to: 5 } },
    ])
    expect(judge(count(30), shown.with(3, 'strange'))).toMatchObject([{ kind: 'wrong', standing: false }])
  })

  it('of another film altogether are wrong, though nothing tells what this encoder does', () => {
    const strange = count(10).map(() => 'strange' as const)
    expect(judge(count(10), strange)).toMatchObject([{ kind: 'wrong', frames: { from: 0, to: 10 } }])
  })

  it('are one run across frames that nothing can be told of', () => {
    const still = count(12).map((frame) => (frame >= 4 && frame < 8 ? 4 : frame))
    const early = count(12).map((frame) => Math.min(11, frame + 1))
    expect(judge(still, early)).toEqual([{ kind: 'shifted', frames: { from: 0, to: 11 }, shift: 1 }])
  })

  it('of a lossless film must be the edit’s bit for bit', () => {
    expect(judge(count(5), count(5), { noise: 0, exact: true })).toEqual([])
    expect(judge(count(5), count(5), { noise: 0.1, exact: true })).toMatchObject([
      { kind: 'inexact', frames: { from: 0, to: 5 } },
    ])
  })
})

describe('sound', () => {
  const stereo = (length: number, at: (i: number) => number): Int16Array =>
    Int16Array.from({ length: 2 * length }, (_, i) => Math.round(at(Math.floor(i / 2)) * 8000))
  const noise = (i: number): number => 2 * chance(i) - 1
  const expected = (at: (i: number) => number): Int16Array =>
    stereo(SOUND_WINDOW + 2 * SOUND_REACH, (i) => at(i - SOUND_REACH))
  const found = (at: (i: number) => number): Int16Array => stereo(SOUND_WINDOW, at)

  it('is right, also when it is louder, and where a codec has changed it', () => {
    expect(matchSound({ found: found(noise), expected: expected(noise) })).toEqual({ kind: 'right' })
    const coded = (i: number): number => 0.5 * noise(i) + 0.1 * noise(i + 77_777)
    expect(matchSound({ found: found(coded), expected: expected(noise) })).toEqual({ kind: 'right' })
  })

  it('that comes early or late is found to the sample', () => {
    for (const samples of [-1001, 320]) {
      const late = found((i) => noise(i - samples))
      expect(matchSound({ found: late, expected: expected(noise) })).toEqual({ kind: 'offset', samples })
      expect(matchSound({ found: late, expected: expected(noise), hint: samples })).toMatchObject({ samples })
    }
    const within = found((i) => noise(i - 60))
    expect(matchSound({ found: within, expected: expected(noise) })).toEqual({ kind: 'right' })
  })

  it('that is silent, not asked for or another one is told from silence that is asked for', () => {
    const silence = (): number => 0
    expect(matchSound({ found: found(silence), expected: expected(noise) })).toEqual({ kind: 'silent' })
    expect(matchSound({ found: found(noise), expected: expected(silence) })).toEqual({ kind: 'unasked' })
    expect(matchSound({ found: found(silence), expected: expected(silence) })).toEqual({ kind: 'untold' })
    const other = found((i) => noise(i + 500_000))
    expect(matchSound({ found: other, expected: expected(noise) })).toEqual({ kind: 'wrong' })
  })

  it('that is off in the same way is one fault, across seconds that tell nothing', () => {
    const [late, later] = [320, 900].map((samples) => ({ kind: 'offset' as const, samples }))
    const [right, untold] = [{ kind: 'right' as const }, { kind: 'untold' as const }]
    if (!late || !later) return expect.fail()
    expect(judgeSound([right, late, untold, late, later, right])).toEqual([
      { kind: 'sound-offset', fromSeconds: 1, toSeconds: 4, offsetMs: 40 },
      { kind: 'sound-offset', fromSeconds: 4, toSeconds: 5, offsetMs: 112.5 },
    ])
  })
})

describe('a container', () => {
  const expectation: FilmExpectation = {
    frames: 100,
    rate: rational(30_000, 1001),
    tags: { codec_name: 'h264', pix_fmt: 'yuv420p', color_range: 'tv', color_space: 'bt709' },
    soundSeconds: (100 * 1001) / 30_000,
    exact: false,
  }
  const video: FilmVideoFacts = {
    stream: 0,
    timeBase: rational(1, 30_000),
    times: count(100).map((frame) => frame * 1001),
    keyframes: [0],
    reorder: 2,
    tags: { codec_name: 'h264', pix_fmt: 'yuv420p', color_range: 'tv', color_space: 'bt709' },
  }
  const audio = { stream: 1, seconds: 3.35, tags: {} }
  const facts = (change: Partial<FilmVideoFacts> = {}, seconds = audio.seconds): FilmFacts => ({
    container: 'mov',
    video: { ...video, ...change },
    audio: { ...audio, seconds },
  })

  it('may be right', () => {
    expect(checkFilm(facts(), expectation)).toEqual([])
    expect(checkHeaders(facts({ times: [] }), expectation)).toEqual([])
  })

  it('must hold every frame on the grid, to the tick where the tick can say it', () => {
    expect(checkFilm(facts({ times: video.times.slice(1) }), expectation)).toEqual([
      { kind: 'frame-count', found: 99, expected: 100 },
    ])
    const off = video.times.with(40, 40 * 1001 + 1)
    expect(checkFilm(facts({ times: off }), expectation)).toMatchObject([{ kind: 'off-grid', count: 1, first: 40 }])
    // Matroska counts in milliseconds: rounded is on the grid, two milliseconds off is not.
    const timeBase = rational(1, 1000)
    const rounded = count(100).map((frame) => Math.round((frame * 1001) / 30))
    expect(checkFilm(facts({ timeBase, times: rounded }), expectation)).toEqual([])
    const late = rounded.with(7, (rounded[7] ?? 0) + 2)
    expect(checkFilm(facts({ timeBase, times: late }), expectation)).toMatchObject([{ kind: 'off-grid', first: 7 }])
  })

  it('must say what was asked for; more bits are no fault, fewer are', () => {
    const tagged = (name: string, value: string) =>
      checkFilm(facts({ tags: { ...video.tags, [name]: value } }), expectation)
    expect(tagged('color_space', 'smpte170m')).toEqual([
      { kind: 'tag', name: 'color_space', found: 'smpte170m', expected: 'bt709' },
    ])
    expect(tagged('pix_fmt', 'yuv420p12le')).toEqual([])
    expect(tagged('pix_fmt', 'yuv422p')).toHaveLength(1)
    const deep = { ...expectation, tags: { pix_fmt: 'yuv422p10le' } }
    expect(checkFilm(facts({ tags: { pix_fmt: 'yuv422p' } }), deep)).toHaveLength(1)
    const { codec_name: codec, pix_fmt: pixels } = video.tags
    const silent = { codec_name: codec ?? '', pix_fmt: pixels ?? '' }
    expect(checkFilm(facts({ tags: silent }), expectation)).toEqual([
      { kind: 'tag', name: 'color_space', found: 'nothing', expected: 'bt709' },
    ])
  })

  it('must hold sound as long as the pictures, within a frame or a codec’s last packet', () => {
    expect(checkFilm(facts({}, 3.3367 - 0.033), expectation)).toEqual([])
    expect(checkFilm(facts({}, 3.3367 + 0.042), expectation)).toEqual([])
    for (const seconds of [3.3367 - 0.04, 3.3367 + 0.05]) {
      expect(checkFilm(facts({}, seconds), expectation)).toMatchObject([{ kind: 'sound-length' }])
    }
    expect(checkFilm({ ...facts(), audio: undefined }, expectation)).toEqual([{ kind: 'no-sound' }])
    expect(checkFilm({ ...facts(), video: undefined }, expectation)).toEqual([{ kind: 'no-pictures' }])
  })
})

describe('windows', () => {
  it('lie around every border, rise, do not touch, and stay in the film', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(lengths, (segmentFrames) => {
        let end = 0
        const segments = segmentFrames.map((frames) => [end, (end += frames)] as const)
        const windows = borderWindows(segments)
        const covered = new Set(windows.flatMap(({ from, to }) => count(to - from).map((i) => from + i)))
        for (const border of [0, ...segments.map(([, to]) => to)]) {
          for (let frame = border - BORDER_REACH; frame < border + BORDER_REACH; frame++) {
            if (frame >= 0 && frame < end) expect(covered.has(frame)).toBe(true)
          }
        }
        expect([...covered].every((frame) => frame >= 0 && frame < end)).toBe(true)
        windows.slice(1).forEach(({ from }, i) => expect(from).toBeGreaterThan(windows[i]?.to ?? 0))
      }),
    )
  })

  it('of a whole film are a partition of it, each as long as it may be', () => {
    const fits = ({ from, to }: { from: number; to: number }): boolean => to - from <= 30 || from >= 300
    const windows = wholeWindows(500, { most: 100, fits })
    expect(windows.map(({ from }) => from)).toEqual([0, ...windows.slice(0, -1).map(({ to }) => to)])
    expect(windows.at(-1)?.to).toBe(500)
    expect(windows.every((window) => fits(window) && window.to - window.from <= 100)).toBe(true)
  })
})

it('a fault is described with its place, its segments and who rendered them', () => {
  const context = {
    rate: rational(25),
    segments: [[0, 50] as const, [50, 100] as const, [100, 150] as const],
    renderedBy: (index: number) => ['ada', 'bob', undefined][index],
  }
  expect(describeFault({ kind: 'black', frames: { from: 48, to: 52 } }, context)).toEqual({
    kind: 'black',
    message: 'frames 48-51 at 00:00:01:23 are black, which the edit is not there (segments 0-1, rendered by ada, bob)',
    frames: { first: 48, last: 51 },
    segments: [
      { index: 0, renderedBy: 'ada' },
      { index: 1, renderedBy: 'bob' },
    ],
  })
  expect(describeFault({ kind: 'shifted', frames: { from: 120, to: 121 }, shift: -3 }, context)).toMatchObject({
    message:
      'frame 120 at 00:00:04:20 shows what belongs 3 frames earlier: the film has 3 frames too many before this place (segment 2)',
    segments: [{ index: 2 }],
  })
})
