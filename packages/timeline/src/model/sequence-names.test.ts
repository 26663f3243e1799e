import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldPictureNames, pictureName, pictureOfName, type SequenceNumbering } from './sequence-names.js'

const shot = { prefix: 'shot.', suffix: '.png', startFrame: 101, frameStep: 1, padding: 4 }

describe('the names of pictures', () => {
  it.each([
    [shot, 0, 'shot.0101.png'],
    [{ ...shot, padding: 0 }, 9, 'shot.110.png'],
    [{ ...shot, padding: 2 }, 899, 'shot.1000.png'],
    [{ ...shot, frameStep: 5 }, 2, 'shot.0111.png'],
    [{ ...shot, startFrame: -2 }, 0, 'shot.-0002.png'],
    [{ ...shot, startFrame: -2 }, 2, 'shot.0000.png'],
  ])('%o: picture %d is %s', (numbering, picture, name) => {
    expect(pictureName(numbering, picture)).toBe(name)
  })

  it('are read back, and only they', () => {
    const numbering: fc.Arbitrary<SequenceNumbering> = fc.record({
      prefix: fc.stringMatching(/^[a-z0-9.%-]{0,6}$/),
      suffix: fc.stringMatching(/^\.[a-z0-9]{0,4}$/),
      startFrame: fc.integer({ min: -200, max: 2000 }),
      frameStep: fc.integer({ min: 1, max: 7 }),
      padding: fc.nat(6),
    })
    fc.assert(
      fc.property(numbering, fc.nat(500), (how, picture) => {
        const name = pictureName(how, picture)
        expect(pictureOfName(how, name)).toBe(picture)
        expect(pictureOfName(how, `x${name}`)).toBeUndefined()
        expect(pictureOfName(how, `${name}x`)).toBeUndefined()
      }),
    )
    expect(pictureOfName(shot, 'shot.101.png')).toBeUndefined()
    expect(pictureOfName(shot, 'shot.0100.png')).toBeUndefined()
    expect(pictureOfName({ ...shot, frameStep: 2 }, 'shot.0102.png')).toBeUndefined()
  })

  it('are folded where they follow each other', () => {
    expect(foldPictureNames(shot, [[0, 40]])).toBe('shot.0101-0140.png')
    expect(
      foldPictureNames(shot, [
        [3, 4],
        [7, 9],
      ]),
    ).toBe('shot.0104.png, shot.0108-0109.png')
    expect(foldPictureNames({ ...shot, frameStep: 3 }, [[0, 3]])).toBe('shot.0101-0107x3.png')
    const many = Array.from({ length: 30 }, (_, i) => [2 * i, 2 * i + 1] as const)
    expect(foldPictureNames(shot, many, 3)).toBe('shot.0101.png, shot.0103.png, shot.0105.png, and 27 more stretches')
  })
})
