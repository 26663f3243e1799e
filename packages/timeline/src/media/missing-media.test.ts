import { describe, expect, it } from 'vitest'
import { commonFolders, missingHint } from './missing-media.js'

describe('the folder that missing media share', () => {
  it.each([
    [['/a/b/c/x.mov', '/a/b/d/y.mov'], ['/a/b']],
    [['/a/b/x.mov'], ['/a/b']],
    [['/a/b/x.mov', '/a/bc/y.mov'], ['/a']],
    [['/a/x.mov', '/b/y.mov'], ['/a']],
    [
      ['P:\\Film\\a\\x.mov', 'p:/film/b/y.mov', 'Q:\\z.mov'],
      ['P:\\Film', 'Q:'],
    ],
    [['\\\\nas\\proj\\x.mov', '//NAS/proj/sub/y.mov'], ['\\\\nas\\proj']],
    [['media/a/x.mov', 'media/b/y.mov'], ['media']],
    [['x.mov'], []],
  ])('%o: %o', (paths, folders) => {
    expect(commonFolders(paths)).toEqual(folders)
  })

  it('is suggested, but not what a media root led to already', () => {
    const absent = { kind: 'missing', media: 'P:\\s\\x.mov', why: 'windows-path' } as const
    expect(missingHint([absent])).toContain(`--media-root 'P:\\s=FOLDER'`)
    expect(missingHint([{ ...absent, why: 'relinked' }])).not.toContain('--media-root')
    expect(missingHint([{ ...absent, why: 'unnamed' }])).not.toContain('--media-root')
    expect(missingHint([{ kind: 'too-short', media: '/s/x.mov' }])).not.toContain('--media-root')
  })
})
