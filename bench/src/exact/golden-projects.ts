/** Projects of Timeline Studio for the golden set: times are frames of the edit, written as its seconds. */
type Fields = Readonly<Record<string, unknown>>

/** A span of frames as the seconds that files hold. */
const seconds = (rate: number, frames: number): number => frames / exactly(rate)

/** 29.97 as files say it is 30000/1001. */
const exactly = (rate: number): number => (Number.isInteger(rate) ? rate : (Math.round(rate) * 1000) / 1001)

/** Looks of `ProjectSchema`: opacity, crop, transform, colour correction, a fade between two clips. */
export function projectOfLooks(rate: number): string {
  const at = (frames: number): number => seconds(rate, frames)
  const clip = (id: string, file: string, [from, to]: readonly [number, number], more: Fields): Fields => ({
    ...{ id, source_path: `media/${file}`, start_time: at(from), end_time: at(to), source_start: at(10) },
    ...{ source_end: at(10 + to - from), speed: 1, volume: 1, effects: [], filters: [], ...more },
  })
  const track = (clips: readonly Fields[]): Fields => ({
    ...{
      id: 't',
      track_type: 'Video',
      name: 'V',
      enabled: true,
      volume: 1,
      locked: false,
      clips,
      effects: [],
      filters: [],
    },
  })
  const turned = {
    scale_x: 0.5,
    scale_y: 0.5,
    position_x: 0.2,
    position_y: -0.1,
    rotation: 30,
    anchor_x: 0.5,
    anchor_y: 0.5,
  }
  const grade = {
    brightness: 0.1,
    contrast: 1.2,
    saturation: 0.7,
    hue: 20,
    gamma: 1.1,
    highlights: 0,
    shadows: 0,
    whites: 0,
    blacks: 0,
  }
  const blur = {
    id: 'soft',
    effect_type: 'Blur',
    name: 'Blur',
    tags: [],
    enabled: true,
    parameters: { radius: { type: 'Float', value: 3 } },
  }
  const fade = {
    ...{ id: 'x', transition_type: 'fade', name: 'Fade', tags: [], parameters: {}, enabled: true },
    ...{ duration: { current: at(10) }, start_time: at(45), from_clip_id: 'a', to_clip_id: 'b' },
  }
  const tracks = [
    track([clip('a', 'wide.mp4', [0, 50], { effects: ['soft'] }), clip('b', 'ntsc.mkv', [50, 100], {})]),
    track([
      clip('c', 'pal.ts', [10, 60], { opacity: 0.6, transform: turned }),
      clip('d', 'film.mov', [60, 95], { crop: { left: 20, top: 10, right: 0, bottom: 4 }, color_correction: grade }),
    ]),
  ]
  return JSON.stringify({
    ...{ version: '1.0.0', metadata: { name: 'looks', created_at: '', modified_at: '' } },
    timeline: {
      duration: at(100),
      fps: Math.round(rate),
      resolution: [160, 90],
      sample_rate: 48000,
      aspect_ratio: 'Ratio16x9',
    },
    ...{ tracks, effects: [blur], transitions: [fade], filters: [], templates: [], style_templates: [], subtitles: [] },
    settings: {
      export: {},
      preview: {},
      custom: {},
      output: {},
      resolution: { width: 160, height: 90 },
      frame_rate: exactly(rate),
    },
  })
}

/** Keyframes of a `.tlsp`: pictures that come, move, turn and go, and sound with its level. */
export function projectOfKeyframes(rate: number): string {
  const at = (frames: number): number => seconds(rate, frames)
  const clip = (id: string, media: string, [from, length]: readonly [number, number], more: Fields): Fields => ({
    ...{ id, name: id, mediaId: media, trackId: 't', startTime: at(from), duration: at(length) },
    ...{ mediaStartTime: at(12), mediaEndTime: at(12 + length), offset: 0, volume: 1, speed: 1, playbackRate: 1 },
    ...{ isReversed: false, isMuted: false, opacity: 1, effects: [], filters: [], transitions: [] },
    position: { x: 0.5, y: 0.5, width: 1, height: 1, rotation: 0, scaleX: 1, scaleY: 1 },
    ...more,
  })
  const track = (type: string, clips: readonly Fields[], more: Fields = {}): Fields => ({
    ...{
      id: type,
      name: type,
      type,
      order: 0,
      clips,
      transitions: [],
      isLocked: false,
      isMuted: false,
      isHidden: false,
    },
    ...{ isSolo: false, volume: 1, pan: 0, trackEffects: [], trackFilters: [], ...more },
  })
  const pool: readonly (readonly [string, Fields])[] = ['wide.mp4', 'tall.mp4', 'tone.wav'].map(
    (name): readonly [string, Fields] => [
      name,
      {
        ...{ id: name, type: name.endsWith('wav') ? 'audio' : 'video', name, status: 'online', binId: 'root' },
        ...{ source: { path: `media/${name}`, relativePath: `media/${name}` }, metadata: { fileSize: 1 } },
      },
    ],
  )
  const tracks = [
    track('video', [clip('below', 'wide.mp4', [0, 100], {})]),
    track('video', [
      clip('above', 'tall.mp4', [10, 60], {
        ...movement(at),
        position: { x: 0.3, y: 0.6, width: 0.5, height: 0.5, rotation: 15, scaleX: 1, scaleY: 1 },
      }),
    ]),
    track('audio', [clip('heard', 'tone.wav', [0, 100], { volume: 0.5 })], { pan: -0.5 }),
  ]
  const settings = {
    ...{ resolution: { width: 160, height: 90 }, frameRate: exactly(rate), aspectRatio: '16:9', duration: 0 },
    audio: { sampleRate: 48000, bitDepth: 24, channels: 2 },
  }
  return JSON.stringify({
    metadata: {
      id: 'p',
      name: 'film',
      version: '2.0.0',
      created: '',
      modified: '',
      platform: 'linux',
      appVersion: '1',
    },
    settings: { resolution: '160x90', frameRate: '25', colorSpace: 'sdr', audio: { masterVolume: 1 } },
    mediaPool: { items: Object.fromEntries(pool), bins: {}, smartCollections: [] },
    sequences: {
      s: {
        id: 's',
        name: 's',
        type: 'main',
        settings,
        composition: { tracks, masterClips: [] },
        resources: {},
        markers: [],
      },
    },
    activeSequenceId: 's',
  })
}

/** Keyframes of opacity, place and rotation, in seconds of the clip. */
function movement(at: (frames: number) => number): Fields {
  const opacityKeyframes = [
    { time: at(0), opacity: 0, easing: 'linear' },
    { time: at(12), opacity: 1, easing: 'ease-in-out' },
    { time: at(40), opacity: 0.3, easing: 'linear' },
  ]
  const keyframes = [
    { id: 'k', time: 0, property: 'rotation', value: -20, interpolation: 'linear' },
    { id: 'k', time: at(50), property: 'rotation', value: 45, interpolation: 'step' },
    { id: 'k', time: at(5), property: 'position.x', value: 0.2, interpolation: 'linear' },
    { id: 'k', time: at(55), property: 'position.x', value: 0.7, interpolation: 'linear' },
  ]
  return { opacityKeyframes, keyframes }
}
