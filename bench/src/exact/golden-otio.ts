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
} from '@sheaf/timeline/testing'

/** Parts of OpenTimelineIO at one rate, for the golden set; times are frames of the edit. */
export class GoldenOtio {
  /** Frames a second as the file says them: 23.976, 25 … */
  readonly rate: number

  constructor(rate: number) {
    this.rate = rate
  }

  /** Frames [start, start + duration) of a medium. */
  clip(url: string, start: number, duration: number, more: object = {}): object {
    return this.#item(external(url), [start, duration], more)
  }

  /** Numbered pictures, one a frame of 25 a second. */
  sequence(target_url_base: string, missing_frame_policy: 'hold' | 'black', part: Part): object {
    const reference = {
      OTIO_SCHEMA: 'ImageSequenceReference.1',
      ...{ target_url_base, name_prefix: 'shot.', name_suffix: '.png', start_frame: 1, frame_step: 1 },
      ...{ rate: 25, frame_zero_padding: 4, missing_frame_policy },
    }
    return this.#item(reference, part)
  }

  /** What a generator makes. */
  made(kind: string, parameters: object, duration: number, more: object = {}): object {
    return this.#item(generated(kind, parameters), [0, duration], more)
  }

  gap(duration: number): object {
    return gap(duration, this.rate)
  }

  /** A transition over so many frames before and behind the cut. */
  turn(before: number, after: number, type?: string): object {
    return turn(before, after, type, this.rate)
  }

  video(children: readonly object[]): object {
    return track(children)
  }

  audio(children: readonly object[]): object {
    return track(children, 'Audio')
  }

  stack(start: number, duration: number, children: readonly object[], more?: object): object {
    return stack(range(start, duration, this.rate), children, more)
  }

  /** The file's text. */
  timeline(name: string, tracks: readonly object[]): string {
    return timeline(tracks, { name, global_start_time: time(0, this.rate) })
  }

  #item(reference: object, [start, duration]: Part, more: object = {}): object {
    return clip('', start, duration, {
      source_range: range(start, duration, this.rate),
      ...showing(reference),
      ...more,
    })
  }
}

/** First frame and how many. */
type Part = readonly [start: number, duration: number]
