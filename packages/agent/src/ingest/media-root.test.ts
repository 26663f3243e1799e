import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkMediaRoots, isWindowsPath, relink } from './media-root.js'

const shots = { from: 'P:\\shots', to: '/mnt/shots' }

describe('a media root', () => {
  it.each([
    // Windows: any case, either separator, whole names alone.
    ['P:\\shots\\a\\one.mov', [shots], '/mnt/shots/a/one.mov'],
    ['p:/SHOTS/a/One.mov', [shots], '/mnt/shots/a/One.mov'],
    ['P:/shots2/one.mov', [shots], undefined],
    ['Q:\\shots\\one.mov', [shots], undefined],
    ['P:\\x.mov', [{ from: 'p:', to: '/mnt/p' }], '/mnt/p/x.mov'],
    ['P:\\x.mov', [{ from: 'P:\\', to: '/' }], '/x.mov'],
    ['\\\\NAS\\Proj\\x.mov', [{ from: '//nas/proj', to: '/mnt/nas/' }], '/mnt/nas/x.mov'],
    ['//nas/proj/x.mov', [{ from: '\\\\nas\\proj\\', to: '/mnt' }], '/mnt/x.mov'],
    // POSIX: case counts, a backslash is a letter.
    ['/Volumes/Media/x.mov', [{ from: '/Volumes/Media', to: '/mnt' }], '/mnt/x.mov'],
    ['/volumes/Media/x.mov', [{ from: '/Volumes/Media', to: '/mnt' }], undefined],
    ['/a\\b/x.mov', [{ from: '/a', to: '/mnt' }], undefined],
    ['/x.mov', [{ from: '/', to: '/mnt' }], '/mnt/x.mov'],
    ['media/x.mov', [{ from: 'media', to: '/mnt' }], '/mnt/x.mov'],
    // Accents composed either way; the names behind the root stay as they are written.
    ['/Fotos/Größe/é.png'.normalize('NFD'), [{ from: '/Fotos/Größe', to: '/m' }], '/m/é.png'.normalize('NFD')],
  ])('%s', (path, roots, expected) => {
    expect(relink(path, roots)).toBe(expected)
  })

  it('with the most folders wins, whatever the order', () => {
    const roots = [
      { from: 'P:', to: '/p' },
      { from: 'P:/shots/old', to: '/old' },
      { from: 'P:/shots', to: '/s' },
    ]
    fc.assert(
      fc.property(fc.shuffledSubarray(roots, { minLength: 3 }), (shuffled) => {
        expect(relink('P:\\shots\\old\\x.mov', shuffled)).toBe('/old/x.mov')
        expect(relink('P:\\shots\\new\\x.mov', shuffled)).toBe('/s/new/x.mov')
      }),
    )
  })

  it('changes nothing but the beginning', () => {
    const name = fc.stringMatching(/^[\w ()[\];%{}'"=-]{1,12}$/)
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), fc.array(name), (under, names) => {
        const path = `/${[...under, ...names, 'x'].join('/')}`
        expect(relink(path, [{ from: `/${under.join('/')}`, to: '/new' }])).toBe(['/new', ...names, 'x'].join('/'))
      }),
    )
  })

  it('must lead to a folder of this machine', () => {
    checkMediaRoots([shots])
    for (const to of ['shots', 'P:\\shots', '/a\nb']) {
      expect(() => checkMediaRoots([{ from: '/a', to }])).toThrow(/leads to no folder/)
    }
  })
})

it.each([
  ['P:\\x', true],
  ['p:/x', true],
  ['\\\\nas\\x', true],
  ['//nas/x', true],
  ['/x', false],
  ['x\\y', false],
  ['take: 2.mov', false],
])('%s is one of Windows: %s', (path, expected) => {
  expect(isWindowsPath(path)).toBe(expected)
})
