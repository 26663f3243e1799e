import type { SubmitRequest } from '@sheaf/protocol'
import { warp } from '@sheaf/timeline/testing'
import { GoldenOtio } from './golden-otio.js'
import { projectOfKeyframes, projectOfLooks } from './golden-projects.js'

/** An edit of the golden set. */
export interface GoldenEdit {
  readonly name: string
  /** Ending of its file. */
  readonly extension: 'otio' | 'json' | 'tlsp'
  /** Its text at a rate as files say it; media lie in `media` beside it. */
  readonly text: (rate: number) => string
  /** What the render is asked for besides. */
  readonly request?: Partial<SubmitRequest>
  /** Files beside the edit. */
  readonly files?: Readonly<Record<string, string>>
}

/** The rates at which each is rendered, as files say them. */
export const GOLDEN_RATES = [24, 25, 30, 50, 23.976, 29.97, 59.94] as const

const m = (name: string): string => `media/${name}`
type Build = (o: GoldenOtio) => readonly object[]
const otio = (name: string, build: Build, more: Partial<GoldenEdit> = {}): GoldenEdit => ({
  name,
  extension: 'otio',
  text: (rate) => {
    const o = new GoldenOtio(rate)
    return o.timeline(name, build(o))
  },
  ...more,
})

/** Edits that together use what Sheaf renders; each has about a hundred frames. */
export const goldenSet: readonly GoldenEdit[] = [
  otio('cuts', (o) => [
    o.video([
      o.clip(m('wide.mp4'), 10, 22),
      o.clip(m('ntsc.mkv'), 31, 17),
      o.clip(m('pal.ts'), 40, 23),
      o.clip(m('tall.mp4'), 5, 19),
      o.clip(m('film.mov'), 21, 24),
    ]),
  ]),
  otio('varying-rate', (o) => [o.video([o.clip(m('phone.mp4'), 3, 40), o.gap(6), o.clip(m('phone.mp4'), 70, 45)])]),
  otio('dissolves', (o) => [
    o.video([
      o.turn(0, 9),
      o.clip(m('wide.mp4'), 20, 40),
      o.turn(7, 8),
      o.clip(m('ntsc.mkv'), 30, 40),
      o.turn(5, 6),
      o.clip(m('tall.mp4'), 30, 30),
      o.turn(10, 0),
    ]),
  ]),
  otio('wipes-and-dips', (o) => [
    o.video([
      o.clip(m('wide.mp4'), 20, 25),
      o.turn(5, 5, 'Wipe Left'),
      o.clip(m('pal.ts'), 30, 25),
      o.turn(4, 6, 'Wipe Down'),
      o.clip(m('film.mov'), 30, 25),
      o.turn(6, 5, 'Dip to White'),
      o.clip(m('ntsc.mkv'), 30, 25),
      o.turn(5, 6, 'Wipe Up'),
      o.made('Black', {}, 10),
    ]),
  ]),
  otio('speeds', (o) => [
    o.video([
      o.clip(m('wide.mp4'), 10, 25, warp(2)),
      o.clip(m('ntsc.mkv'), 20, 25, warp(0.4)),
      o.turn(5, 5),
      o.clip(m('pal.ts'), 20, 25, warp(1.3)),
      o.clip(m('phone.mp4'), 10, 25, warp(0.75)),
    ]),
  ]),
  otio('backwards-and-still', (o) => [
    o.video([
      o.clip(m('wide.mp4'), 40, 30, warp(-1)),
      o.clip(m('ntsc.mkv'), 60, 12, warp(0)),
      o.turn(4, 4),
      o.clip(m('tall.mp4'), 60, 30, warp(-1.5)),
      o.clip(m('film.mov'), 50, 25, warp(-0.5)),
    ]),
  ]),
  otio('layers', (o) => [
    o.video([o.clip(m('wide.mp4'), 10, 100)]),
    o.video([o.gap(12), o.turn(0, 8), o.clip(m('tall.mp4'), 20, 50), o.turn(9, 0), o.gap(38)]),
    o.video([o.gap(30), o.clip(m('pal.ts'), 40, 40), o.gap(30)]),
  ]),
  otio('nested', (o) => [
    o.video([
      o.clip(m('wide.mp4'), 10, 20),
      o.turn(5, 5),
      o.stack(12, 50, [
        o.video([o.clip(m('ntsc.mkv'), 20, 30), o.turn(6, 6), o.clip(m('film.mov'), 30, 60)]),
        o.video([o.gap(20), o.clip(m('tall.mp4'), 15, 30)]),
      ]),
      o.stack(4, 30, [o.video([o.clip(m('pal.ts'), 20, 80)])], warp(1.5)),
    ]),
  ]),
  otio('deep', (o) => [
    o.video([
      o.stack(3, 90, [
        o.video([
          o.stack(2, 60, [o.video([o.stack(1, 80, [o.video([o.clip(m('wide.mp4'), 10, 90)])], warp(0.8))])]),
          o.turn(6, 6),
          o.clip(m('ntsc.mkv'), 40, 50),
        ]),
      ]),
    ]),
  ]),
  otio('stopped-stack', (o) => [
    o.video([
      o.clip(m('film.mov'), 10, 30),
      o.stack(20, 40, [o.video([o.clip(m('wide.mp4'), 10, 70)]), o.video([o.clip(m('tall.mp4'), 10, 70)])], warp(0)),
      o.clip(m('film.mov'), 40, 30),
    ]),
  ]),
  otio('stills-and-glass', (o) => [
    o.video([o.clip(m('photo.jpg'), 0, 40), o.turn(8, 8), o.clip(m('wide.mp4'), 20, 60)]),
    o.video([o.gap(15), o.clip(m('glass.png'), 0, 70), o.turn(9, 0), o.gap(15)]),
  ]),
  otio('made', (o) => [
    o.video([
      o.made('SMPTEBars', {}, 20),
      o.turn(5, 5),
      o.made('SolidColor', { color: '#c02010' }, 30),
      o.clip(m('pal.ts'), 20, 30),
      o.made('White', {}, 20),
    ]),
  ]),
  otio('sequences', (o) => [
    o.video([
      o.sequence(m('shots/'), 'hold', [0, 20]),
      o.clip(m('wide.mp4'), 20, 20),
      o.turn(3, 3),
      o.sequence(m('shots/'), 'black', [4, 15]),
      o.gap(10),
    ]),
  ]),
  otio(
    'titles',
    (o) => [
      o.video([o.clip(m('wide.mp4'), 10, 100)]),
      o.video([
        o.gap(10),
        o.turn(0, 10),
        o.made('Title', { text: "It's 100% [ok]; %{pts}", font: 'Alef', size: 0.15, outline_width: 0.01 }, 60),
        o.turn(10, 0),
        o.gap(30),
      ]),
    ],
    {
      request: { fonts: ['media/fonts'], subtitles: 'subtitles.srt', subtitleFont: 'Alef' },
      files: {
        'subtitles.srt':
          '1\n00:00:00,500 --> 00:00:01,200\nmovie=/etc/passwd\n\n2\n00:00:01,000 --> 00:00:02,000\ntwo at once\n',
      },
    },
  ),
  otio('footage', (o) => [
    o.video([
      o.clip(m('turned.mp4'), 5, 30),
      o.turn(5, 5),
      o.clip(m('fields.mov'), 10, 35),
      o.clip(m('deep.mov'), 10, 35, warp(1.5)),
    ]),
    o.video([o.gap(20), o.clip(m('anamorphic.mp4'), 10, 50), o.gap(30)]),
  ]),
  {
    name: 'project-of-looks',
    extension: 'json',
    text: projectOfLooks,
  },
  { name: 'project-of-keyframes', extension: 'tlsp', text: projectOfKeyframes },
  otio('sound', (o) => [
    o.video([o.clip(m('wide.mp4'), 0, 120)]),
    o.audio([o.clip(m('clicks.wav'), 7, 60), o.gap(11), o.clip(m('clicks.flac'), 20, 49)]),
  ]),
  otio('mixed-sound', (o) => [
    o.video([o.clip(m('ntsc.mkv'), 0, 100)]),
    o.audio([o.clip(m('tone.wav'), 10, 50), o.turn(10, 10), o.clip(m('ntsc.mkv'), 40, 50)]),
    o.audio([o.gap(30), o.clip(m('tone.wav'), 20, 40, warp(1.5)), o.clip(m('tone.wav'), 60, 30, warp(-1))]),
  ]),
  otio(
    'part',
    (o) => [
      o.video([o.clip(m('ntsc.mkv'), 10, 50), o.turn(12, 10), o.clip(m('wide.mp4'), 30, 60)]),
      o.video([o.gap(20), o.turn(0, 20), o.clip(m('tall.mp4'), 25, 60), o.turn(14, 0), o.gap(30)]),
      o.audio([o.clip(m('clicks.wav'), 5, 110)]),
    ],
    // Both ends lie within transitions of the upper track.
    { request: { frames: '27-71' } },
  ),
]
