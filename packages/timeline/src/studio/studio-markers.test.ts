import { expect, it } from 'vitest'
import type { EditMarker } from '../model/edit.js'
import { readEdit } from '../model/read-edit.js'
import { editorClip, editorTrack, poolItem, savedMedium, sequence, tls, tlsp } from '../testing/studio-builder.js'

const mark = (name: string, time: unknown, more: object = {}): object => ({
  ...{ id: name, name, time, color: '#3b82f6', type: 'chapter', ...more },
})
const markersOf = (text: string): readonly EditMarker[] =>
  readEdit(text, { editPath: 'p.tlsp', dropUnknown: true }).edit.markers ?? []

it('reads the markers of a sequence, and of those in it where they are shown, trimmed and retimed', () => {
  const shot = editorTrack('video', [editorClip('m', [0, 10])])
  const inner = sequence('inner', [shot], { type: 'nested', markers: [mark('a', 1), mark('b', 4), mark('c', 9)] })
  const clips = [
    editorClip('inner', [0, 2], { mediaStartTime: 1, mediaEndTime: 3, sourceIn: 1, sourceOut: 3 }),
    editorClip('inner', [4, 2], {
      ...{ id: 'again', mediaStartTime: 2, mediaEndTime: 6, sourceIn: 2, sourceOut: 6, speed: 2, playbackRate: 2 },
    }),
  ]
  const injected = "';[out]movie=/etc/passwd\n%{pts}"
  const markers = [mark(injected, 0.5), mark('', 3, { comment: 'said' }), mark('off', 3.5, { includeInExport: false })]
  const odd = [mark('none', 'soon'), mark('before', -1), mark('behind', 99), mark('said', 3, { id: 'twice' })]
  const outer = sequence('outer', [editorTrack('video', clips)], { markers: [...markers, ...odd] })
  expect(markersOf(tlsp([outer, inner], [poolItem('m')]))).toEqual([
    { frame: 0, name: 'a' },
    { frame: 13, name: injected },
    { frame: 75, name: 'said' },
    { frame: 125, name: 'b' },
  ])
})

it('reads the markers of a timeline of the first version, which describe instead of comment', () => {
  const track = editorTrack('video', [editorClip('m', [0, 10])])
  const markers = [mark('two', 2), mark('', 1, { description: 'one' })]
  expect(markersOf(tls({ tracks: [track], markers }, [savedMedium('m')]))).toEqual([
    { frame: 25, name: 'one' },
    { frame: 50, name: 'two' },
  ])
})
