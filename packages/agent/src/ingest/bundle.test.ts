import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isSheafError } from '@sheaf/protocol'
import { compileAudio, compileCompositor, mediaIndices, resolveCall } from '@sheaf/timeline'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { placeOf } from '../blobs/index.js'
import { inputPlaces } from '../engine/input-places.js'
import { probeMedia } from '../engine/probe-media.js'
import { prepareJob, type PreparedJob } from './prepare-job.js'
import { makeZip, type ZipMember } from './testing/make-zip.js'

const range = (duration: number): object => ({
  OTIO_SCHEMA: 'TimeRange.1',
  start_time: { OTIO_SCHEMA: 'RationalTime.1', value: 0, rate: 25 },
  duration: { OTIO_SCHEMA: 'RationalTime.1', value: duration, rate: 25 },
})
const clip = (reference: object, frames: number): object => ({
  OTIO_SCHEMA: 'Clip.2',
  source_range: range(frames),
  media_references: { DEFAULT_MEDIA: reference },
})
const file = (target_url: string): object => ({ OTIO_SCHEMA: 'ExternalReference.1', target_url })
const sequence = {
  ...{
    OTIO_SCHEMA: 'ImageSequenceReference.1',
    target_url_base: 'media/shöts',
    name_prefix: 'shot.',
    name_suffix: '.png',
  },
  ...{ start_frame: 1, frame_step: 1, rate: 25, frame_zero_padding: 2, available_range: range(3) },
}
/** A film, its sound, three numbered pictures, one of them held. */
function editText(film = 'media/film%201.mov', more: readonly object[] = []): Buffer {
  const video = [clip(file(film), 10), clip({ ...sequence, missing_frame_policy: 'hold' }, 3), ...more]
  const track = (kind: string, children: readonly object[]): object => ({ OTIO_SCHEMA: 'Track.1', kind, children })
  const children = [track('Video', video), track('Audio', [clip(file(film), 10)])]
  return Buffer.from(JSON.stringify({ OTIO_SCHEMA: 'Timeline.1', tracks: { OTIO_SCHEMA: 'Stack.1', children } }))
}

describe('a bundle', { timeout: 60_000 }, () => {
  let dir = ''
  let media: readonly ZipMember[] = []
  let at = (): string => ''

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sheaf-bundle-'))
    const film = join(dir, 'film.mov')
    execFileSync('ffmpeg', [
      ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=96x54:r=25:d=0.6', '-f', 'lavfi', '-i', 'sine=d=0.6'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'pcm_s16le', film],
    ])
    const numbered = join(dir, 'p%d.png')
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'mandelbrot=s=96x54', '-frames:v', '2', numbered])
    media = [
      { name: 'media/film 1.mov', bytes: await readFile(film) },
      { name: 'media/shöts/shot.01.png'.normalize('NFD'), bytes: await readFile(join(dir, 'p1.png')) },
      { name: 'media/shöts/shot.03.png'.normalize('NFD'), bytes: await readFile(join(dir, 'p2.png')) },
    ]
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))
  let count = 0
  beforeEach(() => {
    const name = join(dir, `it's film ${count++}, no. 1`)
    at = () => name
  })

  const version: ZipMember = { name: 'version.txt', bytes: Buffer.from('1.0.0\n'), how: 'deflated' }
  const content = (bytes = editText()): ZipMember => ({ name: 'content.otio', bytes, how: 'deflated' })
  const zipped = async (members: readonly ZipMember[]): Promise<string> => {
    await makeZip(`${at()}.otioz`, members)
    return `${at()}.otioz`
  }
  const prepare = (editPath: string, more: object = {}): Promise<PreparedJob> => {
    const probe: Parameters<typeof prepareJob>[1]['probe'] = (path, part) =>
      probeMedia({ tools: { ffprobe: 'ffprobe' }, path, part })
    return prepareJob({ editPath, ...more }, { probe, madeFolder: join(dir, 'made') })
  }
  /** Hashes of pictures and sound of a job. */
  async function rendered({ manifest, media: found }: PreparedJob): Promise<readonly string[]> {
    const { edit, picture: format, preset } = manifest
    const indices = mediaIndices(manifest)
    const places = new Map(found.map(({ assetId, source }) => [assetId, source ? placeOf(source) : '']))
    const calls = [
      compileCompositor({ edit, media: indices, format, from: 0, to: edit.frames }),
      compileAudio({ edit, media: indices, preset, output: join(dir, 'sound.m4a') }),
    ]
    const outputs: string[] = []
    for (const call of calls) {
      if (!call) continue
      const resolved = await inputPlaces(call, (id) => places.get(id) ?? '', join(dir, 'list'))
      const out = execFileSync('ffmpeg', resolveCall(call, resolved), { maxBuffer: 1 << 28 })
      const bytes = out.length > 0 ? out : await readFile(join(dir, 'sound.m4a'))
      outputs.push(createHash('md5').update(bytes).digest('hex'))
    }
    return outputs
  }

  it('is rendered alike from a folder and from a ZIP file, where its media stay', async () => {
    const folder = `${at()}.otiod`
    await mkdir(join(folder, 'media/shöts'.normalize('NFD')), { recursive: true })
    for (const { name, bytes } of [version, content(), ...media]) await writeFile(join(folder, name), bytes)
    const expected = await rendered(await prepare(folder))
    expect(expected).toHaveLength(2)
    const path = await zipped([version, content(), ...media])
    const before = (await stat(path)).size
    const job = await prepare(path)
    expect(await rendered(job)).toEqual(expected)
    expect((await stat(path)).size).toBe(before)
    expect(job.media.map((one) => one.source?.sizeBytes)).toEqual([
      media[0]?.bytes.length,
      (media[1]?.bytes.length ?? 0) + (media[2]?.bytes.length ?? 0),
    ])
    expect(Object.values(job.manifest.media).map(({ name }) => name)).toEqual(['film 1.mov', 'shot.*.png'])
  })

  it('may be of many GB: a medium behind 5 GiB is read where it is', async () => {
    const [film, ...pictures] = media
    const far = { ...(film ?? expect.fail()), at: 5 * 2 ** 30 }
    const job = await prepare(await zipped([version, content(), ...pictures, far]))
    expect(placeOf(job.media[0]?.source ?? expect.fail())).toMatchObject([{ start: expect.any(Number) as number }])
    expect(job.media[0]?.source?.within?.offset).toBeGreaterThan(5 * 2 ** 30)
    expect(await rendered(job)).toHaveLength(2)
  })

  it('without a medium says which, and finds others beside and elsewhere as any edit does', async () => {
    const gone = editText('media/gone.mov', [clip(file('media/film 1.mov'), 2)])
    const path = await zipped([version, content(gone), ...media])
    await expect(prepare(path)).rejects.toMatchObject({
      code: 'SHEAF_MEDIA_MISSING',
      message: expect.stringContaining('media/gone.mov does not exist') as string,
    })
    // Not the file of that name beside the bundle: it is another one.
    await mkdir(join(dir, 'media'), { recursive: true })
    await writeFile(join(dir, 'media', 'gone.mov'), media[0]?.bytes ?? '')
    await expect(prepare(path)).rejects.toMatchObject({ code: 'SHEAF_MEDIA_MISSING' })
    const root = { from: 'media/gone.mov', to: join(dir, 'media', 'gone.mov') }
    expect((await prepare(path, { mediaRoots: [root] })).media).toHaveLength(3)
    expect((await prepare(path, { allowMissing: true })).warnings).toEqual([
      expect.stringMatching(/^a picture is missing .*; the picture before is held/),
      expect.stringMatching(/gone\.mov is missing; a slate/),
    ])
    const absolute = await zipped([version, content(editText(join(dir, 'film.mov'))), ...media])
    expect((await prepare(absolute)).media[0]?.path).toBe(join(dir, 'film.mov'))
  })

  it.each(['deflated', 'encrypted'] as const)('with media that are %s is refused by their names', async (how) => {
    const [film, ...pictures] = media
    const path = await zipped([version, content(), { ...(film ?? expect.fail()), how }, ...pictures])
    await expect(prepare(path)).rejects.toMatchObject({
      code: 'SHEAF_MEDIA_INVALID',
      message: expect.stringMatching(/media\/film%201\.mov: it is (compressed|encrypted) in the bundle/) as string,
    })
    const [first, second] = pictures
    const pressed = [...media.slice(0, 1), { ...(first ?? expect.fail()), how }, second ?? expect.fail()]
    await expect(prepare(await zipped([version, content(), ...pressed]))).rejects.toMatchObject({
      message: expect.stringMatching(/shot\.01\.png it is (compressed|encrypted) in the bundle/) as string,
    })
  })

  it.each(['../film.mov', '/etc/film.mov', 'media/../../film.mov', 'C:/film.mov'])(
    'with a file called %s is refused by that name',
    async (name) => {
      const path = await zipped([version, content(), ...media, { name, bytes: Buffer.from('x') }])
      await expect(prepare(path)).rejects.toMatchObject({
        code: 'SHEAF_EDIT_INVALID',
        message: expect.stringContaining(name) as string,
      })
    },
  )

  it('that is none, of another version, torn or ambiguous is refused', async () => {
    const refused = (path: string) =>
      prepare(path).then(
        () => 'taken',
        (error: unknown) => (isSheafError(error) ? error.code : error),
      )
    expect(await refused(await zipped([version, ...media]))).toBe('SHEAF_EDIT_NOT_FOUND')
    const second = { ...version, bytes: Buffer.from('2.0.0') }
    expect(await refused(await zipped([second, content(), ...media]))).toBe('SHEAF_EDIT_VERSION')
    expect(await refused(await zipped([version, content(), content(), ...media]))).toBe('SHEAF_EDIT_INVALID')
    const whole = await zipped([version, content(), ...media])
    await truncate(whole, (await stat(whole)).size - 100)
    expect(await refused(whole)).toBe('SHEAF_EDIT_INVALID')
    expect(await refused(dir)).toBe('SHEAF_EDIT_NOT_FOUND')
    await mkdir(`${at()}.otiod`)
    await writeFile(join(`${at()}.otiod`, 'content.otio'), editText())
    await writeFile(join(`${at()}.otiod`, 'version.txt'), 'ten')
    expect(await refused(`${at()}.otiod`)).toBe('SHEAF_EDIT_VERSION')
  })
})
