import fc from 'fast-check'
import { expect, it } from 'vitest'
import { stemNames } from './stem-names.js'

const named = (name: string, title?: string) => ({ name, title, items: [] })

const allowed = /^[^<>:"/\\|?*\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]+\.wav$/

it('names each track, with what the editor calls it', () => {
  const tracks = [named('A1', 'Dialogue'), named('A2'), named('A3', ' Läufer: "x" / y?\n '), named('A4', '..')]
  expect(stemNames('film', tracks)).toEqual([
    'film.A1 Dialogue.wav',
    'film.A2.wav',
    'film.A3 Läufer_ _x_ _ y_.wav',
    'film.A4.wav',
  ])
})

it('makes names that every system takes, whatever the titles are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), fc.string({ maxLength: 200 }), (title, film) => {
      const base = film.replace(/[^a-z0-9]/gi, 'f').slice(0, 200) || 'film'
      const names = stemNames(base, [named('A1', title), named('A2', title)])
      expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(2)
      for (const name of names) {
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
        expect(allowed.test(name)).toBe(true)
        expect(/[. ]\.wav$/.test(name)).toBe(false)
      }
    }),
    { numRuns: 40 },
  )
  expect(stemNames('../x', [named('A1', '../../etc/passwd')])).toEqual(['../x.A1 _.._etc_passwd.wav'])
})
