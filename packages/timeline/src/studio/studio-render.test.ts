import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkMediaAgainstEdit } from '../media/check-media.js'
import type { MediaState } from '../media/media-state.js'
import type { Edit } from '../model/edit.js'
import { settleEdit } from '../model/settle-edit.js'
import { bindMedia } from '../model/walk-edit.js'
import { hasFfmpeg } from '../testing/ffmpeg.js'
import { clip, external, gap, showing, time, timeline, track, turn, warp } from '../testing/otio-builder.js'
import { hashesOf, PictureStudio } from '../testing/picture-studio.js'
import { readProject } from '../testing/studio-asserts.js'
import {
  editorClip,
  editorTrack,
  type Fields,
  frontClip,
  poolItem,
  projectSchema,
  savedMedium,
  schemaTrack,
  sequence,
  serdeClip,
  tls,
  tlsp,
} from '../testing/studio-builder.js'

const canvas = { width: 96, height: 54 }
const resolution = [canvas.width, canvas.height]

// Real processes on a machine that may be busy: the limit only ends a hang.
describe.runIf(hasFfmpeg())('pictures of projects of Timeline Studio', { timeout: 180_000 }, () => {
  const studio = new PictureStudio(canvas)

  beforeAll(() => {
    const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p']
    studio.make('a.mp4', 'testsrc2=r=25:s=96x54:d=3', [...h264, '-g', '12', '-bf', '2'])
    studio.make('b.mp4', 'testsrc2=r=30:s=96x54:d=3,hue=h=90', [...h264, '-g', '30'])
    studio.make('w.mp4', 'color=c=white:r=25:s=96x54:d=1', h264)
    studio.make('tall.mp4', 'color=c=white:r=25:s=32x54:d=1', h264)
  }, 120_000)
  afterAll(() => {
    studio.close()
  })

  /** A project as it would be rendered: settled, checked, bound. */
  const prepared = (text: string): Edit => {
    const { edit, targets } = readProject(text)
    const names = new Map(targets.map(({ path }) => [path, path.split('/').at(-1) ?? path]))
    const states = new Map(
      [...names].map(([path, name]): [string, MediaState] => {
        const index = studio.media.get(name)
        return [path, index ? { state: 'indexed', index } : { state: 'missing' }]
      }),
    )
    const settled = settleEdit(edit, { canvas, media: states })
    expect(checkMediaAgainstEdit(settled, states)).toEqual([])
    return bindMedia(settled, names)
  }
  const hashes = (edit: Edit): string[] => hashesOf(studio.render(edit))

  const of = (name: string, more: object = {}): object => ({ ...showing(external(name)), ...more })
  /** The same edit in OpenTimelineIO: a gap, a dissolve, twice the speed, something over it. */
  const equal = (reversed: boolean): string =>
    timeline([
      track([
        gap(5),
        clip('a', 10, 20, of('a.mp4')),
        turn(5, 5),
        clip('b', 20, 15, of('b.mp4')),
        clip('c', 8, 10, { ...of('a.mp4'), ...warp(reversed ? -2 : 2) }),
      ]),
      track([gap(30), clip('d', 2, 6, of('b.mp4'))]),
    ])

  let known: string[] | undefined
  /** Those of the equal edit whose fast clip runs backwards; they are not all one picture. */
  const reversed = (): string[] => {
    known ??= hashes(prepared(equal(true)))
    expect(new Set(known).size).toBeGreaterThan(30)
    return known
  }

  const clips: readonly (readonly [string, number, number, number, number])[] = [
    ['a', 5, 25, 10, 1],
    ['b', 25, 40, 20, 1],
    ['c', 40, 50, 8, 2],
  ]
  const fileOf = (id: string): string => `/media/${id === 'b' || id === 'd' ? 'b' : 'a'}.mp4`

  it('of a ProjectSchema of the front end are those of the equal edit', () => {
    const seconds = (id: string, from: number, to: number, source: number, speed: number): Fields =>
      frontClip(id, [from / 25, to / 25], {
        ...{
          source_path: fileOf(id),
          source_start: source / 25,
          source_end: (source + (to - from) * speed) / 25,
          speed,
        },
      })
    const transitions = [
      {
        ...{ id: 't', transition_type: 'fade', name: 'Fade', tags: [], parameters: {} },
        ...{ duration: { current: 0.4 }, start_time: 0.8, from_clip_id: 'a', to_clip_id: 'b' },
      },
    ]
    const tracks = [schemaTrack('Video', [...clips.map((one) => seconds(...one)), seconds('d', 30, 36, 2, 1)])]
    const edit = prepared(projectSchema(tracks, { transitions, timeline: { fps: 25, resolution } }))
    expect(hashes(edit)).toEqual(hashes(prepared(equal(false))))
  })

  it('of a ProjectSchema of the compiler are those of the equal edit', () => {
    const rated = { settings: { export: {}, frame_rate: 29.97 }, timeline: { fps: 29, resolution } }
    const at = (frame: number): number => (frame * 1001) / 30000
    const one = serdeClip('a', [at(0), at(10)], {
      source: { File: '/media/a.mp4' },
      source_start: 0.2,
      source_end: 0.2 + at(10),
    })
    const two = serdeClip('b', [at(13), at(20)], { source: { File: '/media/b.mp4' } })
    const otio = timeline(
      [
        track([
          clip('a', 0, 10, { ...of('a.mp4'), source_range: { start_time: time(5, 25), duration: time(10, 29.97) } }),
          { OTIO_SCHEMA: 'Gap.1', source_range: { start_time: time(0, 29.97), duration: time(3, 29.97) } },
          clip('b', 0, 7, { ...of('b.mp4'), source_range: { start_time: time(0, 30), duration: time(7, 29.97) } }),
        ]),
      ],
      { global_start_time: time(0, 29.97) },
    )
    const edit = prepared(projectSchema([schemaTrack('Video', [one, two])], rated))
    expect(edit.frames).toBe(20)
    expect(hashes(edit)).toEqual(hashes(prepared(otio)))
  })

  const editorClips = clips.map(([id, from, to, source, speed]) =>
    editorClip(id, [from / 25, (to - from) / 25], {
      ...{
        mediaId: fileOf(id),
        mediaStartTime: source / 25,
        mediaEndTime: (source + (to - from) * speed) / 25,
        offset: source / 25,
      },
      ...{ speed, isReversed: speed === 2 },
      transitions:
        id === 'a' ? [{ id: 't', transitionId: 'dissolve', duration: 0.4, type: 'cross', isEnabled: true }] : [],
    }),
  )
  const over = editorClip('d', [1.2, 0.24], {
    mediaId: '/media/b.mp4',
    mediaStartTime: 0.08,
    mediaEndTime: 0.32,
    offset: 0.08,
  })
  const media = ['/media/a.mp4', '/media/b.mp4']

  it('of a .tlsp are those of the equal edit, nested too', () => {
    const items = media.map((path) => poolItem(path, { source: { path } }))
    const settings = { resolution: canvas, frameRate: 25 }
    const inner = sequence('inner', [editorTrack('video', editorClips), editorTrack('video', [over])], { settings })
    const expected = reversed()
    expect(hashes(prepared(tlsp([inner], items)))).toEqual(expected)
    const whole = editorClip('n', [0, 2], { mediaId: 'inner' })
    const outer = sequence('outer', [editorTrack('video', [whole])], { settings })
    expect(hashes(prepared(tlsp([outer, inner], items)))).toEqual(expected)
  })

  it('of a .tls are those of the equal edit', () => {
    const saved = media.map((path) => savedMedium(path, { originalPath: path }))
    const tracks = [editorTrack('video', editorClips), editorTrack('video', [over])]
    const text = tls({ tracks, resources: [] }, saved, { settings: { resolution: '96x54', frameRate: '25' } })
    expect(hashes(prepared(text))).toEqual(reversed())
  })

  /** Where a white picture is seen: brightness at points of the canvas, in eighths and halves. */
  const seen = (edit: Edit, ...points: readonly (readonly [number, number])[]): boolean[] => {
    const [picture] = studio.render(edit, 0, 1)
    return points.map(([x, y]) => (picture ? studio.luma(picture, Math.floor(x * 96), Math.floor(y * 54)) : 0) > 128)
  }

  it('lie in the cells of layouts, whatever their shape', () => {
    const cells = ['Contain', 'Cover', 'Stretch'].map((fit_mode, index) => ({
      ...{ index, x: 50, y: 0, width: 50, height: 100, fit_mode, align_x: 'Center', align_y: 'Center' },
    }))
    const inCell = (file: string, cell: number): Edit =>
      prepared(
        projectSchema(
          [
            schemaTrack('Video', [
              frontClip('w', [0, 0.2], { source_path: file, template_id: 't', template_cell: cell }),
            ]),
          ],
          {
            ...{ timeline: { fps: 25, resolution }, templates: [{ id: 't', cells }] },
          },
        ),
      )
    const points = [
      [0.4, 0.5],
      [0.55, 0.5],
      [0.75, 0.5],
      [0.75, 0.05],
      [0.95, 0.95],
    ] as const
    expect(seen(inCell('/media/w.mp4', 0), ...points)).toEqual([false, true, true, false, false])
    expect(seen(inCell('/media/w.mp4', 1), ...points)).toEqual([false, true, true, true, true])
    expect(seen(inCell('/media/tall.mp4', 0), ...points)).toEqual([false, false, true, true, false])
    expect(seen(inCell('/media/tall.mp4', 2), ...points)).toEqual([false, true, true, true, true])
  })

  it('are cropped by pixels of their media, moved, and put into boxes', () => {
    const schema = (more: Fields, file = 'w'): Edit =>
      prepared(
        projectSchema([schemaTrack('Video', [serdeClip(file, [0, 0.2], more)])], { timeline: { fps: 25, resolution } }),
      )
    const points = [
      [0.1, 0.5],
      [0.4, 0.5],
      [0.6, 0.5],
      [0.9, 0.5],
    ] as const
    expect(seen(schema({ crop: { left: 24, top: 0, right: 24, bottom: 0 } }), ...points)).toEqual([
      false,
      true,
      true,
      false,
    ])
    // The tall picture is 32 pixels wide and lies on the middle third.
    expect(seen(schema({ crop: { left: 16, top: 0, right: 0, bottom: 0 } }, 'tall'), ...points)).toEqual([
      false,
      false,
      true,
      false,
    ])
    expect(seen(schema({ transform: { position_x: 0.5, position_y: 0 } }), ...points)).toEqual([
      false,
      false,
      true,
      true,
    ])
    const position = { x: 0.25, y: 0.5, width: 0.5, height: 1, rotation: 0, scaleX: 1, scaleY: 1 }
    const boxed = tlsp(
      [
        sequence('s', [editorTrack('video', [editorClip('w', [0, 0.2], { position })])], {
          settings: { resolution: canvas, frameRate: 25 },
        }),
      ],
      [poolItem('w')],
    )
    expect(seen(prepared(boxed), [0.1, 0.5], [0.4, 0.3], [0.4, 0.1], [0.6, 0.5])).toEqual([true, true, false, false])
  })

  it('fade by the frame, the same in every window', () => {
    const clipOf = editorClip('w', [0, 0.8], {
      fadeIn: { duration: 0.4 },
      fadeOut: { duration: 0.2, type: 'cosine' },
      opacity: 1,
    })
    const text = tlsp(
      [sequence('s', [editorTrack('video', [clipOf])], { settings: { resolution: canvas, frameRate: 25 } })],
      [poolItem('w')],
    )
    const edit = prepared(text)
    const pictures = studio.render(edit)
    const levels = pictures.map((picture) => studio.luma(picture, 48, 27))
    for (const [frame, level] of levels.slice(0, 10).entries())
      expect(Math.abs(level - (16 + 21.9 * frame))).toBeLessThan(2)
    expect(levels.slice(10, 16).every((level) => level >= 234)).toBe(true)
    for (const frame of [1, 2, 3, 4]) {
      const share = (1 + Math.cos((Math.PI * frame) / 5)) / 2
      expect(Math.abs((levels[15 + frame] ?? 0) - (16 + 219 * share))).toBeLessThan(2)
    }
    expect(
      hashesOf([...studio.render(edit, 0, 7), ...studio.render(edit, 7, 18), ...studio.render(edit, 18, 20)]),
    ).toEqual(hashesOf(pictures))
  })

  it('come without the sound that their media do not hold', () => {
    expect(readProject(projectSchema([schemaTrack('Video', [serdeClip('w', [0, 1])])])).edit.audio).toHaveLength(1)
    expect(prepared(projectSchema([schemaTrack('Video', [serdeClip('w', [0, 1])])])).audio).toEqual([])
  })
})
