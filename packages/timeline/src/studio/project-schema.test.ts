import { rational } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { picturesOf, readProject, refusalsOf, soundsOf, spansOf } from '../testing/studio-asserts.js'
import { type Fields, frontClip, projectSchema, schemaTrack, serdeClip } from '../testing/studio-builder.js'

const video = (...clips: readonly Fields[]): Fields => schemaTrack('Video', clips)
const settings = (more: Fields): Fields => ({ settings: { export: { format: 'Mp4', ffmpeg_args: [] }, ...more } })

describe.each([
  ['of the compiler', serdeClip],
  ['of the front end', frontClip],
])('a ProjectSchema in the dialect %s', (_, clip) => {
  it('places clips where they say, with the gaps between them', () => {
    const later = clip('b', [2, 3], { source_start: 0.4, source_end: 1.4 })
    const { edit, size, targets } = readProject(projectSchema([video(later, clip('a', [0.4, 1.2]))]))
    expect(edit).toMatchObject({ name: 'film', rate: rational(25), frames: 75 })
    expect(size).toEqual({ width: 128, height: 72 })
    expect(spansOf(edit.video[0]?.items)).toEqual([
      ['gap', 0, 10],
      ['clip', 10, 30],
      ['gap', 30, 50],
      ['clip', 50, 75],
    ])
    expect(edit.video[0]?.items[3]).toMatchObject({
      name: 'b.mp4',
      where: 'track V1 item 1 "b.mp4" at 00:00:02:00',
      content: { kind: 'media', media: '/media/b.mp4', start: rational(2, 5), speed: rational(1) },
    })
    expect(targets.map(({ path, relative, uses }) => [path, relative, uses.length])).toEqual([
      ['/media/a.mp4', false, 2],
      ['/media/b.mp4', false, 2],
    ])
  })

  it('lets clips on tracks of pictures be heard, unless a track of sound has their sound', () => {
    const sound = schemaTrack('Audio', [clip('b', [1, 2]), clip('m', [2, 3])])
    const { edit } = readProject(projectSchema([video(clip('a', [0, 1]), clip('b', [1, 2])), sound]))
    expect(edit.audio.map(({ name, items }) => [name, spansOf(items).filter(([kind]) => kind === 'clip')])).toEqual([
      ['V1', [['clip', 0, 25]]],
      [
        'A1',
        [
          ['clip', 25, 50],
          ['clip', 50, 75],
        ],
      ],
    ])
    expect(edit.audio[0]?.items[0]).toMatchObject({ content: { media: '/media/a.mp4', ifAny: true } })
    expect(edit.audio[1]?.items[1]).not.toHaveProperty('content.ifAny')
  })

  it('runs clips at their speed for as long as they lie, and says when their source says otherwise', () => {
    const fast = clip('a', [0, 2], { speed: 2, source_start: 1, source_end: 5 })
    const cut = clip('b', [2, 4], { speed: 2, source_end: 2 })
    const read = readProject(projectSchema([video(fast, cut)]))
    expect(picturesOf(read).map(({ from, to, content }) => ({ from, to, content }))).toMatchObject([
      { from: 0, to: 50, content: { speed: rational(2), start: rational(1) } },
      { from: 50, to: 100, content: { speed: rational(2), start: rational(0) } },
    ])
    expect(read.report.warnings).toEqual([
      'track V1 item 2 "b.mp4" at 00:00:02:00 lasts 2.000 s at 2 times its speed; its source_end of 2.000 s is taken for 4.000 s',
    ])
  })

  it('snaps seconds to frames once, and says what was far off', () => {
    const read = readProject(projectSchema([video(clip('a', [0.0201, 1.0199]), clip('b', [1.02, 2.001]))]))
    expect(picturesOf(read).map(({ from, to }) => [from, to])).toEqual([
      [1, 25],
      [26, 50],
    ])
    expect(read.report.warnings).toHaveLength(3)
    expect(read.report.warnings[0]).toBe(
      'track V1 item 1 "a.mp4" at 00:00:00:01 begins 0.50 frames off the grid; it is moved to frame 1',
    )
  })

  it('lays what overlaps on one track over what began before it', () => {
    const read = readProject(projectSchema([video(clip('a', [0, 2]), clip('b', [1, 3]), clip('c', [2.4, 4]))]))
    expect(read.edit.video.map(({ name, items }) => [name, spansOf(items)])).toEqual([
      [
        'V1',
        [
          ['clip', 0, 50],
          ['gap', 50, 60],
          ['clip', 60, 100],
        ],
      ],
      [
        'V1-2',
        [
          ['gap', 0, 25],
          ['clip', 25, 75],
          ['gap', 75, 100],
        ],
      ],
    ])
    expect(read.report.warnings).toEqual([
      'track V1 item 2 "b.mp4" at 00:00:01:00 overlaps "a.mp4" before it by 25 frames; it lies over it',
    ])
  })

  it('leaves out tracks that are switched off, with a word, and keeps their numbers', () => {
    const off = schemaTrack('Video', [clip('a', [0, 9])], { enabled: false })
    const read = readProject(projectSchema([off, video(clip('b', [0, 1]))]))
    expect(read.edit.video.map(({ name }) => name)).toEqual(['V2'])
    expect(read.report.warnings).toEqual(['track V1 "Video" is switched off; it is not rendered'])
  })

  it('refuses clips that cannot be placed, all of them at once', () => {
    const bad = [
      clip('a', [1, 1]),
      clip('b', [-1, 1]),
      clip('c', [0, 1], { speed: 0 }),
      clip('d', [0, 1], { source_path: '', source: { Stream: 'rtmp://host/live' } }),
      clip('e', [0, 1], { source_path: '', source: { Device: 'camera' } }),
      clip('f', [0, 1], { source_path: '', source: 'Generated' }),
      clip('g', [0, 1], { source_path: '', source: null }),
      clip('h', [0, 1], { source_path: 'https://host/a.mp4', source: { File: 'https://host/a.mp4' } }),
    ]
    const text = projectSchema(bad.map((one) => video(one)))
    expect(refusalsOf(text).map((one) => one.replace(/^track V(\d) .*?: /, '$1: '))).toEqual([
      '1: a clip whose times are none, negative, or end before they begin (hard)',
      '2: a clip whose times are none, negative, or end before they begin (hard)',
      '3: a speed of 0; 1/100 to 100 are possible (hard)',
      '4: a medium that is a stream (rtmp://host/live); only files are read (hard)',
      '5: a medium that is a device (camera); only files are read (hard)',
      '6: a picture that is generated (the project does not say how)',
      '7: a clip without a medium (hard)',
      '8: a medium behind https:// (only files are read) (hard)',
    ])
  })
})

describe('a ProjectSchema', () => {
  it.each([
    [{ frame_rate: 23.97 }, rational(24000, 1001)],
    [{ frame_rate: '23.97' }, rational(24000, 1001)],
    [{ frame_rate: 29.97 }, rational(30000, 1001)],
    [{ frame_rate: 59.94 }, rational(60000, 1001)],
    [{ frame_rate: 50 }, rational(50)],
    [{}, rational(25)],
  ])('with the settings %j runs at %j', (more, rate) => {
    const { edit } = readProject(projectSchema([video(serdeClip('a', [0, 1]))], settings(more)))
    expect(edit.rate).toEqual(rate)
  })

  it('says when its two rates and its two sizes disagree, and needs one rate', () => {
    const more = settings({ frame_rate: 50, resolution: { width: 64, height: 36 } })
    const read = readProject(projectSchema([video(serdeClip('a', [0, 1]))], more))
    expect([read.edit.rate, read.size]).toEqual([rational(50), { width: 128, height: 72 }])
    expect(read.report.warnings).toEqual([
      'settings.frame_rate is 50 and timeline.fps 25; 50 frames a second are rendered',
      'timeline.resolution is 128x72 and settings.resolution 64x36; the first is rendered',
    ])
    expect(() => readProject(projectSchema([], { timeline: { fps: 0 } }))).toThrow('no frame rate')
  })

  it('hears clips as loud as they and their tracks say, and the stream of sound that they name', () => {
    const loud = schemaTrack(
      'Audio',
      [frontClip('a', [0, 1], { volume: 0.5 }), serdeClip('b', [1, 2], { audio_track_index: 1 })],
      {
        volume: 1.5,
      },
    )
    const sounds = soundsOf(readProject(projectSchema([loud])))
    expect(sounds[0]?.level).toEqual({ gain: 0.75, pan: 0 })
    expect(sounds[1]).toMatchObject({ level: { gain: 1.5, pan: 0 }, content: { sound: 1 } })
    const silent = schemaTrack('Audio', [frontClip('a', [0, 1], { volume: 0 })])
    expect(readProject(projectSchema([video(serdeClip('v', [0, 1])), silent])).edit.audio).toHaveLength(1)
    const negative = schemaTrack('Audio', [frontClip('a', [0, 1], { volume: -1 })], { volume: 40 })
    expect(refusalsOf(projectSchema([negative]))).toEqual([
      'track A1 item 1 "a.mp4" at 00:00:00:00: a volume of -1 (hard)',
    ])
  })

  it('lays clips as their opacity, colours, crop and transform say', () => {
    const neutral = { hue: 0, gamma: 1, highlights: 0, whites: 0, blacks: 0 }
    const clip = serdeClip('a', [0, 1], {
      opacity: 0.5,
      color_correction: { brightness: 0.1, contrast: 1.2, saturation: 1, shadows: -0.5, ...neutral },
      crop: { left: 10, top: 20, right: 30, bottom: 0 },
      transform: {
        scale_x: 1.5,
        scale_y: 0.5,
        position_x: 0.25,
        position_y: 0,
        rotation: 45,
        anchor_x: 0,
        anchor_y: 1,
      },
    })
    const read = readProject(projectSchema([video(clip)]))
    expect(picturesOf(read)[0]?.look).toEqual({
      effects: [{ id: 'colour-correction', parameters: { brightness: 0.1, contrast: 1.2, shadows: -0.5 } }],
      opacity: 0.5,
      place: { x: 0.25, y: 0, scaleX: 1.5, scaleY: 0.5, rotation: 45, anchorX: 0, anchorY: 1 },
      fit: { cropPixels: { left: 10, top: 20, right: 30, bottom: 0 } },
    })
    expect(read.report.warnings).toEqual([
      'track V1 item 1 "a.mp4" at 00:00:00:00: its position of 0.25, 0 is taken for parts of the picture',
    ])
    const pixels = serdeClip('a', [0, 1], { transform: { position_x: 32, position_y: -18 } })
    expect(picturesOf(readProject(projectSchema([video(pixels)])))[0]?.look?.place).toMatchObject({ x: 0.25, y: -0.25 })
    const plain = serdeClip('a', [0, 1], { crop: { left: 0, top: 0, right: 0, bottom: 0 }, transform: { scale_x: 1 } })
    expect(picturesOf(readProject(projectSchema([video(plain)])))[0]?.look).toBeUndefined()
  })

  it('puts clips into the cells of layouts', () => {
    const cell = {
      index: 1,
      x: 50,
      y: 0,
      width: 50,
      height: 100,
      fit_mode: 'Cover',
      align_x: 'Left',
      align_y: 'Bottom',
    }
    const templates = [{ id: 't', cells: [{ ...cell, index: 0 }, cell, { ...cell, index: 2, fit_mode: 'Fill' }] }]
    const inCell = (more: Fields): string =>
      projectSchema([video(frontClip('a', [0, 1], { template_id: 't', ...more }))], { templates })
    const box = { x: 0.5, y: 0, width: 0.5, height: 1, how: 'cover', alignX: 0, alignY: 1 }
    expect(picturesOf(readProject(inCell({ template_cell: 1 })))[0]?.look).toEqual({ fit: { box } })
    expect(refusalsOf(inCell({ template_cell: 2 }))[0]).toContain(
      'cell 2 of the layout "t" that fits its picture by "Fill"',
    )
    expect(refusalsOf(inCell({ template_position: 9 }))[0]).toContain(
      'cell 9 of the layout "t", which the project does not hold',
    )
  })

  const effect = (id: string, effect_type: string, parameters: Fields, more: Fields = {}): Fields => ({
    ...{ id, effect_type, name: id, tags: [], enabled: true, parameters },
    ...more,
  })

  it('takes effects and filters of the whitelist, with parameters in either dialect', () => {
    const effects = [
      effect('e1', 'Blur', { radius: { type: 'Float', value: 3.6 } }),
      effect('e2', 'Grayscale', {}),
      effect('e3', 'HueRotate', { angle: { Int: 90 } }),
      effect('off', 'Neon', {}, { enabled: false }),
    ]
    const filters = [
      {
        id: 'f1',
        filter_type: 'Brightness',
        name: 'warm',
        enabled: true,
        intensity: 1,
        parameters: { brightness: 0.1, contrast: 1.2, temperature: 0 },
      },
      { id: 'f2', filter_type: 'Custom', name: 'none', enabled: true, intensity: 0, parameters: {} },
    ]
    const clip = serdeClip('a', [0, 1], { effects: ['e1', 'e2', 'off'], filters: ['f1', 'f2'] })
    const track = schemaTrack('Video', [clip], { effects: ['e3'] })
    expect(picturesOf(readProject(projectSchema([track], { effects, filters })))[0]?.look?.effects).toEqual([
      { id: 'blur', parameters: { radius: 0.05 } },
      { id: 'grayscale', parameters: {} },
      { id: 'colour-correction', parameters: { brightness: 0.1, contrast: 1.2 } },
      { id: 'colour-correction', parameters: { hue: 90 } },
    ])
  })

  it('names effects that are not in the whitelist, are not there, or carry commands, with their place', () => {
    const effects = [
      effect('e1', 'Neon', {}),
      effect('e2', 'Blur', { steps: { Int: 2 } }),
      effect('e3', 'Blur', { radius: { String: 'big' } }),
      effect('e4', 'Brightness', { value: { Float: 9 } }),
      effect('e5', 'Sepia', {}, { ffmpeg_command: 'movie=/etc/passwd' }),
      effect('e6', 'Sepia', {}, { start_time: 0.5, end_time: 1 }),
    ]
    const filters = [
      {
        id: 'f1',
        filter_type: 'Custom',
        name: 'own',
        enabled: true,
        intensity: 1,
        parameters: {},
        custom_filter: '[in]movie=x[out]',
      },
      { id: 'f2', filter_type: 'Contrast', name: 'half', enabled: true, intensity: 0.5, parameters: { contrast: 2 } },
    ]
    const use = { effects: ['e1', 'e2', 'e3', 'e4', 'e5', 'e6', 'gone'], filters: ['f1', 'f2'] }
    const text = projectSchema([video(serdeClip('a', [0, 1], use))], { effects, filters })
    expect(refusalsOf(text).map((one) => one.replace(/^track V1 item 1 "a.mp4" at 00:00:00:00: /, ''))).toEqual([
      'the effect "e1" (Neon)',
      'the effect "e2" (Blur) with the parameter "steps"',
      'the effect "e3" (Blur) with "radius" that is no number',
      'the effect "e4" (Brightness): the effect colour-correction with brightness 9, which may be -1 to 1',
      'ffmpeg_command of the effect "e5" (never run)',
      'the effect "e6" on a part of its clip',
      'the effect "gone", which the project does not hold',
      'custom_filter of the effect "own" (never run)',
      'the effect "own" (Custom)',
      'the filter "half" at an intensity of 0.5',
    ])
    const read = readProject(text, true)
    expect(picturesOf(read)[0]?.look).toEqual({ effects: [{ id: 'sepia', parameters: {} }] })
    expect(read.report.warnings).toHaveLength(10)
  })

  const transition = (more: Fields): Fields => ({
    ...{ id: 't', transition_type: 'fade', name: 'Fade', tags: [], parameters: {} },
    ...{
      duration: { min: 0.1, max: 2, default: 1, current: 0.4 },
      start_time: 0.8,
      from_clip_id: 'a',
      to_clip_id: 'b',
    },
    ...more,
  })
  const two = [
    video(
      frontClip('a', [0, 1], { source_start: 1, source_end: 2 }),
      frontClip('b', [1, 2], { source_start: 1, source_end: 2 }),
    ),
  ]

  it.each([
    [{}, 'dissolve'],
    [{ transition_type: 'wipe-left', name: 'x' }, 'wipe-left'],
    [{ transition_type: 'Wipe', name: 'x', parameters: { direction: 'up' } }, 'wipe-up'],
  ])('leads from clip to clip with the transition %j', (more, style) => {
    const { edit } = readProject(projectSchema(two, { transitions: [transition(more)] }))
    expect(spansOf(edit.video[0]?.items)).toEqual([
      ['clip', 0, 20],
      ['transition', 20, 30],
      ['clip', 30, 50],
    ])
    expect(edit.video[0]?.items[1]).toMatchObject({
      style,
      out: { from: 20, to: 30, content: { media: '/media/a.mp4', start: rational(9, 5) } },
      in: { from: 20, to: 30, content: { media: '/media/b.mp4', start: rational(4, 5) } },
    })
    expect(edit.audio[0]?.items).toHaveLength(3)
  })

  it('leads over the frames on which two clips overlap', () => {
    const over = [video(frontClip('a', [0, 1.2]), frontClip('b', [0.8, 2]))]
    const { edit } = readProject(projectSchema(over, { transitions: [transition({})] }))
    expect(spansOf(edit.video[0]?.items)).toEqual([
      ['clip', 0, 20],
      ['transition', 20, 30],
      ['clip', 30, 50],
    ])
    expect(edit.video[0]?.items[1]).toMatchObject({ in: { content: { start: rational(0) } } })
  })

  it.each([
    [
      { from_clip_id: undefined, to_clip_id: undefined, start_time: undefined, duration: { value: 1 } },
      'it names no two clips',
    ],
    [{ to_clip_id: 'gone' }, 'it names no two clips of one track'],
    [{ start_time: 1.2 }, 'that does not lie at its cut'],
    [{ duration: {} }, 'without a duration'],
    [{ transition_type: 'glitch', name: 'Glitch' }, 'a transition (Glitch)'],
    [{ ffmpeg_command: 'movie=/etc/passwd' }, 'its ffmpeg_command (never run)'],
  ])('lists a transition that cannot be placed or is not known: %j', (more, why) => {
    const text = projectSchema(two, { transitions: [transition(more)] })
    expect(refusalsOf(text)).toEqual([expect.stringContaining(why)])
    expect(refusalsOf(text)[0]).not.toContain('(hard)')
    expect(readProject(text, true).report.warnings).toHaveLength(1)
  })

  it('lays subtitles over all tracks, where either dialect says', () => {
    const style = {
      ...{
        font_family: 'Arial',
        font_size: 7.2,
        font_weight: 'Bold',
        color: '#FFFF00',
        stroke_color: '#000000',
        stroke_width: 0.72,
      },
      ...{
        background_color: '#00000080',
        background_opacity: 0.5,
        padding: { top: 2, right: 4, bottom: 2, left: 4 },
        max_width: 60,
      },
    }
    const times = { start_time: 0.4, end_time: 1.2, enabled: true }
    const subtitles = [
      {
        id: 's1',
        text: 'one\r\ntwo',
        ...times,
        style,
        position: { x: 50, y: 100, align_x: 'Center', align_y: 'Bottom', margin: { bottom: 3.6 } },
      },
      {
        id: 's2',
        text: 'three',
        ...times,
        style: {},
        position: { type: 'Relative', align_x: 'Left', align_y: 'Top' },
        animations: [{ animation_type: 'FadeIn', duration: 0.2 }],
      },
      { id: 's3', text: 'four', ...times, style: {}, position: { type: 'Absolute', x: 64, y: 36 } },
      { id: 's4', text: 'five', ...times, enabled: false },
    ]
    const track = schemaTrack('Subtitle', [serdeClip('s1', [0.4, 1.2], { source: 'Generated' })])
    const read = readProject(projectSchema([video(serdeClip('a', [0, 2])), track], { subtitles }))
    expect(read.edit.video.map(({ name, items }) => [name, spansOf(items).length])).toEqual([
      ['V1', 1],
      ['T1', 3],
      ['T1-2', 3],
      ['T1-3', 3],
    ])
    expect(read.texts[0]).toMatchObject({
      media: '<text 1>',
      text: 'one\ntwo',
      style: {
        font: { family: 'Arial', weight: 700, italic: false },
        size: 0.1,
        paint: { rgb: 'ffff00', opacity: 1 },
        outline: { width: 0.01, paint: { rgb: '000000', opacity: 1 } },
        box: { paint: { rgb: '000000', opacity: expect.closeTo(0.251, 3) as number } },
        ...{ x: 0.5, y: 0.95, anchorX: 0.5, anchorY: 1, maxWidth: 0.6 },
      },
    })
    expect(read.texts[1]?.style).toMatchObject({ x: 20 / 128, y: 20 / 72, anchorX: 0, anchorY: 0 })
    expect(read.texts[2]?.style).toMatchObject({ x: 0.5, y: 0.5, anchorX: 0, anchorY: 0 })
    expect(read.edit.video[2]?.items[1]).toMatchObject({
      look: {
        opacity: [
          { frame: 10, value: 0 },
          { frame: 15, value: 1 },
        ],
      },
    })
    expect(soundsOf(read).map(({ name }) => name)).toEqual(['a.mp4'])
  })

  it.each([
    [{ speed: 1e300 }, 'a speed of 1e+300; 1/100 to 100 are possible (hard)'],
    [{ audio_track_index: -1 }, 'audio stream -1 of its medium (hard)'],
    [{ opacity: 7 }, 'an opacity of 7; 0 to 1 are possible (hard)'],
    [{ transform: { scale_x: 1e9 } }, 'a place, a size or a turn far beyond what is seen (hard)'],
    [{ color_correction: { blacks: 5 } }, 'the effect colour-correction with blacks 5, which may be -1 to 1'],
  ])('refuses numbers that mean nothing: %j', (more, why) => {
    expect(refusalsOf(projectSchema([video(serdeClip('a', [0, 1], more))]))).toEqual([
      `track V1 item 1 "a.mp4" at 00:00:00:00: ${why}`,
    ])
  })

  it('says what its export settings ask for, and never passes on arguments', () => {
    const wanted = {
      export: { format: 'WebM', multi_pass: 2, normalize_audio: true, ffmpeg_args: ['-vf', 'movie=/etc/passwd'] },
    }
    const text = projectSchema([video(serdeClip('a', [0, 1]))], { settings: wanted })
    expect(refusalsOf(text)).toEqual(['settings.export: 2 ffmpeg_args (never passed on)'])
    expect(readProject(text, true).report.warnings).toEqual([
      'settings.export: 2 ffmpeg_args (never passed on) is left out',
      'settings.export asks for a normalised loudness; the job decides that',
      'settings.export asks for WebM, two passes; the preset of the job decides',
    ])
  })
})
