import type { OtioClip, OtioGap, OtioStack, OtioTrack } from '../otio/otio-types.js'

/** A clip, a gap or a stack that lies among tracks is a track by itself. */
export function trackAround(child: OtioClip | OtioGap | OtioStack, kind: 'Video' | 'Audio'): OtioTrack {
  const { written, place, metadata } = child
  const nothing = { sourceRange: undefined, effects: [], markers: [], enabled: true, name: '' } as const
  return { written, place, metadata, ...nothing, schema: 'Track', kind, children: [child] }
}
