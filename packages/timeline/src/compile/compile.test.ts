import { addRational, compareRational, divRational, mulRational, rational } from '@sheaf/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EditItem } from '../model/edit.js'
import { parsePreset } from '../preset/preset-text.js'
import { clipOf, editOf, steadyIndex } from '../testing/media-fixtures.js'
import { compileCompositor, countCompositorInputs } from './compile-compositor.js'
import { compileEncoder, segmentFile } from './compile-encoder.js'
import { resolveCall } from './ffmpeg-call.js'
import { fitInto, frameFormat, outputSize } from './frame-format.js'
import { sourceWindow, ticksFor } from './source-window.js'

const media = new Map([
  ['a', steadyIndex(500)],
  ['b', { ...steadyIndex(500), container: 'mpegts' }],
])
const format = frameFormat({ width: 640, height: 480 })
const edit = editOf([clipOf('a', 0, 100, rational(4)), { kind: 'gap', from: 100, to: 110 }, clipOf('b', 110, 200)])
const video = steadyIndex(500).video!
const seeThrough = new Map([['a', { ...steadyIndex(500), video: { ...video, alpha: 'straight' as const } }]])

describe('compileCompositor', () => {
  it('writes the graph for a window with a clip, a gap and a clip', () => {
    const call = compileCompositor({ edit, media, from: 40, to: 150, format, decodeThreads: 1 })
    expect([call.frames, call.frameBytes]).toEqual([110, 460_800])
    expect(call.inputs.map((input) => input.assetId)).toEqual(['a', 'b'])
    expect(resolveCall(call, { pathOf: (id) => `-${id}:%` })).toMatchInlineSnapshot(`
      [
        "-hide_banner",
        "-nostdin",
        "-v",
        "error",
        "-nostats",
        "-y",
        "-copyts",
        "-threads",
        "1",
        "-flags:v",
        "+bitexact",
        "-noautorotate",
        "-f",
        "mov",
        "-seek_timestamp",
        "1",
        "-noaccurate_seek",
        "-ss",
        "5.200000",
        "-protocol_whitelist",
        "file",
        "-i",
        "file:-a:%",
        "-threads",
        "1",
        "-flags:v",
        "+bitexact",
        "-noautorotate",
        "-f",
        "mpegts",
        "-protocol_whitelist",
        "file",
        "-i",
        "file:-b:%",
        "-filter_complex",
        "[0:0]trim=start_pts=70144:end_pts=103424,settb=expr=1/705600000,setpts=PTS-3951359999,fps=25:start_time=0:round=near,trim=end_pts=60,scale=640:360:flags=bicubic+accurate_rnd+bitexact:in_range=tv:out_range=tv:in_color_matrix=bt709:out_color_matrix=bt709,format=yuv420p,colormatrix=bt601:bt709,pad=640:480:0:60:black,setsar=1[v0];
      color=c=0x000000:s=640x480:r=25,trim=end_frame=1,format=gbrp,scale=flags=bicubic+accurate_rnd+bitexact:out_color_matrix=bt709:out_range=tv,format=yuv420p,setsar=1,loop=loop=10:size=1,trim=end_frame=10,settb=expr=1/25,setpts=N[v1];
      [1:0]trim=start_pts=0:end_pts=21504,settb=expr=1/705600000,setpts=PTS+1,fps=25:start_time=0:round=near,trim=end_pts=40,scale=640:360:flags=bicubic+accurate_rnd+bitexact:in_range=tv:out_range=tv:in_color_matrix=bt709:out_color_matrix=bt709,format=yuv420p,colormatrix=bt601:bt709,pad=640:480:0:60:black,setsar=1[v2];
      [v0][v1][v2]concat=n=3:v=1:a=0,settb=expr=1/25,setpts=N[v3];
      [v3]settb=expr=1/25,setpts=N,format=yuv420p[out]",
        "-map",
        "[out]",
        "-frames:v",
        "110",
        "-fps_mode",
        "passthrough",
        "-enc_time_base",
        "1:1000000",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "yuv420p",
        "pipe:1",
      ]
    `)
  })

  it('takes the graph from a file when asked to', () => {
    const call = compileCompositor({ edit, media, from: 0, to: 50, format })
    const args = resolveCall(call, { pathOf: () => '/x', graphFile: '/tmp/graph' })
    expect(args.slice(call.graphArgIndex - 1, call.graphArgIndex + 1)).toEqual(['-filter_complex_script', '/tmp/graph'])
    expect(countCompositorInputs({ edit, media, format, from: 99, to: 111 })).toBe(2)
  })

  it('refuses what would take for ever to plan', () => {
    const whole = { from: 0, to: 20 }
    const fade = (level: number): EditItem => {
      const gap = { kind: 'gap', ...whole } as const
      return {
        kind: 'transition',
        ...whole,
        whole,
        style: 'dissolve',
        out: clipOf('a', 0, 20),
        in: gap,
        where: `${level}`,
      }
    }
    const video = Array.from({ length: 40 }, (_, level) => ({ name: `V${level}`, items: [fade(level)] }))
    const heavy = { ...editOf([clipOf('a', 0, 20)]), video }
    expect(() => countCompositorInputs({ edit: heavy, media: seeThrough, format, from: 0, to: 5 })).toThrow(
      /frames 0-19: too many transitions/,
    )
  })

  it('refuses a window that is not in the edit', () => {
    expect(() => compileCompositor({ edit, media, from: 0, to: 201, format })).toThrow(RangeError)
    expect(() => compileCompositor({ edit, media: new Map(), from: 0, to: 1, format })).toThrow(/no pictures for a/)
  })
})

describe('sourceWindow', () => {
  it('holds every picture that its frames show, and a keyframe to start from', () => {
    const rates = fc.constantFrom(
      rational(24),
      rational(25),
      rational(30000, 1001),
      rational(60),
      rational(1_000_000, 66_667),
    )
    fc.assert(
      fc.property(rates, fc.nat(300), fc.nat(150), fc.nat(100), (rate, startFrame, a, length) => {
        const clip = clipOf('a', 7, 400, rational(startFrame, 30))
        const [from, to] = [7 + a, 8 + a + length]
        const window = sourceWindow({ from: clip.from, ...clip.content }, { from, to, rate, container: 'mov', video })
        for (const frame of [from, to - 1]) {
          // Dumb: the last picture that begins before the middle of the frame.
          const middle = addRational(clip.content.start, divRational(rational(2 * (frame - 7) + 1, 2), rate))
          let shown = 0
          for (let i = 0; i < 500; i++) if (compareRational(rational(i, 25), middle) < 0) shown = i
          expect(shown * 512).toBeGreaterThanOrEqual(window.startPts)
          if (window.endPts !== undefined) expect((shown + 1) * 512).toBeLessThan(window.endPts)
        }
        const seek = Math.round(Number(window.seekSeconds ?? 0) * 25e6) / 1e6
        expect(seek % 10).toBe(0)
        expect(seek).toBeLessThanOrEqual(window.startPts / 512)
      }),
    )
  })

  it('counts in ticks of which every frame has a whole number', () => {
    for (const rate of [rational(25), rational(24000, 1001), rational(1_000_000, 66_667), rational(12, 7)]) {
      const { perSecond, perFrame } = ticksFor(rate)
      expect(divRational(rational(perSecond), rate)).toEqual(rational(perFrame))
      expect(perSecond).toBeLessThan(2 ** 31)
    }
  })
})

describe('picture sizes', () => {
  it.each([
    [1920, 1080, rational(1), { width: 640, height: 360, x: 0, y: 60 }],
    [320, 240, rational(1), { width: 640, height: 480, x: 0, y: 0 }],
    [200, 400, rational(1), { width: 240, height: 480, x: 200, y: 0 }],
    [720, 576, rational(64, 45), { width: 640, height: 360, x: 0, y: 60 }],
  ])('fits %dx%d with pixels of %j', (width, height, sar, place) => {
    expect(fitInto({ ...video, width, height, sar }, format)).toEqual(place)
  })

  it('keeps the aspect to within two pixels, inside the canvas, on even numbers', () => {
    const side = fc.integer({ min: 16, max: 4000 })
    fc.assert(
      fc.property(side, side, side, side, (width, height, w, h) => {
        const canvas = { width: w + (w % 2), height: h + (h % 2) }
        const place = fitInto({ ...video, width, height }, canvas)
        for (const value of Object.values(place)) expect(value % 2).toBe(0)
        expect(place.x + place.width).toBeLessThanOrEqual(canvas.width)
        expect(place.y + place.height).toBeLessThanOrEqual(canvas.height)
        const ideal = mulRational(rational(place.height), rational(width, height))
        const idealHeight = mulRational(rational(place.width), rational(height, width))
        const off = Math.min(
          Math.abs(place.width - ideal.num / ideal.den),
          Math.abs(place.height - idealHeight.num / idealHeight.den),
        )
        expect(off).toBeLessThanOrEqual(2)
      }),
    )
  })

  it('takes the size of the first clip', () => {
    expect(outputSize(edit, media)).toEqual({ width: 640, height: 360 })
    expect(() => frameFormat({ width: 641, height: 360 })).toThrow(RangeError)
  })
})

describe('compileEncoder', () => {
  it('pins everything that the bytes depend on', () => {
    const args = compileEncoder({
      preset: parsePreset('h264:crf=21,speed=fast'),
      format,
      frames: 48,
      rate: rational(24000, 1001),
      output: '-o.mp4',
    })
    expect(args.join(' ')).toMatchInlineSnapshot(
      `"-hide_banner -nostdin -v error -nostats -y -f rawvideo -pixel_format yuv420p -video_size 640x480 -framerate 24000/1001 -i pipe:0 -map 0:v:0 -frames:v 48 -fps_mode passthrough -c:v libx264 -crf 21 -preset fast -threads 4 -x264-params cpu-independent=1:stitchable=1 -g 250 -bf 3 -flags:v +bitexact+cgop -color_range tv -colorspace bt709 -color_primaries bt709 -color_trc bt709 -map_metadata -1 -fflags +bitexact -video_track_timescale 24000 -f mp4 file:-o.mp4"`,
    )
  })

  it.each([
    [rational(24), 12288],
    [rational(25), 12800],
    [rational(30000, 1001), 30000],
  ])('at %j counts %d ticks a second', (rate, timescale) => {
    expect(segmentFile(parsePreset('ffv1'), rate)).toEqual({ container: 'mov', extension: '.mov', timescale })
  })
})
