import {
  clip,
  external,
  gap,
  generated,
  range,
  showing,
  stack,
  time,
  timeline,
  track,
  turn,
  warp,
} from './otio-builder.js'

/** What the golden edit is made of: files of unequal rates and sizes, as arguments for ffmpeg's `testsrc2`. */
export const goldenMedia = [
  { name: 'wide.mp4', rate: '30', size: '128x72', options: ['-g', '250', '-bf', '3'] },
  { name: 'ntsc.mkv', rate: '30000/1001', size: '128x72', options: ['-g', '30', '-bf', '2'] },
  { name: 'tall.mp4', rate: '25', size: '60x80', options: ['-g', '12', '-bf', '2'] },
  { name: 'pal.ts', rate: '25', size: '96x72', options: ['-g', '25', '-bf', '2'] },
] as const

/** Seconds of each file. */
export const GOLDEN_SECONDS = 14

const named = (name: string): object => showing(external(name))
const generator = (kind: string, parameters?: object): object => showing(generated(kind, parameters))

/**
 * An edit at `rate` (as a file says it) with every way that an item of a track can be: cuts, transitions of each look
 * between clips and at the edges of tracks, every kind of speed, stacks inside stacks, pictures that do not fill the
 * canvas over others that move. Times are written at 25 frames a second.
 */
export function goldenEdit(rate: number): string {
  const nested = [
    track([clip('n1', 100, 30, named('ntsc.mkv')), turn(5, 4), clip('n2', 20, 60, named('wide.mp4'))]),
    track([gap(22), turn(0, 6), clip('n3', 40, 20, named('tall.mp4'))]),
  ]
  const below = track([
    turn(0, 8),
    clip('a', 30, 40, named('wide.mp4')),
    turn(7, 6),
    clip('b', 50, 30, named('ntsc.mkv')),
    turn(5, 5, 'Wipe Left'),
    clip('c', 10, 30, { ...named('pal.ts'), ...warp(2) }),
    clip('d', 60, 24, { ...named('wide.mp4'), ...warp(-1) }),
    turn(4, 4, 'Dip to Black'),
    clip('e', 90, 10, { ...named('ntsc.mkv'), ...warp(0) }),
    turn(6, 5),
    stack(range(12, 36), nested, { name: 'inner', ...warp(0.75) }),
    stack(range(7, 9), nested, { name: 'stopped', ...warp(0) }),
    clip('f', 60, 14, { ...named('wide.mp4'), ...warp(0.4) }),
    gap(5),
    clip('bars', 0, 4, generator('SMPTEBars')),
    clip('red', 0, 3, generator('SolidColor', { color: '#c02010' })),
    clip('g', 40, 20, { ...named('pal.ts'), ...warp(-1.5) }),
    turn(6, 0),
  ])
  const above = track([
    gap(20),
    turn(0, 10),
    clip('over', 100, 34, named('tall.mp4')),
    turn(8, 4, 'Wipe Up'),
    clip('cover', 12, 16, named('pal.ts')),
    turn(6, 0),
    gap(50),
    stack(range(0, 25), [clip('s', 5, 25, named('tall.mp4'))], { name: 'top' }),
  ])
  const trimmed = { ...above, source_range: range(3, 180) }
  return timeline([below, trimmed], { global_start_time: time(0, rate) })
}
