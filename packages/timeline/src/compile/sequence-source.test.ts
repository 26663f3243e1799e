import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ffmpeg, hasFfmpeg } from '../testing/ffmpeg.js'
import { blackFilter, canBlacken } from './sequence-source.js'

const FORMATS = [
  ...[
    'rgb24',
    'rgba',
    'pal8',
    'gray',
    'rgb48be',
    'rgba64be',
    'gbrp10le',
    'gray16be',
    'gbrpf32le',
    'rgb0',
    'yuvj422p',
  ].map((pixFmt) => ({ pixFmt, range: 'full' }) as const),
  ...['yuv420p', 'yuv422p10le', 'yuva444p'].map((pixFmt) => ({ pixFmt, range: 'limited' }) as const),
]

describe.runIf(hasFfmpeg())(
  'a missing picture is black and opaque, its neighbours as they are',
  { timeout: 60_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'sheaf-black-'))
    /** Three pictures of each format as RGBA, the second made black; and the same without that. One process makes all. */
    beforeAll(() => {
      const chains = FORMATS.flatMap(({ pixFmt, range }, i) => {
        const inRange = range === 'full' ? 'pc' : 'tv'
        const made = `${blackFilter(pixFmt, range)}:enable='between(n,1,1)',`
        return [made, ''].map((filter, j) => {
          const source = `testsrc2=s=32x32:r=25,trim=end_frame=3,format=${pixFmt},setparams=range=${inRange}`
          return `${source},${filter}scale=in_range=${inRange}:out_range=pc,format=rgba[o${i}${'ab'[j]}]`
        })
      })
      const outputs = FORMATS.flatMap((_, i) =>
        ['a', 'b'].flatMap((which) => ['-map', `[o${i}${which}]`, '-f', 'rawvideo', join(folder, `${i}${which}`)]),
      )
      ffmpeg(['-v', 'error', '-filter_complex', chains.join(';'), ...outputs])
    }, 60_000)
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    const pictures = (file: string): Buffer[] => {
      const raw = readFileSync(join(folder, file))
      return [0, 1, 2].map((i) => raw.subarray(i * 4096, (i + 1) * 4096))
    }

    it.each(FORMATS.map((format, i) => ({ ...format, i })))('in $pixFmt of $range range', ({ i }) => {
      const [first, black, third] = pictures(`${i}a`)
      const [one, two, three] = pictures(`${i}b`)
      expect([first, third]).toEqual([one, three])
      expect(two).not.toEqual(black)
      expect([...new Set(black?.toString('hex').match(/.{8}/g))]).toEqual(['000000ff'])
    })

    it('where ffmpeg has a filter for it', () => {
      for (const pixFmt of ['ya8', 'ya16be', 'gbrapf32le', 'grayf32le', 'nv12', 'p010le', 'unheard']) {
        expect(canBlacken(pixFmt)).toBe(false)
      }
    })
  },
)
