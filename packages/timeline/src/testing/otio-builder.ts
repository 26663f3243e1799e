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
/** A Clip.2 of frames [start, start + duration). */
export const clip = (name: string, start: unknown, duration: unknown, more: object = {}): object => ({
  OTIO_SCHEMA: 'Clip.2',
  name,
  source_range: range(start, duration),
  media_references: { DEFAULT_MEDIA: external(`${name}.mp4`) },
  active_media_reference_key: 'DEFAULT_MEDIA',
  ...more,
})
/** A gap. */
export const gap = (duration: unknown): object => ({ OTIO_SCHEMA: 'Gap.1', source_range: range(0, duration) })
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
