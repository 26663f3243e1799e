import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { checkMediaAgainstEdit, mediaError, readEdit, type MediaIndex, type MediaState } from '@sheaf/timeline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findMedia } from './find-media.js'
import { DiskFinder } from './media-finder.js'
import type { MediaRoot } from './media-root.js'

const index: MediaIndex = { container: 'mov', video: undefined, audio: undefined }
const written = (path: string, decodedPath?: string) => ({ path, decodedPath })

async function folder(...names: readonly string[]): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  for (const name of names) {
    await mkdir(dirname(join(dir, name)), { recursive: true })
    await writeFile(join(dir, name), name)
  }
  return dir
}
const finder = (dir: string, roots: readonly MediaRoot[] = []): DiskFinder =>
  new DiskFinder({ folder: dir, roots, windows: false })

describe('media are found', () => {
  it.each(['NFC', 'NFD'] as const)('by names whose accents the disk has as %s', async (form) => {
    const name = 'Übung/Ärger é/brücke 한글.mov'
    const dir = await folder(name.normalize(form))
    for (const asked of ['NFC', 'NFD'] as const) {
      expect(await finder(dir).find(written(name.normalize(asked)))).toMatchObject({
        found: 'file',
        path: join(dir, name.normalize(form)),
      })
    }
    expect(await finder(dir).find(written('Übung/Ärger e/brücke 한글.mov'))).toMatchObject({ found: 'nothing' })
  })

  it('exactly, when a folder holds both forms of a name', async () => {
    const dir = await folder('é.mov'.normalize('NFC'), 'é.mov'.normalize('NFD'))
    for (const form of ['NFC', 'NFD'] as const) {
      expect(await finder(dir).find(written('é.mov'.normalize(form)))).toMatchObject({
        path: join(dir, 'é.mov'.normalize(form)),
      })
    }
  })

  it('below a media root, and nowhere else', async () => {
    const dir = await folder('mnt/shots/a/one.mov', 'one.mov', 'a/one.mov')
    const roots = [{ from: 'P:\\shots', to: join(dir, 'mnt/shots') }]
    expect(await finder(dir, roots).find(written('P:\\Shots\\a\\one.mov'))).toMatchObject({
      path: join(dir, 'mnt/shots/a/one.mov'),
    })
    const gone = await finder(dir, roots).find(written('P:/shots/one.mov'))
    expect(gone).toEqual({ found: 'nothing', path: join(dir, 'mnt/shots/one.mov'), why: 'relinked' })
  })

  it('below a media root of the folder that a relative name leads to', async () => {
    const dir = await folder('new/one.mov')
    const roots = [{ from: join(dir, 'old'), to: join(dir, 'new') }]
    expect(await finder(dir, roots).find(written('old/one.mov'))).toMatchObject({ path: join(dir, 'new/one.mov') })
  })

  it('not below a media root that fits only the place where a path of Windows would be taken for a name', async () => {
    const dir = await folder('new/P:\\one.mov')
    const roots = [{ from: dir, to: join(dir, 'new') }]
    expect(await finder(dir, roots).find(written('P:\\one.mov'))).toMatchObject({ why: 'windows-path' })
  })

  it('by relative names of Windows; drives and servers only by a media root', async () => {
    const dir = await folder('media/one.mov')
    expect(await finder(dir).find(written('media\\one.mov'))).toMatchObject({ path: join(dir, 'media/one.mov') })
    // What would be found if a server's name were taken for a folder's.
    const server = `/${join(dir, 'media/one.mov')}`
    for (const path of ['D:\\media\\one.mov', '\\\\nas\\media\\one.mov', '//nas/media/one.mov', server]) {
      expect(await finder(dir).find(written(path))).toMatchObject({ found: 'nothing', why: 'windows-path' })
    }
  })
})

it('missing media are all listed at once, with all their places and the folders that they share', async () => {
  const dir = await folder('here.mov')
  const urls = [
    ...['file://localhost/D%3a/Projekte/Film/a%20b.mov', 'D:\\projekte\\film\\sub\\c.mov'],
    ...[
      '\\\\nas\\share\\d.mov',
      '/srv/x/e.mov',
      '/srv/y/f.mov',
      'gone/g.mov',
      pathToFileURL(join(dir, 'here.mov')).href,
    ],
  ]
  const clips = [...urls, urls[0]].map((target_url, i) => ({
    OTIO_SCHEMA: 'Clip.2',
    name: `c${i}`,
    source_range: {
      OTIO_SCHEMA: 'TimeRange.1',
      start_time: { OTIO_SCHEMA: 'RationalTime.1', value: 0, rate: 25 },
      duration: { OTIO_SCHEMA: 'RationalTime.1', value: 5, rate: 25 },
    },
    media_references: { DEFAULT_MEDIA: { OTIO_SCHEMA: 'ExternalReference.1', target_url } },
  }))
  const track = { OTIO_SCHEMA: 'Track.1', kind: 'Audio', children: clips }
  const text = JSON.stringify({ OTIO_SCHEMA: 'Timeline.1', tracks: { OTIO_SCHEMA: 'Stack.1', children: [track] } })
  const { edit, targets } = readEdit(text, { editPath: 'film.otio' })
  const media = await findMedia(targets, { editPath: join(dir, 'film.otio'), probe: async () => index })
  const states = new Map<string, MediaState>(media.map(({ target, state }) => [target.path, state]))
  const error = mediaError(checkMediaAgainstEdit(edit, states).filter(({ kind }) => kind === 'missing'))
  expect(error?.code).toBe('SHEAF_MEDIA_MISSING')
  expect(error?.message.split('\n').slice(1)).toEqual([
    expect.stringMatching(
      /item 1 "c0".*D:\/Projekte\/Film\/a b\.mov does not exist on this machine: it is a path of Windows; also used by track A1 item 8 "c7"/,
    ),
    expect.stringMatching(/item 2 "c1".*a path of Windows$/),
    expect.stringMatching(/\\\\nas\\share\\d\.mov.*a path of Windows$/),
    expect.stringMatching(/\/srv\/x\/e\.mov does not exist$/),
    expect.stringMatching(/\/srv\/y\/f\.mov does not exist$/),
    expect.stringMatching(/gone\/g\.mov does not exist$/),
  ])
  expect(error?.hint).toContain(`--media-root 'D:/Projekte/Film=FOLDER' --media-root '\\\\nas\\share=FOLDER'`)
  expect(error?.hint).toContain(`--media-root '/srv=FOLDER'`)
})
