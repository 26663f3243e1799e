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
} from './studio-builder.js'

const described = {
  category: 'Artistic',
  complexity: 'Basic',
  tags: ['Popular'],
  description: { en: 'd' },
  labels: { en: 'l' },
}
const effects = [
  {
    ...{
      id: 'e1',
      effect_type: 'Blur',
      name: 'soft',
      enabled: true,
      parameters: { radius: { type: 'Float', value: 2 } },
      ...described,
    },
    ...{
      css_filter: 'blur(2px)',
      preview_path: '/p.png',
      presets: { a: { name: { en: 'n' }, params: {}, description: {} } },
    },
  },
  {
    id: 'e2',
    effect_type: 'Sepia',
    name: 'old',
    enabled: true,
    parameters: { amount: { Float: 0.5 } },
    ffmpeg_command: 'x',
  },
  {
    id: 'e3',
    effect_type: 'Neon',
    name: 'neon',
    enabled: true,
    parameters: { file: { FilePath: '/lut' }, mode: { String: 's' } },
  },
]
const filters = [
  {
    id: 'f1',
    filter_type: 'Brightness',
    name: 'f',
    enabled: true,
    parameters: { brightness: 0.1 },
    intensity: 1,
    custom_filter: 'c',
    ffmpeg_command: 'f',
  },
]
const style = {
  ...{
    font_family: 'Arial',
    font_size: 10,
    font_weight: 'Bold',
    color: '#ffffff',
    stroke_color: '#000000',
    stroke_width: 1,
  },
  ...{
    shadow_color: '#000000',
    shadow_x: 1,
    shadow_y: 1,
    shadow_blur: 1,
    background_color: '#000000',
    background_opacity: 0.5,
  },
  ...{
    padding: { top: 1, right: 1, bottom: 1, left: 1 },
    border_radius: 2,
    line_height: 1.2,
    letter_spacing: 0,
    max_width: 80,
  },
}
const subtitles = [
  {
    ...{
      id: 's1',
      text: 'words',
      start_time: 0.2,
      end_time: 0.8,
      enabled: true,
      style,
      font_family: 'Arial',
      color: '#ffffff',
    },
    position: { x: 50, y: 85, align_x: 'Center', align_y: 'Bottom', margin: { top: 1, right: 1, bottom: 1, left: 1 } },
    animations: [
      {
        id: 'a',
        animation_type: 'FadeIn',
        duration: 0.2,
        delay: 0,
        easing: 'Linear',
        direction: 'Top',
        properties: {},
      },
    ],
  },
  {
    id: 's2',
    text: 'more',
    start_time: 0.2,
    end_time: 0.8,
    enabled: true,
    style,
    position: { type: 'Relative', align_x: 'Left', align_y: 'Top' },
  },
]
const templates = [
  {
    id: 't',
    template_type: 'Grid',
    name: 'grid',
    screens: 1,
    cells: [{ index: 0, x: 0, y: 0, width: 50, height: 50, fit_mode: 'Cover', align_x: 'Left', align_y: 'Top' }],
  },
]
const transitions = [
  {
    ...{
      id: 'x',
      transition_type: 'wipe',
      name: 'Wipe',
      labels: { en: 'w' },
      description: { en: 'w' },
      category: 'Basic',
      tags: ['Fade'],
    },
    ...{
      duration: { min: 0.1, max: 1, default: 0.4, current: 0.4 },
      start_time: 0.8,
      from_clip_id: 'a',
      to_clip_id: 'b',
    },
    ...{
      parameters: { direction: 'left' },
      easing: 'linear',
      direction: 'left',
      ffmpeg_command: 'x',
      preview_path: '/p',
      enabled: true,
    },
  },
]
const settings = {
  export: {
    ...{
      format: 'Mov',
      quality: 85,
      video_bitrate: 8000,
      audio_bitrate: 192,
      hardware_acceleration: true,
      preferred_gpu_encoder: 'nvenc',
    },
    ...{
      ffmpeg_args: ['-vf', 'x'],
      encoding_profile: 'high',
      rate_control_mode: 'cbr',
      preset: 'slow',
      normalize_audio: true,
    },
  },
  preview: { resolution: [1280, 720], quality: 75, fps: 30, format: 'Jpeg' },
  custom: { any: 'thing' },
  frame_rate: 25,
  resolution: { width: 128, height: 72 },
}

/** A `ProjectSchema` in which every field says something. */
export function fullSchema(dialect: 'compiler' | 'front end'): string {
  const clip = dialect === 'compiler' ? serdeClip : frontClip
  const correction = {
    brightness: 0.1,
    contrast: 1.1,
    saturation: 1,
    hue: 5,
    gamma: 1,
    highlights: 0,
    shadows: 0,
    whites: 0,
    blacks: 0,
  }
  const transform = {
    scale_x: 1.1,
    scale_y: 1,
    position_x: 0.1,
    position_y: 0,
    rotation: 5,
    anchor_x: 0.5,
    anchor_y: 0.5,
  }
  const cell = dialect === 'compiler' ? { template_position: 0 } : { template_cell: 0, style_template_id: 'intro' }
  const full = {
    ...{
      effects: ['e1', 'e2', 'e3'],
      filters: ['f1'],
      template_id: 't',
      ...cell,
      color_correction: correction,
      transform,
    },
    ...{
      crop: { left: 2, top: 2, right: 2, bottom: 2 },
      properties: { notes: 'n', tags: ['t'], custom_metadata: { k: 'v' } },
    },
  }
  const tracks = [
    schemaTrack('Video', [clip('a', [0, 1], full), clip('b', [1, 2])], { effects: ['e1'], filters: [] }),
    schemaTrack('Audio', [clip('m', [0, 2])]),
    schemaTrack('Subtitle', [clip('s1', [0.2, 0.8], { source: 'Generated', source_path: '' })]),
  ]
  const metadata = { name: 'film', description: 'd', author: 'me', created_at: 'c', modified_at: 'm' }
  return projectSchema(tracks, { metadata, effects, filters, transitions, templates, subtitles, settings })
}

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
