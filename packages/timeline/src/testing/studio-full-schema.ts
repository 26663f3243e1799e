import { frontClip, projectSchema, schemaGrade, schemaTrack, schemaTransform, serdeClip } from './studio-builder.js'

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
  const cell = dialect === 'compiler' ? { template_position: 0 } : { template_cell: 0, style_template_id: 'intro' }
  const full = {
    ...{
      effects: ['e1', 'e2', 'e3'],
      filters: ['f1'],
      template_id: 't',
      ...cell,
      color_correction: schemaGrade({ brightness: 0.1, contrast: 1.1, hue: 5 }),
      transform: schemaTransform({ scale_x: 1.1, position_x: 0.1, rotation: 5 }),
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
