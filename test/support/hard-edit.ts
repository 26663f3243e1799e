import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const rate = 25
const time = (value: number) => ({ OTIO_SCHEMA: 'RationalTime.1', value, rate })
const range = (start: number, duration: number) => ({
  OTIO_SCHEMA: 'TimeRange.1',
  start_time: time(start),
  duration: time(duration),
})
const clip = (file: string, start: number, duration: number, speed = 1) => ({
  OTIO_SCHEMA: 'Clip.2',
  name: file,
  source_range: range(start, duration),
  media_references: { DEFAULT_MEDIA: { OTIO_SCHEMA: 'ExternalReference.1', target_url: `media/${file}` } },
  active_media_reference_key: 'DEFAULT_MEDIA',
  effects: speed === 1 ? [] : [{ OTIO_SCHEMA: 'LinearTimeWarp.1', time_scalar: speed }],
})
const gap = (duration: number) => ({ OTIO_SCHEMA: 'Gap.1', source_range: range(0, duration) })
const turn = (before: number, after: number, transition_type = 'SMPTE_Dissolve') => ({
  OTIO_SCHEMA: 'Transition.1',
  transition_type,
  in_offset: time(before),
  out_offset: time(after),
})
const track = (kind: string, children: readonly object[]) => ({ OTIO_SCHEMA: 'Track.1', kind, children })

/** Numbered pictures, each shown for two frames; one of them is missing. */
const numbered = (frames: number) => ({
  ...clip('numbered', 0, frames),
  media_references: {
    DEFAULT_MEDIA: {
      ...{ OTIO_SCHEMA: 'ImageSequenceReference.1', target_url_base: 'media/numbered', name_prefix: 'n.' },
      ...{ name_suffix: '.png', start_frame: 98, frame_step: 2, frame_zero_padding: 4, rate },
      ...{ missing_frame_policy: 'black', available_range: range(0, frames) },
    },
  },
})

async function makeNumbered(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const source = ['-f', 'lavfi', '-i', 'testsrc2=s=90x54:r=25', '-frames:v', '40', '-start_number', '95']
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-y', ...source, '-pix_fmt', 'rgb24', join(folder, 'n.%04d.png')])
  await rm(join(folder, 'n.0108.png'))
}

/**
 * Writes an edit of 180 frames over the media of a small film that lie in `folder`: tracks over each other, transitions
 * between clips and with nothing, speeds, a nested stack, numbered pictures, sounds at once.
 */
export async function writeHardEdit(folder: string): Promise<string> {
  const nested = (kind: string) => ({
    OTIO_SCHEMA: 'Stack.1',
    name: 'nested',
    source_range: range(4, 40),
    children: [track(kind, [clip('wide.mp4', 30, 30), turn(6, 6), clip('old.mp4', 20, 30)])],
  })
  const tracks = [
    track('Video', [
      turn(0, 10),
      clip('wide.mp4', 10, 50),
      turn(8, 9),
      clip('old.mp4', 30, 40),
      turn(5, 5, 'Wipe Right'),
      clip('wide.mp4', 20, 30, -1),
      nested('Video'),
      clip('old.mp4', 40, 20, 0.5),
      turn(8, 0),
    ]),
    track('Video', [gap(30), turn(0, 8), clip('old.mp4', 60, 40), turn(6, 0), gap(20), numbered(30), gap(60)]),
    track('Audio', [clip('wide.mp4', 10, 90), turn(8, 8), clip('old.mp4', 15, 90)]),
    track('Audio', [gap(60), nested('Audio'), clip('wide.mp4', 10, 40, 1.5)]),
  ]
  await makeNumbered(join(folder, 'media', 'numbered'))
  const path = join(folder, 'hard.otio')
  const stack = { OTIO_SCHEMA: 'Stack.1', children: tracks }
  await writeFile(
    path,
    JSON.stringify({ OTIO_SCHEMA: 'Timeline.1', name: 'hard', global_start_time: time(0), tracks: stack }),
  )
  return path
}
