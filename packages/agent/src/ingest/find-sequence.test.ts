import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  bindMedia,
  checkMediaAgainstEdit,
  compileCompositor,
  decodeManifest,
  encodeManifest,
  filledPictures,
  frameFormat,
  MANIFEST_VERSION,
  picturesOfEdit,
  readEdit,
  resolveCall,
  type Edit,
  type MediaIndex,
  parsePreset,
} from '@sheaf/timeline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { placeOf, type AssetPlace } from '../blobs/index.js'
import { inputPlaces } from '../engine/input-places.js'
import { probeMedia } from '../engine/probe-media.js'
import { findMedia, type FoundMedium } from './find-media.js'
import { findSequence } from './find-sequence.js'
import { DiskFinder } from './media-finder.js'

const format = frameFormat({ width: 96, height: 54 })
const tools = { ffprobe: 'ffprobe' }
const time = (value: number, rate = 24): object => ({ OTIO_SCHEMA: 'RationalTime.1', value, rate })
const range = (start: number, duration: number, rate = 24): object => ({
  OTIO_SCHEMA: 'TimeRange.1',
  start_time: time(start, rate),
  duration: time(duration, rate),
})

/** An edit of one clip of a sequence, at 24 frames a second. */
function editOf(
  reference: object,
  clip: { readonly start?: number; readonly frames: number; readonly more?: object },
): string {
  const media = {
    OTIO_SCHEMA: 'ImageSequenceReference.1',
    target_url_base: 'shots',
    name_prefix: 'shot.',
    name_suffix: '.png',
    start_frame: 101,
    frame_step: 1,
    rate: 24,
    frame_zero_padding: 4,
    missing_frame_policy: 'error',
    available_range: range(0, 24),
    ...reference,
  }
  const item = {
    OTIO_SCHEMA: 'Clip.2',
    name: 'shot',
    source_range: range(clip.start ?? 0, clip.frames),
    media_references: { DEFAULT_MEDIA: media },
    active_media_reference_key: 'DEFAULT_MEDIA',
    ...clip.more,
  }
  return JSON.stringify({
    OTIO_SCHEMA: 'Timeline.1',
    global_start_time: time(0),
    tracks: { OTIO_SCHEMA: 'Stack.1', children: [{ OTIO_SCHEMA: 'Track.1', kind: 'Video', children: [item] }] },
  })
}

describe('numbered pictures', { timeout: 60_000 }, () => {
  let dir = ''
  const editPath = (): string => join(dir, 'film.otio')
  /** Raw pictures of the source, in the format of the edit. */
  let source: readonly string[] = []

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sheaf-sequence-'))
    for (const [folder, suffix] of [
      ['shots', 'png'],
      ['jpegs', 'jpg'],
      ['tiffs', 'tif'],
      ['exrs', 'exr'],
    ] as const) {
      await mkdir(join(dir, folder))
      const pixels = { jpg: 'yuvj420p', exr: 'gbrpf32le', png: 'rgb24', tif: 'rgb24' }[suffix]
      const name = join(dir, folder, `shot.%04d.${suffix}`)
      const count = suffix === 'png' ? '24' : '6'
      const input = ['-f', 'lavfi', '-i', 'testsrc2=s=96x54:r=24', '-frames:v', count]
      execFileSync('ffmpeg', ['-v', 'error', ...input, '-pix_fmt', pixels, '-start_number', '101', name])
    }
    source = hashes(await raw(await find(editOf({}, { frames: 24 })), 0, 24))
    expect(new Set(source).size).toBe(24)
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  async function find(text: string): Promise<{ readonly edit: Edit; readonly media: readonly FoundMedium[] }> {
    const { edit, targets } = readEdit(text, { editPath: editPath() })
    const media = await findMedia(targets, {
      editPath: editPath(),
      probe: (path, part) => probeMedia({ tools, path, part }),
      picturesOf: ({ path, sequence }) => sequence && picturesOfEdit(edit, path, sequence.pictureSeconds),
    })
    return { edit, media }
  }
  const problemsOf = async (text: string): Promise<readonly string[]> => {
    const { edit, media } = await find(text)
    const states = new Map(media.map(({ target, state }) => [target.path, state]))
    return checkMediaAgainstEdit(edit, states).map(({ message }) => message)
  }
  const filledOf = async (text: string): Promise<readonly string[]> => {
    const { edit, media } = await find(text)
    return filledPictures(edit, new Map(media.map(({ target, state }) => [target.path, state])))
  }
  /** Frames [from, to) of the edit as the engine renders them, from files or from `place`. */
  async function raw(
    { edit, media }: { readonly edit: Edit; readonly media: readonly FoundMedium[] },
    from: number,
    to: number,
    how: { readonly place?: AssetPlace; readonly options?: readonly string[] } = {},
  ): Promise<readonly Buffer[]> {
    const bound = bindMedia(edit, new Map(media.map(({ target, assetId }) => [target.path, assetId])))
    const indices = new Map<string, MediaIndex>()
    for (const { assetId, state, target } of media) {
      if (state.state !== 'indexed') throw new Error(`${target.path}: ${JSON.stringify(state)}`)
      indices.set(assetId, state.index)
    }
    const call = compileCompositor({ edit: bound, media: indices, from, to, format })
    const places = new Map(media.map(({ assetId, source }) => [assetId as string, source && placeOf(source)]))
    const places2 = await inputPlaces(call, (id) => how.place ?? places.get(id) ?? '', join(dir, `list-${from}-${to}`))
    const bytes = execFileSync('ffmpeg', [...(how.options ?? []), ...resolveCall(call, places2)], {
      maxBuffer: 1 << 28,
    })
    expect(bytes.length).toBe(call.frameBytes * (to - from))
    return Array.from({ length: to - from }, (_, i) => bytes.subarray(i * call.frameBytes, (i + 1) * call.frameBytes))
  }
  const hashes = (pictures: readonly Buffer[]): string[] =>
    pictures.map((picture) => createHash('md5').update(picture).digest('hex'))
  const shownOf = (pictures: readonly string[]): number[] => pictures.map((one) => source.indexOf(one))
  async function without(names: readonly string[], run: () => Promise<void>): Promise<void> {
    for (const name of names) await rename(join(dir, 'shots', name), join(dir, name))
    try {
      await run()
    } finally {
      for (const name of names) await rename(join(dir, name), join(dir, 'shots', name))
    }
  }

  it('are the same in 1, 2 and 7 windows, without SIMD, and from one file that holds them all', async () => {
    const warp = { effects: [{ OTIO_SCHEMA: 'LinearTimeWarp.1', time_scalar: 0.7 }] }
    const retimed = editOf({ rate: 29.97, available_range: range(0, 24, 29.97) }, { frames: 16, start: 2, more: warp })
    for (const [text, counts] of [
      [retimed, [2, 7]],
      [editOf({}, { frames: 21, start: 3 }), [3]],
    ] as const) {
      const found = await find(text)
      const { frames } = found.edit
      const whole = hashes(await raw(found, 0, frames))
      for (const windows of counts) {
        const cut = (i: number): number => Math.round((i * frames) / windows)
        const parts: string[] = []
        for (let i = 0; i < windows; i++) parts.push(...hashes(await raw(found, cut(i), cut(i + 1))))
        expect(parts).toEqual(whole)
      }
      expect(hashes(await raw(found, 0, frames, { options: ['-cpuflags', '0'] }))).toEqual(whole)
      const parts = placeOf(found.media[0]?.source ?? expect.fail())
      const joined = join(dir, 'joined')
      const files = typeof parts === 'string' ? [] : parts.map(({ path }) => path)
      await writeFile(joined, Buffer.concat(await Promise.all(files.map((path) => readFile(path)))))
      expect(hashes(await raw(found, 0, frames, { place: joined }))).toEqual(whole)
    }
  })

  it('with a gap are refused, held or black as the edit says', async () => {
    const gone = ['shot.0101.png', 'shot.0105.png', 'shot.0106.png', 'shot.0124.png']
    await without(gone, async () => {
      expect(await problemsOf(editOf({}, { frames: 24 }))).toEqual([
        '4 pictures are missing in shots/shot.0101-0124.png (24 fps): shot.0101.png, shot.0105-0106.png, shot.0124.png',
      ])
      // What no clip shows may be missing.
      expect(await problemsOf(editOf({}, { start: 6, frames: 17 }))).toEqual([])
      expect(await filledOf(editOf({}, { frames: 24 }))).toEqual([])
      expect(await filledOf(editOf({ missing_frame_policy: 'hold' }, { start: 6, frames: 17 }))).toEqual([])
      expect(await filledOf(editOf({ missing_frame_policy: 'hold' }, { start: 2, frames: 12 }))).toEqual([
        '2 pictures are missing in shots/shot.0101-0124.png (24 fps, hold): shot.0105-0106.png; ' +
          'the picture before is held, as the edit asks (track V1 item 1 "shot" at 00:00:00:00)',
      ])
      // Of several clips of one sequence the pictures are said once, with how many places show them.
      const { edit, media } = await find(editOf({ missing_frame_policy: 'black' }, { frames: 5 }))
      const [track = expect.fail()] = edit.video
      const [clip = expect.fail()] = track.items
      const other = { ...clip, ...(clip.kind === 'clip' && { where: 'another' }) }
      const twice = { ...edit, video: [track, { ...track, items: [other] }] }
      expect(filledPictures(twice, new Map(media.map(({ target, state }) => [target.path, state])))).toEqual([
        expect.stringMatching(
          /: shot\.0101\.png, shot\.0105\.png; black is shown .* \(track V1 .* and 1 more place\)$/,
        ),
      ])
      const held = shownOf(
        hashes(await raw(await find(editOf({ missing_frame_policy: 'hold' }, { frames: 24 })), 0, 24)),
      )
      expect(held).toEqual([1, 1, 2, 3, 3, 3, ...Array.from({ length: 17 }, (_, i) => i + 6), 22])
      const found = await find(editOf({ missing_frame_policy: 'black' }, { frames: 24 }))
      const black = await raw(found, 0, 24)
      expect(shownOf(hashes(black)).map((n) => (n === -1 ? 'black' : n))).toEqual(
        held.map((n, i) => ([0, 4, 5, 23].includes(i) ? 'black' : n)),
      )
      expect(new Set(black[4]?.subarray(0, 96 * 54))).toEqual(new Set([16]))
      expect(new Set(black[4]?.subarray(96 * 54))).toEqual(new Set([128]))
      expect(hashes([...(await raw(found, 0, 5)), ...(await raw(found, 5, 24))])).toEqual(hashes(black))
    })
  })

  it('keep numbers, steps and rates apart', async () => {
    // Every third file, each shown for three frames.
    const third = editOf({ start_frame: 102, frame_step: 3, available_range: range(0, 9) }, { frames: 9 })
    expect(shownOf(hashes(await raw(await find(third), 0, 9)))).toEqual([1, 1, 1, 4, 4, 4, 7, 7, 7])
    // Half the rate of the edit; an embedded time code; nothing said about the length.
    const half = editOf({ rate: 12, available_range: null }, { frames: 8 })
    expect(shownOf(hashes(await raw(await find(half), 0, 8)))).toEqual([0, 0, 1, 1, 2, 2, 3, 3])
    const coded = editOf({ available_range: range(86400, 24) }, { start: 86404, frames: 4 })
    expect(shownOf(hashes(await raw(await find(coded), 0, 4)))).toEqual([4, 5, 6, 7])
  })

  it('of JPEG, TIFF and OpenEXR are read', async () => {
    for (const [folder, suffix] of [
      ['jpegs', '.jpg'],
      ['tiffs', '.tif'],
      ['exrs', '.exr'],
    ]) {
      const six = { target_url_base: folder, name_suffix: suffix, available_range: range(0, 6) }
      const pictures = hashes(await raw(await find(editOf(six, { frames: 6 })), 0, 6))
      expect(new Set(pictures).size).toBe(6)
      if (suffix === '.tif') expect(pictures).toEqual(source.slice(0, 6))
    }
  })

  it('are refused when they are not alike, cut off, or no pictures', async () => {
    const wrong = join(dir, 'shots', 'shot.0110.png')
    const kept = await readFile(wrong)
    const all = editOf({}, { frames: 24 })
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=s=64x36', '-frames:v', '1', wrong])
    expect((await problemsOf(all)).join()).toMatch(
      /not alike: shot\.0101\.png is PNG 96x54.*shot\.0110\.png is PNG 64x36/,
    )
    await writeFile(wrong, kept)
    await truncate(wrong, kept.length - 20)
    expect((await problemsOf(all)).join()).toMatch(/shot\.0110\.png is cut off/)
    await writeFile(wrong, '')
    expect((await problemsOf(all)).join()).toMatch(/shot\.0110\.png is empty/)
    await writeFile(wrong, 'ffconcat version 1.0\nfile /etc/passwd\n# and more, so that it is long enough\n')
    expect((await problemsOf(all)).join()).toMatch(/shot\.0110\.png is no PNG, JPEG/)
    await writeFile(wrong, kept)
  })

  it.each([`it's 50% "of", %04d`, '[out];movie=x %{eif}', '-y Größe '.normalize('NFD')])(
    'may be called %s',
    async (name) => {
      await mkdir(join(dir, 'odd', name), { recursive: true })
      for (const number of [1, 2]) {
        await copyFile(join(dir, 'shots', `shot.010${number}.png`), join(dir, 'odd', name, `${name}${number}.png`))
      }
      const odd = {
        target_url_base: `odd/${name}`.normalize('NFC'),
        ...{ name_prefix: name.normalize('NFC'), start_frame: 1, frame_zero_padding: 0, available_range: range(0, 2) },
      }
      expect(shownOf(hashes(await raw(await find(editOf(odd, { frames: 2 })), 0, 2)))).toEqual([0, 1])
    },
  )

  it.each(['png', 'jpg', 'tif'])(
    'a still of %s whose name holds a pattern is that file and no sequence',
    async (suffix) => {
      const folder = { png: 'shots', jpg: 'jpegs', tif: 'tiffs' }[suffix] ?? ''
      await copyFile(join(dir, folder, `shot.0103.${suffix}`), join(dir, folder, `shot.%04d.${suffix}`))
      const still = { OTIO_SCHEMA: 'ExternalReference.1', target_url: `${folder}/shot.%04d.${suffix}` }
      const found = await find(editOf(still, { frames: 3 }))
      const pictures = hashes(await raw(found, 0, 3))
      expect(new Set(pictures).size).toBe(1)
      if (suffix !== 'jpg') expect(shownOf(pictures)).toEqual([2, 2, 2])
      await rm(join(dir, folder, `shot.%04d.${suffix}`))
    },
  )

  it('that count beyond all bounds are refused at once, as is a folder that cannot be read', async () => {
    const late = join(dir, 'dated')
    await mkdir(late)
    await copyFile(join(dir, 'shots', 'shot.0101.png'), join(late, 'shot.20240101123000.png'))
    const dated = { target_url_base: 'dated', available_range: null, start_frame: 1 }
    const target = readEdit(editOf(dated, { frames: 4 }), { editPath: editPath() }).targets[0]?.sequence
    if (!target) return expect.fail()
    const probe = (): Promise<MediaIndex> => expect.fail()
    const finder = new DiskFinder({ folder: dir, roots: [] })
    const { state } = await findSequence(target, { finder, probe, used: undefined })
    expect(state).toEqual({ state: 'unreadable', reason: 'it counts 20240101123000 pictures' })
    const names = () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' }))
    const locked = { found: 'folder', path: late, folder: { names, file: () => expect.fail() } } as const
    const refused = await findSequence(target, {
      finder: { find: () => Promise.resolve(locked) },
      probe,
      used: undefined,
    })
    expect(refused.state).toEqual({ state: 'unreadable', reason: `the folder ${late} cannot be read (EACCES)` })
  })

  it('travel in the manifest', async () => {
    await without(['shot.0105.png'], async () => {
      const { edit, media } = await find(editOf({ missing_frame_policy: 'hold' }, { frames: 24 }))
      const [{ state, source, target } = expect.fail()] = media
      if (state.state !== 'indexed' || !source) return expect.fail()
      const manifest = {
        version: MANIFEST_VERSION,
        edit: bindMedia(edit, new Map([[target.path, 'a0']])),
        media: { a0: { index: state.index, sizeBytes: source.sizeBytes, name: 'shot' } },
        picture: format,
        preset: parsePreset('ffv1'),
        segments: [[0, 24]] as const,
      } as const
      const text = encodeManifest(manifest)
      expect(decodeManifest(text)).toEqual(manifest)
      expect(() => decodeManifest(text.replace('"missing":[[4,5]]', '"missing":[[4,6]]'))).toThrow(/24 pictures/)
      expect(() => decodeManifest(text.replace('"fileBytes":[', '"fileBytes":[1,'))).toThrow(/bytes together/)
    })
  })
})
