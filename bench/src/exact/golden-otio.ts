/** Builds the parts of OpenTimelineIO that the golden set is made of; times are frames of the edit unless said. */
export class GoldenOtio {
  /** Frames a second as the file says them: 23.976, 25 … */
  readonly rate: number

  constructor(rate: number) {
    this.rate = rate
  }

  time(value: number): object {
    return { OTIO_SCHEMA: 'RationalTime.1', value, rate: this.rate }
  }

  range(start: number, duration: number): object {
    return { OTIO_SCHEMA: 'TimeRange.1', start_time: this.time(start), duration: this.time(duration) }
  }

  /** Frames [start, start + duration) of a medium. */
  clip(target_url: string, start: number, duration: number, more: object = {}): object {
    return this.#item(start, duration, { OTIO_SCHEMA: 'ExternalReference.1', target_url }, more)
  }

  /** Numbered pictures, one a frame of 25 a second. */
  sequence(
    folder: string,
    missing_frame_policy: 'hold' | 'black',
    [start, duration]: readonly [number, number],
  ): object {
    const reference = {
      OTIO_SCHEMA: 'ImageSequenceReference.1',
      ...{ target_url_base: folder, name_prefix: 'shot.', name_suffix: '.png', start_frame: 1, frame_step: 1 },
      ...{ rate: 25, frame_zero_padding: 4, missing_frame_policy },
    }
    return this.#item(start, duration, reference, {})
  }

  /** What a generator makes. */
  made(generator_kind: string, parameters: object, duration: number, more: object = {}): object {
    return this.#item(0, duration, { OTIO_SCHEMA: 'GeneratorReference.1', generator_kind, parameters }, more)
  }

  gap(duration: number): object {
    return { OTIO_SCHEMA: 'Gap.1', source_range: this.range(0, duration) }
  }

  /** A transition over so many frames before and behind the cut. */
  turn(before: number, after: number, transition_type = 'SMPTE_Dissolve'): object {
    return {
      OTIO_SCHEMA: 'Transition.1',
      transition_type,
      in_offset: this.time(before),
      out_offset: this.time(after),
    }
  }

  video(children: readonly object[]): object {
    return { OTIO_SCHEMA: 'Track.1', kind: 'Video', children }
  }

  audio(children: readonly object[]): object {
    return { OTIO_SCHEMA: 'Track.1', kind: 'Audio', children }
  }

  stack(start: number, duration: number, children: readonly object[], more: object = {}): object {
    return { OTIO_SCHEMA: 'Stack.1', source_range: this.range(start, duration), children, ...more }
  }

  /** The file's text. */
  timeline(name: string, tracks: readonly object[]): string {
    const stack = { OTIO_SCHEMA: 'Stack.1', children: tracks }
    return JSON.stringify({ OTIO_SCHEMA: 'Timeline.1', name, global_start_time: this.time(0), tracks: stack })
  }

  #item(start: number, duration: number, reference: object, more: object): object {
    return {
      OTIO_SCHEMA: 'Clip.2',
      source_range: this.range(start, duration),
      media_references: { DEFAULT_MEDIA: reference },
      active_media_reference_key: 'DEFAULT_MEDIA',
      ...more,
    }
  }
}

/** Effects that make an item run at another speed; 0 stops it. */
export const speed = (time_scalar: number): object => ({
  effects: [{ OTIO_SCHEMA: time_scalar === 0 ? 'FreezeFrame.1' : 'LinearTimeWarp.1', time_scalar }],
})
