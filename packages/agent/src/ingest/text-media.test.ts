import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileCompositor, mediaIndices, resolveCall } from '@sheaf/timeline'
import { execa } from 'execa'
import { expect, it, onTestFinished } from 'vitest'
import { prepareJob } from './prepare-job.js'

const fonts = join(dirname(fileURLToPath(import.meta.resolve('@fontsource/alef/package.json'))), 'files')
const range = (duration: number): object => ({
  OTIO_SCHEMA: 'TimeRange.1',
  start_time: { OTIO_SCHEMA: 'RationalTime.1', value: 0, rate: 25 },
  duration: { OTIO_SCHEMA: 'RationalTime.1', value: duration, rate: 25 },
})
const generated = (generator_kind: string, parameters: object): object => ({
  OTIO_SCHEMA: 'Clip.2',
  source_range: range(10),
  media_references: { DEFAULT_MEDIA: { OTIO_SCHEMA: 'GeneratorReference.1', generator_kind, parameters } },
})
const track = (clip: object): object => ({ OTIO_SCHEMA: 'Track.1', kind: 'Video', children: [clip] })

/** An edit of a title over blue, prepared; the picture of its sixth frame as grey values. */
async function titled(text: string, folder: string): Promise<{ readonly graph: string; readonly luma: Uint8Array }> {
  const editPath = join(folder, 'film.otio')
  const title = generated('Title', { text, font: 'Alef', weight: 700, size: 0.3, color: '#ffffff' })
  const children = [track(generated('SolidColor', { color: '#000080' })), track(title)]
  const stack = { OTIO_SCHEMA: 'Stack.1', children }
  await writeFile(editPath, JSON.stringify({ OTIO_SCHEMA: 'Timeline.1', name: 'film', tracks: stack }))
  const request = { editPath, size: '320x180', fonts: [join(fonts, 'alef-latin-700-normal.woff2')] }
  const madeFolder = join(folder, 'made')
  const probe = (): never => {
    throw new Error('nothing here is to be probed')
  }
  const { manifest, media } = await prepareJob(request, { probe, madeFolder })
  const call = compileCompositor({
    edit: manifest.edit,
    media: mediaIndices(manifest),
    format: manifest.picture,
    from: 5,
    to: 6,
  })
  const args = resolveCall(call, { pathOf: (id) => media.find(({ assetId }) => assetId === id)?.path ?? '' })
  const { stdout } = await execa('ffmpeg', args, { encoding: 'buffer' })
  return { graph: call.args[call.graphArgIndex] ?? '', luma: stdout.subarray(0, 320 * 180) }
}

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-text-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

it('a title of an edit is to be seen over what lies below it', async () => {
  const { luma } = await titled('Hi', await folder())
  expect(luma[0]).toBeLessThan(40)
  const white = luma.reduce((count, value) => count + (value > 225 ? 1 : 0), 0)
  expect(white).toBeGreaterThan(200)
  expect(white).toBeLessThan(5000)
})

it('nothing of a hostile text stands in what ffmpeg is told', async () => {
  const text = ['movie=/etc/passwd[out];', "%{pts}'\\:,;[x]", 'two\nlines', '`$(id)`'].join(' ')
  const { graph } = await titled(text, await folder())
  for (const word of ['passwd', '%{', '$(', 'lines']) expect(graph).not.toContain(word)
})

it('a title without a font is refused with its place', async () => {
  const dir = await folder()
  const clip = generated('Title', { text: 'x' })
  const tracks = { OTIO_SCHEMA: 'Stack.1', children: [track(clip)] }
  await writeFile(join(dir, 'film.otio'), JSON.stringify({ OTIO_SCHEMA: 'Timeline.1', name: '', tracks }))
  const ports = { probe: () => Promise.reject(new Error('no media')), madeFolder: join(dir, 'made') }
  await expect(prepareJob({ editPath: join(dir, 'film.otio') }, ports)).rejects.toThrow(
    /track V1 item 1 at 00:00:00:00: a title that names no font/,
  )
})

it('subtitles that change within a line and move are drawn once, and stand where they are told in every window', async () => {
  const dir = await folder()
  const editPath = join(dir, 'film.otio')
  const stack = { OTIO_SCHEMA: 'Stack.1', children: [track(generated('SolidColor', { color: '#000080' }))] }
  await writeFile(editPath, JSON.stringify({ OTIO_SCHEMA: 'Timeline.1', name: 'film', tracks: stack }))
  const subtitles = join(dir, 'film.ass')
  await writeFile(
    subtitles,
    [
      '[Script Info]\nPlayResX: 320\nPlayResY: 180\n[V4+ Styles]',
      'Format: Name, Fontname, Fontsize, PrimaryColour, Outline, Alignment',
      'Style: Default,Alef,30,&H00FFFFFF,0,5\n[Events]',
      'Format: Layer, Start, End, Style, Text',
      "Dialogue: 0,0:00:00.00,0:00:00.40,Default,{\\move(60,90,260,90)\\c&H000000&}nn{\\b1\\c&HFFFFFF&\\u1}nn{\\r}'movie=/etc/passwd",
    ].join('\n'),
  )
  const faces = ['400', '700'].map((weight) => join(fonts, `alef-latin-${weight}-normal.woff2`))
  const probe = (): never => {
    throw new Error('nothing here is to be probed')
  }
  const ports = { probe, madeFolder: join(dir, 'made') }
  const request = { editPath, size: '320x180', subtitles, fonts: faces }
  await expect(prepareJob({ ...request, fonts: faces.slice(0, 1) }, ports)).rejects.toThrow(/Alef 700: this family/)
  const { manifest, media } = await prepareJob(request, ports)
  const frames = async (from: number, to: number): Promise<Buffer[]> => {
    const call = compileCompositor({
      edit: manifest.edit,
      media: mediaIndices(manifest),
      format: manifest.picture,
      from,
      to,
    })
    const args = resolveCall(call, { pathOf: (id) => media.find(({ assetId }) => assetId === id)?.path ?? '' })
    expect(call.args[call.graphArgIndex]).not.toContain('passwd')
    const { stdout } = await execa('ffmpeg', args, { encoding: 'buffer' })
    const size = stdout.length / (to - from)
    return Array.from({ length: to - from }, (_, i) => Buffer.from(stdout.subarray(i * size, (i + 1) * size)))
  }
  const whole = await frames(0, 10)
  expect(Buffer.concat([...(await frames(0, 3)), ...(await frames(3, 10))]).equals(Buffer.concat(whole))).toBe(true)
  const leftOf = (frame: Buffer = Buffer.alloc(0)): number =>
    Math.min(
      ...Array.from({ length: 180 }, (_, y) =>
        frame.subarray(y * 320, (y + 1) * 320).findIndex((luma) => luma > 200),
      ).filter((x) => x >= 0),
    )
  expect(Math.abs(leftOf(whole[5]) - leftOf(whole[3]) - 40)).toBeLessThanOrEqual(1)
})
