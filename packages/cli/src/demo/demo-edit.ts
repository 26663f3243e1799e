import type { DemoMedium } from './make-media.js'

/** What the made edit is like. */
export interface DemoEditInit {
  readonly name: string
  readonly media: readonly DemoMedium[]
  readonly rate: number
  readonly frames: number
  /** Lengths of the shots in frames, used in turn. */
  readonly shots?: readonly number[]
}

const time = (value: number, rate: number) => ({ OTIO_SCHEMA: 'RationalTime.1', value, rate })
const range = (start: number, duration: number, rate: number) => ({
  OTIO_SCHEMA: 'TimeRange.1',
  start_time: time(start, rate),
  duration: time(duration, rate),
})

interface Shot {
  readonly medium: DemoMedium
  readonly start: number
  readonly frames: number
}

/** An OpenTimelineIO edit of many cuts over the media, one video and one audio track, as text. */
export function demoEdit(init: DemoEditInit): string {
  const shots = shotsOf(init)
  const clips = shots.map((shot, at) => clip(shot, at, init.rate))
  return JSON.stringify(
    {
      OTIO_SCHEMA: 'Timeline.1',
      name: init.name,
      global_start_time: time(0, init.rate),
      tracks: {
        OTIO_SCHEMA: 'Stack.1',
        name: 'tracks',
        children: [
          { OTIO_SCHEMA: 'Track.1', name: 'V1', kind: 'Video', children: clips },
          { OTIO_SCHEMA: 'Track.1', name: 'A1', kind: 'Audio', children: clips },
        ],
      },
    },
    null,
    1,
  )
}

function shotsOf({ media, rate, frames, shots = [40, 65, 30, 90, 50, 75] }: DemoEditInit): readonly Shot[] {
  const made: Shot[] = []
  for (let at = 0, number = 0; at < frames; number += 1) {
    const medium = media[number % media.length]
    const length = Math.min(shots[number % shots.length] ?? 50, frames - at)
    if (medium === undefined) throw new Error('an edit needs media')
    const room = Math.max(1, Math.floor(medium.seconds * rate) - length - 2)
    made.push({ medium, start: (number * 37) % room, frames: length })
    at += length
  }
  return made
}

function clip({ medium, start, frames }: Shot, at: number, rate: number) {
  return {
    OTIO_SCHEMA: 'Clip.2',
    name: `shot_${String(at * 10 + 10).padStart(4, '0')}`,
    source_range: range(start, frames, rate),
    active_media_reference_key: 'DEFAULT_MEDIA',
    media_references: {
      DEFAULT_MEDIA: { OTIO_SCHEMA: 'ExternalReference.1', target_url: `media/${medium.file}`, available_range: null },
    },
  }
}
