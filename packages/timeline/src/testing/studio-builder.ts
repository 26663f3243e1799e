/** Builds projects of Timeline Studio for tests, with the fields that its files have. */
export type Fields = Readonly<Record<string, unknown>>

/** A clip of a `ProjectSchema` as the compiler writes it. */
export const serdeClip = (id: string, [start, end]: readonly [number, number], more: Fields = {}): Fields => ({
  id,
  source: { File: `/media/${id}.mp4` },
  start_time: start,
  end_time: end,
  source_start: 0,
  source_end: end - start,
  speed: 1,
  opacity: 1,
  effects: [],
  filters: [],
  template_id: null,
  template_position: null,
  color_correction: null,
  crop: null,
  transform: null,
  audio_track_index: null,
  properties: { notes: null, tags: [], custom_metadata: {} },
  ...more,
})

/** A clip of a `ProjectSchema` as the front end writes it. */
export const frontClip = (id: string, [start, end]: readonly [number, number], more: Fields = {}): Fields => ({
  id,
  source_path: `/media/${id}.mp4`,
  start_time: start,
  end_time: end,
  source_start: 0,
  source_end: end - start,
  speed: 1,
  volume: 1,
  effects: [],
  filters: [],
  ...more,
})

/** A track of a `ProjectSchema`. */
export const schemaTrack = (track_type: string, clips: readonly Fields[], more: Fields = {}): Fields => ({
  id: `${track_type}-track`,
  track_type,
  name: track_type,
  enabled: true,
  volume: 1,
  locked: false,
  clips,
  effects: [],
  filters: [],
  ...more,
})

/** Where a clip of a `ProjectSchema` lies: where it would without this, but for what is said. */
export const schemaTransform = (more: Fields): Fields => ({
  ...{ scale_x: 1, scale_y: 1, position_x: 0, position_y: 0, rotation: 0, anchor_x: 0.5, anchor_y: 0.5, ...more },
})

/** The colours of a clip of a `ProjectSchema`: as they are, but for what is said. */
export const schemaGrade = (more: Fields): Fields => ({
  ...{ brightness: 0, contrast: 1, saturation: 1, hue: 0, gamma: 1 },
  ...{ highlights: 0, shadows: 0, whites: 0, blacks: 0, ...more },
})

/** A `ProjectSchema` of 25 frames a second as text. */
export const projectSchema = (tracks: readonly Fields[], more: Fields = {}): string =>
  JSON.stringify({
    version: '1.0.0',
    metadata: { name: 'film', description: null, created_at: '2025-01-01', modified_at: '2025-01-01', author: null },
    timeline: { duration: 4, fps: 25, resolution: [128, 72], sample_rate: 48000, aspect_ratio: 'Ratio16x9' },
    tracks,
    effects: [],
    transitions: [],
    filters: [],
    templates: [],
    style_templates: [],
    subtitles: [],
    settings: {
      export: {
        format: 'Mp4',
        quality: 85,
        video_bitrate: 8000,
        audio_bitrate: 192,
        hardware_acceleration: true,
        ffmpeg_args: [],
      },
      preview: { resolution: [1280, 720], fps: 30, quality: 75 },
      custom: {},
    },
    ...more,
  })

/** A clip of the editor, as its factory makes it. */
export const editorClip = (
  id: string,
  [startTime, duration]: readonly [number, number],
  more: Fields = {},
): Fields => ({
  id,
  name: id,
  mediaId: id,
  trackId: 'track',
  startTime,
  duration,
  sourceIn: 0,
  sourceOut: duration,
  mediaStartTime: 0,
  mediaEndTime: duration,
  offset: 0,
  volume: 1,
  speed: 1,
  playbackRate: 1,
  isReversed: false,
  isMuted: false,
  opacity: 1,
  position: { x: 0.5, y: 0.5, width: 1, height: 1, rotation: 0, scaleX: 1, scaleY: 1 },
  effects: [],
  filters: [],
  transitions: [],
  isSelected: false,
  isLocked: false,
  ...more,
})

/** A track of the editor. */
export const editorTrack = (type: string, clips: readonly Fields[], more: Fields = {}): Fields => ({
  id: `${type}-track`,
  name: type,
  type,
  order: 0,
  clips,
  transitions: [],
  isLocked: false,
  isMuted: false,
  isHidden: false,
  isSolo: false,
  volume: 1,
  pan: 0,
  trackEffects: [],
  trackFilters: [],
  ...more,
})

/** A sequence of a `.tlsp`; its resources are what is left of maps. */
export const sequence = (id: string, tracks: readonly Fields[], more: Fields = {}): Fields => ({
  id,
  name: id,
  type: 'main',
  settings: {
    resolution: { width: 128, height: 72 },
    frameRate: 25,
    aspectRatio: '16:9',
    duration: 0,
    audio: { sampleRate: 48000, bitDepth: 24, channels: 2 },
  },
  composition: { tracks, masterClips: [] },
  resources: { effects: {}, filters: {}, transitions: {}, colorGrades: {}, titles: {}, generators: {} },
  markers: [],
  history: [],
  historyPosition: -1,
  metadata: { created: '2025-01-01', modified: '2025-01-01' },
  ...more,
})

/** An item of the media pool of a `.tlsp`. */
export const poolItem = (id: string, more: Fields = {}): Fields => ({
  id,
  type: 'video',
  name: `${id}.mp4`,
  source: { path: `/media/${id}.mp4` },
  status: 'online',
  binId: 'root',
  metadata: { fileSize: 1 },
  ...more,
})

/** A `.tlsp` as text: its first sequence is the active one, and its pool holds `media`. */
export const tlsp = (sequences: readonly Fields[], media: readonly Fields[], more: Fields = {}): string =>
  JSON.stringify({
    metadata: {
      id: 'p',
      name: 'film',
      version: '2.0.0',
      created: '',
      modified: '',
      platform: 'linux',
      appVersion: '1.0.0',
    },
    settings: {
      aspectRatio: {
        label: '16:9',
        textLabel: '',
        description: '',
        value: { width: 1920, height: 1080, name: '16:9' },
      },
      resolution: '1920x1080',
      frameRate: '30',
      colorSpace: 'sdr',
      audio: { sampleRate: 48000, bitDepth: 24, channels: 2, masterVolume: 1, panLaw: '-3dB' },
      preview: { resolution: '1/2', quality: 'better', renderDuringPlayback: true, useGPU: true },
      exportPresets: [],
    },
    mediaPool: {
      items: Object.fromEntries(media.map((item) => [String(item['id']), item])),
      bins: {},
      smartCollections: [],
    },
    sequences: Object.fromEntries(sequences.map((one) => [String(one['id']), one])),
    activeSequenceId: sequences[0]?.['id'],
    cache: { thumbnails: {} },
    workspace: { layout: 'edit' },
    backup: { versions: [] },
    ...more,
  })

/** A `.tls` as text. */
export const tls = (timeline: Fields | undefined, media: readonly Fields[], more: Fields = {}): string =>
  JSON.stringify({
    settings: { aspectRatio: {}, resolution: '128x72', frameRate: '25', colorSpace: 'sdr' },
    mediaPool: { mediaFiles: media, musicFiles: [], lastUpdated: 0, version: '1.0.0' },
    ...(timeline && { timeline }),
    meta: { version: '1.0.0', createdAt: 0, lastModified: 0, originalPlatform: 'linux' },
    ...more,
  })

/** A medium of a `.tls`. */
export const savedMedium = (id: string, more: Fields = {}): Fields => ({
  ...{ id, originalPath: `/media/${id}.mp4`, name: `${id}.mp4`, size: 1, lastModified: 0 },
  ...{ isVideo: true, isAudio: false, isImage: false, metadata: {}, status: 'available', lastChecked: 0 },
  ...more,
})
