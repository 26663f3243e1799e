import {
  editorClip,
  editorTrack,
  type Fields,
  frontClip,
  poolItem,
  projectSchema,
  schemaGrade,
  schemaTrack,
  schemaTransform,
  sequence,
  tlsp,
} from '@sheaf/timeline/testing'

/** Times of a golden project are frames of the edit, written as its seconds. */
type Clock = (frames: number) => number

const clockOf =
  (rate: number): Clock =>
  (frames) =>
    frames / exactly(rate)

/** 29.97 as files say it is 30000/1001. */
const exactly = (rate: number): number => (Number.isInteger(rate) ? rate : (Math.round(rate) * 1000) / 1001)

/** Looks of `ProjectSchema`: opacity, crop, transform, colour correction, a fade between two clips. */
export function projectOfLooks(rate: number): string {
  const at = clockOf(rate)
  const clip = (id: string, file: string, [from, to]: readonly [number, number], more: Fields = {}): Fields =>
    frontClip(id, [at(from), at(to)], {
      ...{ source_path: `media/${file}`, source_start: at(10), source_end: at(10 + to - from), ...more },
    })
  const turned = schemaTransform({ scale_x: 0.5, scale_y: 0.5, position_x: 0.2, position_y: -0.1, rotation: 30 })
  const grade = schemaGrade({ brightness: 0.1, contrast: 1.2, saturation: 0.7, hue: 20, gamma: 1.1 })
  const blur = {
    ...{ id: 'soft', effect_type: 'Blur', name: 'Blur', tags: [], enabled: true },
    parameters: { radius: { type: 'Float', value: 3 } },
  }
  const fade = {
    ...{ id: 'x', transition_type: 'fade', name: 'Fade', tags: [], parameters: {}, enabled: true },
    ...{ duration: { current: at(10) }, start_time: at(45), from_clip_id: 'a', to_clip_id: 'b' },
  }
  const tracks = [
    schemaTrack('Video', [clip('a', 'wide.mp4', [0, 50], { effects: ['soft'] }), clip('b', 'ntsc.mkv', [50, 100])]),
    schemaTrack('Video', [
      clip('c', 'pal.ts', [10, 60], { opacity: 0.6, transform: turned }),
      clip('d', 'film.mov', [60, 95], { crop: { left: 20, top: 10, right: 0, bottom: 4 }, color_correction: grade }),
    ]),
  ]
  return projectSchema(tracks, {
    metadata: { name: 'looks', created_at: '', modified_at: '' },
    timeline: {
      ...{ duration: at(100), fps: Math.round(rate), resolution: [160, 90] },
      ...{ sample_rate: 48000, aspect_ratio: 'Ratio16x9' },
    },
    ...{ effects: [blur], transitions: [fade] },
    settings: {
      ...{ export: {}, preview: {}, custom: {}, output: {} },
      ...{ resolution: { width: 160, height: 90 }, frame_rate: exactly(rate) },
    },
  })
}

/** Keyframes of a `.tlsp`: pictures that come, move, turn and go, and sound with its level. */
export function projectOfKeyframes(rate: number): string {
  const at = clockOf(rate)
  const clip = (id: string, mediaId: string, [from, length]: readonly [number, number], more: Fields = {}): Fields =>
    editorClip(id, [at(from), at(length)], {
      ...{ mediaId, mediaStartTime: at(12), mediaEndTime: at(12 + length), ...more },
    })
  const pool = ['wide.mp4', 'tall.mp4', 'tone.wav'].map((name) => {
    const path = `media/${name}`
    return poolItem(name, { type: name.endsWith('wav') ? 'audio' : 'video', source: { path, relativePath: path } })
  })
  const tracks = [
    editorTrack('video', [clip('below', 'wide.mp4', [0, 100])]),
    editorTrack('video', [
      clip('above', 'tall.mp4', [10, 60], {
        ...movement(at),
        position: { x: 0.3, y: 0.6, width: 0.5, height: 0.5, rotation: 15, scaleX: 1, scaleY: 1 },
      }),
    ]),
    editorTrack('audio', [clip('heard', 'tone.wav', [0, 100], { volume: 0.5 })], { pan: -0.5 }),
  ]
  const settings = {
    ...{ resolution: { width: 160, height: 90 }, frameRate: exactly(rate), aspectRatio: '16:9', duration: 0 },
    audio: { sampleRate: 48000, bitDepth: 24, channels: 2 },
  }
  return tlsp([sequence('s', tracks, { settings })], pool)
}

/** Keyframes of opacity, place and rotation, in seconds of the clip. */
function movement(at: Clock): Fields {
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
