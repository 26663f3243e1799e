import { frameFormat, MANIFEST_VERSION, parsePreset, type Manifest } from '@sheaf/timeline'

/** Three segments of black without sound, 160 × 90 at 25 frames a second, and a medium that nothing uses. */
export const smallManifest: Manifest = {
  version: MANIFEST_VERSION,
  edit: {
    name: 'small',
    rate: { num: 25, den: 1 },
    frames: 6,
    video: [{ name: 'V1', items: [{ kind: 'gap', from: 0, to: 6 }] }],
    audio: [],
  },
  media: { a0: { index: { container: 'mov', video: undefined, audio: undefined }, sizeBytes: 5, name: 'shot.mov' } },
  picture: frameFormat({ width: 160, height: 90 }),
  preset: parsePreset('h264:crf=30,speed=veryfast'),
  segments: [
    [0, 2],
    [2, 4],
    [4, 6],
  ],
}
