import { editorClip, editorTrack, type Fields, poolItem, savedMedium, sequence, tls, tlsp } from './studio-builder.js'

const use = { id: 'u', isEnabled: true, order: 0, label: 'l', notes: 'n' }
const resources: Fields = {
  effects: {
    e1: {
      id: 'e1',
      type: 'blur',
      name: { en: 'Blur' },
      category: 'blur_sharpen',
      parameters: [{ id: 'radius', type: 'number', defaultValue: 1 }],
      processors: { ffmpeg: { filter: 'x' } },
    },
  },
  filters: [{ id: 'f1', name: 'Warm', params: { brightness: 0.1 }, ffmpegCommand: 'x' }],
  transitions: {
    w: { id: 'w', type: 'wipe', labels: { en: 'w' }, parameters: { direction: 'left', easing: 'linear' } },
  },
  timelineTransitions: [
    {
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
      curve: { type: 'ease', points: [] },
      isEnabled: true,
      name: 'n',
    },
  ],
  subtitleStyles: [
    {
      id: 'st',
      name: 'S',
      fontFamily: 'Arial',
      fontSize: 10,
      fontWeight: 'bold',
      fontStyle: 'italic',
      textAlign: 'left',
      color: '#ffffff',
      backgroundColor: '#000000',
      strokeColor: '#000000',
      strokeWidth: 1,
      textShadow: { offsetX: 1, offsetY: 1, blur: 1, color: '#000000' },
      defaultPosition: { alignment: 'top-left', marginX: 1, marginY: 1 },
    },
  ],
  titles: {
    ti: {
      id: 'ti',
      type: 'simple',
      text: 'Title',
      style: {
        fontFamily: 'Arial',
        fontSize: 10,
        fontWeight: 'bold',
        color: '#ffffff',
        backgroundColor: '#000000',
        outline: { width: 1, color: '#000000' },
        shadow: { x: 1, y: 1, blur: 1, color: '#000000' },
      },
      animation: { in: 'fade', out: 'slide', duration: 1 },
      position: { x: 50, y: 50, anchor: 'top-left' },
    },
  },
  generators: {
    g: { id: 'g', type: 'solid', name: 'Red', settings: { color: '#ff0000' } },
    n: { id: 'n', type: 'noise', name: 'Snow', settings: {} },
  },
  templates: [{ id: 'l', split: 'grid', screens: 4 }],
}

function fullTracks(): readonly Fields[] {
  const flat = { r: 0, g: 0, b: 0 }
  const full = {
    ...{
      type: 'video',
      linkedClipId: 'm',
      templateId: 'l',
      templateCell: 1,
      styleTemplate: { id: 's', styleTemplateId: 'x', isEnabled: true, customizations: { texts: { a: 'b' } } },
    },
    effects: [{ ...use, effectId: 'e1', customParams: { radius: 2 } }],
    filters: [{ ...use, filterId: 'f1' }],
    transitions: [
      {
        id: 'u',
        transitionId: 'w',
        duration: 0.2,
        type: 'in',
        isEnabled: true,
        name: 'n',
        customParams: { direction: 'up' },
      },
    ],
    fadeIn: { duration: 0.2, type: 'linear' },
    fadeOut: {
      duration: 0.2,
      type: 'cosine',
      keyframes: [
        { time: 0.8, opacity: 1, easing: 'linear' },
        { time: 1, opacity: 0, easing: 'linear' },
      ],
    },
    opacityKeyframes: [
      { time: 0, opacity: 1, easing: 'ease-in' },
      { time: 1, opacity: 0.5, easing: 'linear' },
    ],
    keyframes: [
      { id: 'k', time: 0, property: 'rotation', value: 0, interpolation: 'linear' },
      { id: 'k', time: 1, property: 'rotation', value: 45, interpolation: 'step' },
    ],
    colorGrading: {
      id: 'c',
      isEnabled: true,
      presetId: 'p',
      colorWheels: { lift: flat },
      basicParameters: { contrast: 10 },
      curves: { master: [] },
      lut: { file: '/lut.cube', intensity: 100, isEnabled: true },
    },
    speedRamping: { enabled: true, keyframes: [{ time: 0, speed: 2, easing: 'x' }] },
  }
  const subtitle = {
    type: 'subtitle',
    text: 'words',
    subtitleStyleId: 'st',
    subtitlePosition: { alignment: 'bottom-center', marginX: 1, marginY: 1 },
    animationIn: { type: 'slide', duration: 0.1, easing: 'linear' },
    formatting: { fontFamily: 'Arial', color: '#ffffff' },
  }
  return [
    editorTrack('video', [editorClip('a', [0, 1], full), editorClip('b', [1, 1])], {
      transitions: ['tt', 'lost'],
      trackEffects: [{ ...use, effectId: 'gone' }],
    }),
    editorTrack('image', [editorClip('g1', [0, 1], { mediaId: 'g' }), editorClip('g2', [1, 1], { mediaId: 'n' })]),
    editorTrack('music', [editorClip('m', [0, 2], { reverb: 1 })], { pan: 0.5 }),
    editorTrack('subtitle', [editorClip('s', [0, 1], subtitle)]),
    editorTrack('title', [editorClip('t', [0, 1], { mediaId: 'ti' })]),
  ]
}

/** A `.tlsp` in which every field says something. */
export function fullTlsp(): string {
  const inner = sequence('inner', [editorTrack('video', [editorClip('a', [0, 2])])], { type: 'nested' })
  const nested = editorTrack('video', [
    editorClip('n', [0, 1], { mediaId: 'inner' }),
    editorClip('mc', [1, 1], { mediaId: 'master' }),
  ])
  const main = sequence('main', [nested, ...fullTracks()], {
    resources,
    renderSettings: { inPoint: 0, outPoint: 1, selectedTracks: ['x'] },
  })
  const composition = {
    ...(main['composition'] as Fields),
    masterClips: [{ id: 'master', sequenceId: 'inner', name: 'm', inPoint: 0, outPoint: 1, speed: 1 }],
    automation: [{ id: 'au', parameter: 'volume', startTime: 0, endTime: 1, keyframes: [] }],
  }
  const items = ['a', 'b', 'm'].map((id) =>
    poolItem(id, { source: { path: `/media/${id}.mp4`, relativePath: `${id}.mp4`, hash: 'h' } }),
  )
  return tlsp([{ ...main, composition }, inner], items)
}

/** A `.tls` in which every field says something. */
export function fullTls(): string {
  const saved = ['a', 'b', 'm'].map((id) => savedMedium(id, { relativePath: `${id}.mp4`, alternativePaths: ['/x'] }))
  const [track] = fullTracks()
  return tls(
    { name: 'film', tracks: track ? [track] : [], resources, speedRampingConfigs: { b: { enabled: true } } },
    saved,
  )
}
