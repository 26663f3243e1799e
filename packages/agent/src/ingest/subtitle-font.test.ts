import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { FontFace } from '../titles/index.js'
import { fontPlaces } from './font-places.js'
import { prepareJob } from './prepare-job.js'
import { subtitleFont, usualFamilyOf } from './subtitle-font.js'

const face = (family: string, weight = 400, italic = false): FontFace => ({
  path: `/fonts/${family}.ttf`,
  postscriptName: `${family}-${weight}`,
  families: [family],
  fullName: `${family} ${weight}`,
  weight: { least: weight, most: weight },
  italic,
  normalWidth: true,
})
const whole = (family: string): FontFace[] =>
  [400, 700].flatMap((weight) => [face(family, weight), face(family, weight, true)])

it('takes a usual family, rather a whole one, and never an unusual one', () => {
  expect(usualFamilyOf([...whole('Wingdings'), ...whole('Roboto')])).toBe('Roboto')
  expect(usualFamilyOf([...whole('DejaVu Sans'), ...whole('Arial')])).toBe('Arial')
  expect(usualFamilyOf([face('Arial'), ...whole('DejaVu Sans')])).toBe('DejaVu Sans')
  expect(usualFamilyOf([face('Roboto'), face('Arial', 700)])).toBe('Roboto')
  expect(usualFamilyOf(whole('Wingdings'))).toBeUndefined()
})

it('a SubRip file without a font is shown in the one of this machine, with a remark; a named one has to be there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sheaf-subtitle-font-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const [editPath, subtitles] = [join(folder, 'film.otio'), join(folder, 'film.srt')]
  const time = (value: number): object => ({ OTIO_SCHEMA: 'RationalTime.1', value, rate: 25 })
  const clip = {
    OTIO_SCHEMA: 'Clip.2',
    source_range: { OTIO_SCHEMA: 'TimeRange.1', start_time: time(0), duration: time(10) },
    media_references: {
      DEFAULT_MEDIA: { OTIO_SCHEMA: 'GeneratorReference.1', generator_kind: 'SMPTEBars', parameters: {} },
    },
  }
  const children = [{ OTIO_SCHEMA: 'Track.1', kind: 'Video', children: [clip] }]
  const edit = { OTIO_SCHEMA: 'Timeline.1', name: 'film', tracks: { OTIO_SCHEMA: 'Stack.1', children } }
  await writeFile(editPath, JSON.stringify(edit))
  await writeFile(subtitles, '1\n00:00:00,000 --> 00:00:00,300\nHi\n')
  const probe = (): never => {
    throw new Error('nothing here is to be probed')
  }
  const prepare = (more: object): ReturnType<typeof prepareJob> =>
    prepareJob({ editPath, subtitles, size: '96x54', ...more }, { probe, madeFolder: join(folder, 'made') })
  const usual = await subtitleFont(fontPlaces({ editPath, fonts: [] }))
  if (usual === undefined) await expect(prepare({})).rejects.toThrow('no usual one is on this machine')
  else
    expect((await prepare({})).warnings).toContainEqual(expect.stringContaining(`film.srt names no font: "${usual}"`))
  await expect(prepare({ subtitleFont: 'No Such Font' })).rejects.toMatchObject({ code: 'SHEAF_FONT_MISSING' })
})
