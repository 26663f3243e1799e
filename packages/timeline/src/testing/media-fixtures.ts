import { rational } from '@sheaf/protocol'
import type { MediaIndex } from '../media/media-index.js'
import type { ProbeReport, ProbeStream } from '../media/probe-report.js'
import type { Edit, EditClip, EditItem, MediaContent } from '../model/edit.js'

/** A 25 fps video stream as ffprobe shows it. */
export const videoStream: ProbeStream = {
  index: 0,
  codec_type: 'video',
  codec_name: 'h264',
  width: 640,
  height: 360,
  pix_fmt: 'yuv420p',
  time_base: '1/12800',
  r_frame_rate: '25/1',
  has_b_frames: 2,
  field_order: 'progressive',
}
/** A stereo stream as ffprobe shows it. */
export const audioStream: ProbeStream = {
  index: 1,
  codec_type: 'audio',
  codec_name: 'aac',
  sample_rate: '48000',
  channels: 2,
  time_base: '1/48000',
}

/** A report on `frames` frames with a keyframe every ten. */
export function report(
  frames: number,
  stream: Partial<ProbeStream> = {},
  format = 'mov,mp4,m4a,3gp,3g2,mj2',
): ProbeReport {
  const packets = Array.from({ length: frames }, (_, i) => ({
    stream_index: 0,
    pts: i * 512,
    duration: 512,
    flags: i % 10 === 0 ? 'K_' : '__',
  }))
  return {
    format: { format_name: format },
    streams: [{ ...videoStream, ...stream }, audioStream],
    packets: [...packets, { stream_index: 1, pts: 0, duration: frames * 1920, flags: 'K_' }],
  }
}

/** The index of {@link report}, written out. */
export function steadyIndex(frames: number): MediaIndex {
  return {
    container: 'mov',
    video: {
      stream: 0,
      codec: 'h264',
      width: 640,
      height: 360,
      sar: rational(1),
      pixFmt: 'yuv420p',
      timeBase: rational(1, 12800),
      frames: [{ start: 0, num: 512, den: 1, count: frames }],
      frameCount: frames,
      keyframes: [{ start: 0, num: 10, den: 1, count: Math.ceil(frames / 10) }],
      lastDuration: 512,
      reorder: 2,
      variableRate: false,
      range: 'limited',
      matrix: 'bt601',
      alpha: 'none',
    },
    audio: {
      stream: 1,
      codec: 'aac',
      sampleRate: 48000,
      channels: 2,
      timeBase: rational(1, 48000),
      startPts: 0,
      duration: frames * 1920,
    },
  }
}

/** A clip of the medium of its own name. */
export function clipOf(
  media: string,
  from: number,
  to: number,
  start = rational(0),
  speed = rational(1),
): EditClip & { readonly content: MediaContent } {
  const where = `track V1 item 1 "${media}" at 00:00:00:00`
  return { kind: 'clip', name: media, from, to, content: { kind: 'media', media, start, speed }, where }
}

/** An edit at 25 fps. */
export function editOf(items: readonly EditItem[], audio?: readonly EditItem[]): Edit {
  return {
    name: 'film',
    rate: rational(25),
    frames: items.at(-1)?.to ?? 0,
    video: [{ name: 'V1', items }],
    audio: audio ? [{ name: 'A1', items: audio }] : [],
  }
}
