import { rational } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { readProject, refusalsOf } from '../testing/studio-asserts.js'
import { editorClip, editorTrack, savedMedium, tls } from '../testing/studio-builder.js'

describe('a project of the first version', () => {
  const track = editorTrack('video', [editorClip('a', [0, 1]), editorClip('b', [1, 1])])

  it('is read with its own media, as tracks or as sections of them', () => {
    const media = [savedMedium('a'), savedMedium('b', { relativePath: 'b.mp4' })]
    const flat = readProject(tls({ tracks: [track], resources: [] }, media))
    expect([flat.edit.rate, flat.edit.frames, flat.size]).toEqual([rational(25), 50, { width: 128, height: 72 }])
    expect(flat.targets.map(({ path, decodedPath }) => [path, decodedPath])).toEqual([
      ['/media/a.mp4', undefined],
      ['/media/b.mp4', 'b.mp4'],
    ])
    const sections = {
      name: 'film',
      sections: [{ id: 's', startTime: 0, tracks: [track] }],
      globalTracks: [editorTrack('music', [editorClip('a', [0, 2])])],
    }
    const read = readProject(tls(sections, media))
    expect(read.edit.video).toEqual(flat.edit.video)
    expect(read.edit.audio.map(({ name }) => name)).toEqual(['V1', 'A1'])
  })

  it('without a timeline is empty', () => {
    expect(() => readProject(tls(undefined, []))).toThrow('no timeline')
  })

  it('names the speeds that change, and the media that are gone', () => {
    const timeline = {
      tracks: [track],
      resources: [],
      speedRampingConfigs: { a: { enabled: true, keyframes: [{ time: 0 }] } },
    }
    expect(refusalsOf(tls(timeline, [savedMedium('a')])).map((one) => one.replace(/^.*?:\d\d: /, ''))).toEqual([
      'a speed that changes within the clip (speedRamping)',
      'the medium "b", which the project does not hold (hard)',
    ])
  })
})
