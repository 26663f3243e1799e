/** Builds OpenTimelineIO objects for tests, as exporters write them. */
export const time = (value: unknown, rate: unknown = 25): object => ({ OTIO_SCHEMA: 'RationalTime.1', value, rate })
/** A TimeRange. */
export const range = (start: unknown, duration: unknown, rate: unknown = 25): object => ({
  OTIO_SCHEMA: 'TimeRange.1',
  start_time: time(start, rate),
  duration: time(duration, rate),
})
/** An external reference. */
export const external = (target_url: string, available_range: object | null = null): object => ({
  OTIO_SCHEMA: 'ExternalReference.1',
  target_url,
  available_range,
})
/** What a generator makes, as a reference. */
export const generated = (generator_kind: string, parameters: object = {}): object => ({
  OTIO_SCHEMA: 'GeneratorReference.1',
  generator_kind,
  parameters,
})
/** Of a clip: the one medium that it shows. */
export const showing = (reference: object): object => ({ media_references: { DEFAULT_MEDIA: reference } })
/** Of an item: another speed; 0 stops it. */
export const warp = (time_scalar: number): object => ({
  effects: [{ OTIO_SCHEMA: time_scalar === 0 ? 'FreezeFrame.1' : 'LinearTimeWarp.1', time_scalar }],
})
/** A Clip.2 of frames [start, start + duration) of the medium `NAME.mp4`. */
export const clip = (name: string, start: unknown, duration: unknown, more: object = {}): object => ({
  OTIO_SCHEMA: 'Clip.2',
  name,
  source_range: range(start, duration),
  media_references: { DEFAULT_MEDIA: external(`${name}.mp4`) },
  active_media_reference_key: 'DEFAULT_MEDIA',
  ...more,
})
/** A gap. */
export const gap = (duration: unknown, rate: unknown = 25): object => ({
  OTIO_SCHEMA: 'Gap.1',
  source_range: range(0, duration, rate),
})
/** A transition over so many frames before and behind the cut. */
export const turn = (
  before: unknown,
  after: unknown,
  transition_type = 'SMPTE_Dissolve',
  rate: unknown = 25,
): object => ({
  OTIO_SCHEMA: 'Transition.1',
  transition_type,
  in_offset: time(before, rate),
  out_offset: time(after, rate),
})
/** A part of tracks over each other, as an item. */
export const stack = (source_range: object, children: readonly object[], more: object = {}): object => ({
  OTIO_SCHEMA: 'Stack.1',
  source_range,
  children,
  ...more,
})
/** A track. */
export const track = (children: readonly object[], kind = 'Video', more: object = {}): object => ({
  OTIO_SCHEMA: 'Track.1',
  name: '',
  kind,
  children,
  ...more,
})
/** A timeline as text. NaN and infinities are written as the bare words. */
export const timeline = (tracks: readonly object[], more: object = {}): string =>
  JSON.stringify(
    { OTIO_SCHEMA: 'Timeline.1', name: 'film', tracks: { OTIO_SCHEMA: 'Stack.1', children: tracks }, ...more },
    (_, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? `@@${value}` : value),
    1,
  ).replace(/"@@(-?\w+)"/g, '$1')
