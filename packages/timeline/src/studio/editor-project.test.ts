import { rational } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { curveAt } from '../model/curve.js'
import { picturesOf, readProject, refusalsOf, soundsOf, spansOf } from '../testing/studio-asserts.js'
import { editorClip, editorTrack, type Fields, poolItem, sequence, tlsp } from '../testing/studio-builder.js'

const pool = ['a', 'b', 'c'].map((id) => poolItem(id))
const one = (tracks: readonly Fields[], more: Fields = {}): string => tlsp([sequence('main', tracks, more)], pool)
const video = (...clips: readonly Fields[]): Fields => editorTrack('video', clips)
const resources = (more: Fields): Fields => ({ resources: { effects: {}, filters: {}, transitions: {}, ...more } })
const short = (refusal: string): string => refusal.replace(/^track \S+ item \d+ "\w+" at [\d:]+: /, '')

describe('a project of the editor', () => {
  it('is its active sequence, at its rate and size', () => {
    const read = readProject(
      one([
        video(
          editorClip('a', [0, 1]),
          editorClip('b', [1.2, 0.8], { mediaStartTime: 2, mediaEndTime: 2.8, offset: 2 }),
        ),
      ]),
    )
    expect([read.edit.name, read.edit.rate, read.edit.frames, read.size]).toEqual([
      'film',
      rational(25),
      50,
      { width: 128, height: 72 },
    ])
    expect(spansOf(read.edit.video[0]?.items)).toEqual([
      ['clip', 0, 25],
      ['gap', 25, 30],
      ['clip', 30, 50],
    ])
    expect(picturesOf(read)[1]).toMatchObject({
      where: 'track V1 item 2 "b" at 00:00:01:05',
      content: { media: '/media/b.mp4', start: rational(2), speed: rational(1) },
    })
    expect(picturesOf(read)[0]?.look).toBeUndefined()
    expect(read.report.warnings).toEqual([])
  })

  it.each([
    [{ frameRate: 23.97 }, rational(24000, 1001)],
    [{ frameRate: 29.97, timebase: { numerator: 30000, denominator: 1001 } }, rational(30000, 1001)],
    [{ frameRate: 0, timebase: { numerator: 1, denominator: 50 } }, rational(50)],
    [{ frameRate: 0 }, rational(30)],
  ])('runs at the rate of %j', (settings, rate) => {
    expect(readProject(one([video(editorClip('a', [0, 1]))], { settings })).edit.rate).toEqual(rate)
  })

  it('takes the one sequence that is left when the active one is gone, and refuses to choose', () => {
    const tracks = [video(editorClip('a', [0, 1]))]
    const gone = tlsp([sequence('x', tracks), sequence('n', tracks, { type: 'nested' })], pool, {
      activeSequenceId: 'gone',
    })
    expect(readProject(gone).report.warnings).toEqual([
      'the active sequence "gone" is not in the project; its only other one is rendered',
    ])
    const two = tlsp([sequence('x', tracks), sequence('y', tracks)], pool, { activeSequenceId: 'gone' })
    expect(() => readProject(two)).toThrow('the project holds 2 sequences, and the active one "gone" is not among them')
  })

  it('shows and hears tracks as they are hidden, muted, solo, loud and panned', () => {
    const at = (id: string): Fields => editorClip(id, [0, 1])
    const read = readProject(
      tlsp(
        [
          sequence('main', [
            editorTrack('video', [at('a')], { name: 'Below', isMuted: true }),
            editorTrack('video', [at('b')], { isHidden: true, isSolo: true }),
            editorTrack('music', [editorClip('c', [0, 1], { volume: 0.5 })], { isSolo: true, volume: 0.5, pan: -0.25 }),
            editorTrack('sfx', [at('d')]),
          ]),
        ],
        [...pool, poolItem('d')],
        { settings: { frameRate: '25', audio: { masterVolume: 0.8 } } },
      ),
    )
    expect(read.edit.video.map(({ name, title }) => [name, title])).toEqual([['V1', 'Below']])
    expect(read.edit.audio.map(({ name }) => name)).toEqual(['V2', 'A1'])
    expect(soundsOf(read).map(({ level }) => level)).toEqual([
      { gain: 0.8, pan: 0 },
      { gain: expect.closeTo(0.2, 9) as number, pan: -0.25 },
    ])
    expect(read.report.warnings).toEqual([
      'track V1 "Below" is muted; it is silent',
      'track V2 "video" is hidden; it is not shown',
      'track A2 "sfx" is silent: another track is solo',
    ])
  })

  it('runs clips at speed or playback rate, backwards too', () => {
    const clips = [
      editorClip('a', [0, 1], { speed: 2, playbackRate: 2, mediaEndTime: 2, isReversed: true }),
      editorClip('b', [1, 1], { playbackRate: 0.5, mediaEndTime: 0.5, maintainPitch: false }),
    ]
    const read = readProject(one([video(...clips)]))
    expect(picturesOf(read).map(({ content }) => content)).toMatchObject([
      { speed: rational(-2), start: rational(48, 25) },
      { speed: rational(1, 2), start: rational(0) },
    ])
    expect(read.report.warnings).toEqual([
      'track V1 item 2 "b" at 00:00:01:00: its sound keeps its pitch at 0.5 times its speed',
    ])
    expect(refusalsOf(one([video(editorClip('a', [0, 1], { speed: 2, playbackRate: 3 }))])).map(short)).toEqual([
      'a speed of 2 and a playback rate of 3 (hard)',
    ])
  })

  it('fades pictures and sound, and follows keyframes', () => {
    const clip = editorClip('a', [0, 2], {
      fadeIn: { duration: 0.4 },
      fadeOut: { duration: 0.2, type: 'ease-in-out' },
      opacityKeyframes: [
        { time: 1, opacity: 0.5 },
        { time: 0.4, opacity: 1 },
      ],
      keyframes: [
        { id: 'k', time: 0, property: 'volume', value: 0.5, interpolation: 'step' },
        { id: 'k', time: 1, property: 'volume', value: 1, interpolation: 'linear' },
        { id: 'k', time: 0, property: 'position.x', value: 0.5, interpolation: 'linear' },
        { id: 'k', time: 1, property: 'position.x', value: 0.75, interpolation: 'linear' },
      ],
    })
    const read = readProject(one([video(clip)]))
    expect(picturesOf(read)[0]?.look).toEqual({
      place: expect.objectContaining({
        x: [
          { frame: 0, value: 0, ease: 'linear' },
          { frame: 25, value: 0.25, ease: 'linear' },
        ],
      }) as unknown,
      opacity: [
        { frame: 0, value: 0, ease: 'linear' },
        { frame: 10, value: 1, ease: 'linear' },
        { frame: 25, value: 0.5, ease: 'hold' },
        { frame: 45, value: 0.5, ease: 'smooth' },
        { frame: 50, value: 0, ease: 'linear' },
      ],
    })
    const gain = soundsOf(read)[0]?.level?.gain ?? 1
    expect([0, 5, 10, 24, 25, 45, 50].map((frame) => curveAt(gain, frame))).toEqual([0, 0.25, 0.5, 0.5, 1, 1, 0])
  })

  it('lays clips where their position says', () => {
    const placed = (position: Fields): unknown =>
      picturesOf(readProject(one([video(editorClip('a', [0, 1], { position }))])))[0]?.look
    const middle = { anchorX: 0.5, anchorY: 0.5 }
    expect(placed({ x: 0.75, y: 0.5, width: 0.5, height: 0.5, rotation: 90, scaleX: 1, scaleY: -1 })).toEqual({
      place: { x: 0.25, y: 0, scaleX: 0.5, scaleY: -0.5, rotation: 90, ...middle },
    })
    expect(placed({ x: 0.5, y: 0.5, width: 0.5, height: 1, rotation: 0, scaleX: 1, scaleY: 1 })).toEqual({
      fit: { box: { x: 0.25, y: 0, width: 0.5, height: 1, how: 'contain', alignX: 0.5, alignY: 0.5 } },
    })
    expect(placed({ x: 0, y: 0, width: 1, height: 1, rotation: 0, scaleX: 1, scaleY: 1 })).toBeUndefined()
  })

  it('grades colours as far as that is a colour correction', () => {
    const flat = { r: 0, g: 0, b: 0 }
    const colorGrading = {
      ...{ id: 'g', isEnabled: true, lut: { file: null, intensity: 100, isEnabled: true } },
      colorWheels: { lift: flat, gamma: { r: 1, g: 1, b: 1 }, gain: { r: 1, g: 1.2, b: 1 }, offset: flat },
      basicParameters: { temperature: 20, tint: 0, contrast: 10, pivot: 0.5, saturation: -50, hue: 30, luminance: 0 },
      curves: {
        master: [
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ],
        red: [{ x: 0.5, y: 0.6 }],
        green: [],
        blue: [],
      },
    }
    const text = one([video(editorClip('a', [0, 1], { colorGrading }))])
    expect(refusalsOf(text).map(short)).toEqual([
      'the temperature of its colour grading',
      'the wheel gain of its colour grading',
      'the curve red of its colour grading',
    ])
    expect(picturesOf(readProject(text, true))[0]?.look?.effects).toEqual([
      { id: 'colour-correction', parameters: { contrast: 1.1, saturation: 0.5, hue: 30 } },
    ])
  })

  it('takes effects that the project holds, and lists those that were lost when it was saved', () => {
    const use = (effectId: string, more: Fields = {}): Fields => ({
      id: 'u',
      effectId,
      isEnabled: true,
      order: 0,
      ...more,
    })
    const effects = [
      use('gone', { order: 1 }),
      use('e1', { customParams: { radius: 7.2 } }),
      use('e2', { isEnabled: false }),
    ]
    const filters = [{ id: 'u', filterId: 'f1', isEnabled: true, order: 0 }]
    const clip = editorClip('a', [0, 1], { effects, filters })
    const held = resources({
      effects: {
        e1: { id: 'e1', type: 'blur', name: { en: 'Blur' }, parameters: [{ id: 'radius', defaultValue: 1 }] },
      },
      filters: [{ id: 'f1', name: 'Warm', params: { brightness: 0.1, saturation: 1.1 } }],
    })
    expect(refusalsOf(one([video(clip)])).map(short)).toEqual([
      'the effect "e1", which the project does not hold',
      'the effect "gone", which the project does not hold',
      'the filter "f1", which the project does not hold',
    ])
    expect(refusalsOf(one([video(clip)], held)).map(short)).toEqual([
      'the effect "gone", which the project does not hold',
    ])
    expect(picturesOf(readProject(one([video(clip)], held), true))[0]?.look?.effects).toEqual([
      { id: 'blur', parameters: { radius: 0.1 } },
      { id: 'colour-correction', parameters: { brightness: 0.1, saturation: 1.1 } },
    ])
  })

  it('lists everything else that a clip can say and is not rendered', () => {
    const clip = editorClip('a', [0, 1], {
      speedRamping: { enabled: true, keyframes: [{ time: 0, speed: 2 }] },
      styleTemplate: { id: 's', styleTemplateId: 'intro', isEnabled: true },
      templateId: 'lost',
      audioOffset: 0.2,
      equalizer: { bass: 1, mid: 0, treble: 0 },
      reverb: 0.5,
      keyframes: [{ id: 'k', time: 0, property: 'blur', value: 1, interpolation: 'linear' }],
      fadeIn: { duration: 0.2, type: 'exponential' },
    })
    const refused = refusalsOf(one([video(clip)]))
    expect(refused.map(short)).toEqual([
      'a speed that changes within the clip (speedRamping)',
      'a style template (intro)',
      'sound that is 0.2 s apart from its picture (audioOffset)',
      'an equalizer',
      'a reverb of 0.5',
      'keyframes of "blur"',
      'cell 0 of the layout "lost"',
      'the easing "exponential" (evenly without it)',
    ])
    expect(readProject(one([video(clip)]), true).report.warnings).toHaveLength(8)
    const inGrid = editorClip('a', [0, 1], { templateId: 'g', templateCell: 3 })
    const look = picturesOf(
      readProject(one([video(inGrid)], resources({ templates: [{ id: 'g', split: 'grid', screens: 4 }] }))),
    )[0]?.look
    expect(look?.fit?.box).toMatchObject({ x: 0.5, y: 0.5, width: 0.5, height: 0.5, how: 'cover' })
  })

  it('is not held up by keyframes ages away', () => {
    const far = { id: 'k', property: 'opacity', interpolation: 'ease-in' }
    const keyframes = [
      { ...far, time: 0, value: 1 },
      { ...far, time: 90_000, value: 0 },
      { ...far, time: 1e12, value: 0 },
    ]
    const text = one([video(editorClip('a', [0, 1], { keyframes, fadeIn: { duration: 0.2, type: 'cosine' } }))])
    expect(refusalsOf(text).map(short)).toEqual(['keyframes of "opacity"'])
    const opacity = picturesOf(readProject(text, true))[0]?.look?.opacity ?? 1
    expect([0, 5, 25].map((frame) => Math.round(curveAt(opacity, frame) * 100))).toEqual([0, 100, 100])
  })

  it('places nested sequences and master clips, with their sound, trimmed and at their speed', () => {
    const inner = sequence(
      'inner',
      [
        editorTrack('video', [editorClip('a', [0, 2]), editorClip('b', [2, 2])]),
        editorTrack('audio', [editorClip('c', [0, 4])]),
      ],
      { type: 'nested' },
    )
    const outer = sequence('outer', [
      video(
        editorClip('n', [0, 1], { mediaId: 'compound', mediaStartTime: 1.6, mediaEndTime: 2.6, offset: 1.6 }),
        editorClip('m', [1, 1], { mediaId: 'master' }),
      ),
    ])
    const composition = {
      ...(outer['composition'] as Fields),
      masterClips: [{ id: 'master', sequenceId: 'inner', name: 'm', inPoint: 1, outPoint: 3, speed: 2 }],
    }
    const items = [...pool, poolItem('compound', { type: 'compound', sequenceId: 'inner' })]
    const read = readProject(tlsp([{ ...outer, composition }, inner], items))
    expect(read.edit.video[0]?.items[0]).toMatchObject({
      content: {
        kind: 'stack',
        tracks: [
          {
            name: 'V1.V1',
            items: [
              { from: 0, to: 10, content: { media: '/media/a.mp4', start: rational(8, 5) } },
              { from: 10, to: 25, content: { media: '/media/b.mp4', start: rational(0) } },
            ],
          },
        ],
      },
    })
    expect(read.edit.video[0]?.items[1]).toMatchObject({
      content: {
        tracks: [
          {
            items: [
              { content: { speed: rational(2), start: rational(1) } },
              { from: 38, content: { speed: rational(2) } },
            ],
          },
        ],
      },
    })
    expect(read.edit.audio.map(({ name, items: row }) => [name, row.length])).toEqual([['V1', 2]])
    const self = tlsp([sequence('s', [video(editorClip('x', [0, 1], { mediaId: 's' }))])], [])
    expect(refusalsOf(self)).toEqual(['sequence "s": a sequence that stands in itself, or too deep in others (hard)'])
  })

  it('leads from clip to clip, in and out', () => {
    const apply = (type: string, duration: number, transitionId = 'fade'): Fields => ({
      id: 't',
      transitionId,
      duration,
      type,
      isEnabled: true,
    })
    const clips = [
      editorClip('a', [0, 1], { mediaStartTime: 1, mediaEndTime: 2, offset: 1, transitions: [apply('in', 0.2)] }),
      editorClip('b', [1, 1], {
        mediaStartTime: 1,
        mediaEndTime: 2,
        offset: 1,
        transitions: [apply('cross', 0.4), apply('in', 0.2)].slice(0, 1),
      }),
      editorClip('c', [2, 1], {
        mediaStartTime: 1,
        mediaEndTime: 2,
        offset: 1,
        transitions: [apply('out', 0.4, 'dissolve')],
      }),
    ]
    const standing = {
      id: 'tt',
      transitionId: 'w',
      type: 'between',
      position: 0.8,
      duration: 0.4,
      startClipId: 'a',
      endClipId: 'b',
      trackId: 'video-track',
      parameters: { direction: 'left' },
      keyframes: [],
      curve: { type: 'linear', points: [] },
      isEnabled: true,
    }
    const held = resources({ timelineTransitions: [standing], transitions: [{ id: 'w', type: 'wipe' }] })
    const { edit } = readProject(one([video(...clips)], held))
    expect(spansOf(edit.video[0]?.items)).toEqual([
      ['transition', 0, 5],
      ['clip', 5, 20],
      ['transition', 20, 30],
      ['clip', 30, 45],
      ['transition', 45, 55],
      ['clip', 55, 65],
      ['transition', 65, 75],
    ])
    const styles = edit.video[0]?.items.flatMap((item) =>
      item.kind === 'transition' ? [[item.style, item.out.kind, item.in.kind]] : [],
    )
    expect(styles).toEqual([
      ['dissolve', 'gap', 'clip'],
      ['wipe-left', 'clip', 'clip'],
      ['dissolve', 'clip', 'clip'],
      ['dissolve', 'clip', 'gap'],
    ])
  })

  it('fades in from nothing at a cut', () => {
    const apply = { id: 't', transitionId: 'fade', duration: 0.2, type: 'in', isEnabled: true }
    const { edit } = readProject(
      one([video(editorClip('a', [0, 1]), editorClip('b', [1, 1], { transitions: [apply] }))]),
    )
    expect(spansOf(edit.video[0]?.items)).toEqual([
      ['clip', 0, 25],
      ['transition', 25, 30],
      ['clip', 30, 50],
    ])
    expect(edit.video[0]?.items[1]).toMatchObject({ out: { kind: 'gap' } })
  })

  it.each([
    [{ transitionId: 'glitch' }, 'a transition (glitch)'],
    [{ type: 'cross' }, 'a transition of the type cross that cannot be placed on its track'],
    [{ type: 'adjustment' }, 'a transition of the type adjustment that cannot be placed on its track'],
    [{ duration: 0 }, 'a transition without a duration'],
  ])('lists the transition %j', (more, why) => {
    const apply = { id: 't', transitionId: 'fade', duration: 0.2, type: 'in', isEnabled: true, ...more }
    const text = one([video(editorClip('a', [0, 1], { transitions: [apply] }))])
    expect(refusalsOf(text)).toEqual([expect.stringContaining(why)])
    expect(refusalsOf(text)[0]).not.toContain('(hard)')
    const named = editorTrack('video', [editorClip('a', [0, 1])], { transitions: ['lost'] })
    expect(refusalsOf(one([named]))).toEqual(['track V1: the transition "lost", which the project does not hold'])
  })

  it('shows subtitles and titles as texts, and lists a title that was lost', () => {
    const subtitle = editorClip('s', [0, 1], {
      ...{ type: 'subtitle', text: 'hello', subtitleStyleId: 'st' },
      subtitlePosition: { alignment: 'top-right', marginX: 12.8, marginY: 7.2 },
    })
    const title = editorClip('t', [1, 1], { mediaId: 'title' })
    const held = resources({
      subtitleStyles: [
        {
          id: 'st',
          fontFamily: 'Inter, sans-serif',
          fontSize: 7.2,
          fontWeight: 'bold',
          color: 'rgba(255, 0, 0, 0.5)',
          strokeColor: '#000',
          strokeWidth: 0.72,
        },
      ],
      titles: {
        title: {
          id: 'title',
          type: 'simple',
          text: 'The End',
          style: { fontFamily: 'Arial', fontSize: 14.4, color: '#fff' },
          position: { x: 50, y: 25, anchor: 'center' },
        },
      },
    })
    const read = readProject(one([editorTrack('subtitle', [subtitle]), editorTrack('title', [title])], held))
    expect(read.texts).toMatchObject([
      {
        text: 'hello',
        style: {
          font: { family: 'Inter', weight: 700 },
          size: 0.1,
          paint: { rgb: 'ff0000', opacity: 0.5 },
          x: expect.closeTo(0.9, 9) as number,
          y: expect.closeTo(0.1, 9) as number,
          anchorX: 1,
          anchorY: 0,
        },
      },
      { text: 'The End', style: { size: 0.2, x: 0.5, y: 0.25, anchorX: 0.5, anchorY: 0.5 } },
    ])
    expect(refusalsOf(one([editorTrack('title', [title])])).map(short)).toEqual([
      'a title whose text the project does not hold',
    ])
  })

  it('makes colours and bars, and refuses media that it does not hold', () => {
    const made = resources({
      generators: {
        g: { id: 'g', type: 'solid', settings: { color: '#336699' } },
        n: { id: 'n', type: 'noise', name: 'Snow' },
      },
    })
    const clips = (mediaId: string): string => one([video(editorClip('a', [0, 1], { mediaId }))], made)
    expect(picturesOf(readProject(clips('g')))[0]?.content).toEqual({ kind: 'colour', rgb: '336699' })
    expect(refusalsOf(clips('n')).map(short)).toEqual(['a generator (Snow)'])
    expect(refusalsOf(clips('zzz')).map(short)).toEqual(['the medium "zzz", which the project does not hold (hard)'])
  })

  it('looks for media by their absolute path, then by the relative one', () => {
    const item = poolItem('a', { source: { path: 'C:\\films\\a.mp4', relativePath: 'media\\a.mp4' }, type: 'image' })
    const read = readProject(tlsp([sequence('s', [video(editorClip('a', [0, 1]))])], [item]))
    expect(read.targets).toMatchObject([{ path: 'C:\\films\\a.mp4', relative: false, decodedPath: 'media\\a.mp4' }])
    expect(read.edit.audio).toEqual([])
  })

  it('says what the project asks for besides', () => {
    const more = {
      renderSettings: { inPoint: 1, outPoint: 2 },
      settings: { frameRate: 25, resolution: { width: 101, height: 77 }, hdr: { enabled: true, type: 'pq' } },
    }
    const read = readProject(
      tlsp([sequence('s', [video(editorClip('a', [0, 1]))], more)], pool, { settings: { colorSpace: 'hdr-pq' } }),
    )
    expect(read.size).toEqual({ width: 102, height: 78 })
    expect(read.report.warnings).toEqual([
      "the project's colour is hdr-pq; the preset of the job decides",
      'the sequence is HDR; the preset of the job decides',
      'sequence "s" marks 1 s to 2 s to be rendered; all of it is, or what --frames says',
    ])
    expect(refusalsOf(one([video(editorClip('a', [0, 1]))], { type: 'multicam' }))).toEqual([
      'sequence "main": a sequence of the type multicam (hard)',
    ])
  })
})
