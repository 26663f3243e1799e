import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SheafError } from '@sheaf/protocol'
import type { MediaIndex, MediaTarget } from '@sheaf/timeline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { settled } from '../worker/testing/make-work.js'
import { findMedia } from './find-media.js'

const index: MediaIndex = { container: 'mov', video: undefined, audio: undefined }
const target = (path: string, decodedPath?: string): MediaTarget => ({
  kind: 'path',
  path,
  relative: true,
  decodedPath,
  uses: [],
})

async function edit(...names: readonly string[]): Promise<{ dir: string; editPath: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  for (const name of names) await writeFile(join(dir, name), name)
  return { dir, editPath: join(dir, 'edit.otio') }
}

describe('media', () => {
  it('are found beside the edit or by their own path, in the order of the edit', async () => {
    const { dir, editPath } = await edit('a.mov', 'b.mov')
    const found = await findMedia([target('b.mov'), target(join(dir, 'a.mov'))], { editPath, probe: async () => index })
    expect(found.map(({ assetId, path, state }) => [assetId, path, state])).toEqual([
      ['a0', join(dir, 'b.mov'), { state: 'indexed', index }],
      ['a1', join(dir, 'a.mov'), { state: 'indexed', index }],
    ])
    const { size, mtimeMs, ctimeMs, ino } = await stat(join(dir, 'b.mov'))
    expect(found[0]?.source).toEqual({ path: join(dir, 'b.mov'), sizeBytes: size, mtimeMs, ctimeMs, ino })
  })

  it('are tried as written before their escapes are resolved', async () => {
    const { dir, editPath } = await edit('a%20b.mov', 'a b.mov', 'c d.mov')
    const found = await findMedia(
      [target('a%20b.mov', 'a b.mov'), target('c%20d.mov', 'c d.mov'), target('e%20f.mov', 'e f.mov')],
      { editPath, probe: async () => index },
    )
    expect(found.map(({ path }) => path)).toEqual([
      join(dir, 'a%20b.mov'),
      join(dir, 'c d.mov'),
      join(dir, 'e%20f.mov'),
    ])
    expect(found[2]?.state).toEqual({ state: 'missing' })
  })

  it('say each what is wrong, all at once', async () => {
    const { dir, editPath } = await edit('torn.mov', 'good.mov')
    await mkdir(join(dir, 'folder.mov'))
    await writeFile(join(dir, 'empty.mov'), '')
    const probe = async (path: string): Promise<MediaIndex> => {
      if (path.endsWith('good.mov')) return index
      throw new SheafError({ code: 'SHEAF_MEDIA_INVALID', message: 'no moov' })
    }
    const names = ['gone.mov', 'folder.mov', 'empty.mov', 'torn.mov', 'good.mov']
    const found = await findMedia(
      names.map((name) => target(name)),
      { editPath, probe },
    )
    expect(found.map(({ state }) => state)).toEqual([
      { state: 'missing' },
      { state: 'unreadable', reason: 'it is not a file' },
      { state: 'empty' },
      { state: 'unreadable', reason: 'no moov' },
      { state: 'indexed', index },
    ])
  })

  it('are indexed two at a time, and an error of our own is not taken for one of theirs', async () => {
    const names = ['a.mov', 'b.mov', 'c.mov', 'd.mov', 'e.mov']
    const { editPath } = await edit(...names)
    let now = 0
    let most = 0
    const probe = async (): Promise<MediaIndex> => {
      most = Math.max(most, (now += 1))
      await settled(2)
      now -= 1
      return index
    }
    await findMedia(
      names.map((name) => target(name)),
      { editPath, probe },
    )
    expect(most).toBe(2)
    await expect(
      findMedia([target('a.mov')], { editPath, probe: () => Promise.reject(new TypeError('bug')) }),
    ).rejects.toThrow('bug')
  })
})
