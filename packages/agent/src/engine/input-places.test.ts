import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rational } from '@sheaf/protocol'
import { compileCompositor, frameFormat, pngIndex, resolveCall, sequenceMedium } from '@sheaf/timeline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inputPlaces, pictureList } from './input-places.js'

describe('a list of pictures', () => {
  let dir = ''
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sheaf-list-'))
    execFileSync('ffmpeg', [
      ...['-v', 'error', '-f', 'lavfi', '-i', 'color=white:s=16x16', '-frames:v', '1'],
      join(dir, 'secret.png'),
    ])
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  it('leads to no other file, whatever a picture that came from another machine holds', async () => {
    const secret = `file:${join(dir, 'secret.png')}`
    const scripts = [
      'ffconcat version 1.0\nfile secret.png\n',
      `ffconcat version 1.0\nfile '${secret}'\nduration 1\n`,
      `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${secret}\n#EXT-X-ENDLIST\n`,
      `${secret}\n`,
    ]
    const index = { ...pngIndex({ width: 16, height: 16 }) }
    const { video } = index
    if (!video) return expect.fail()
    const sequence = { fileBytes: [600, 600], missing: [], policy: 'error' } as const
    const medium = sequenceMedium({ ...index, video }, { count: 2, pictureSeconds: rational(1, 25), sequence })
    const content = { kind: 'media', media: 'a0', start: rational(0), speed: rational(1) } as const
    const items = [{ kind: 'clip', name: '', from: 0, to: 2, content, where: '' } as const]
    const edit = { name: '', rate: rational(25), frames: 2, video: [{ name: 'V1', items }], audio: [] }
    const format = frameFormat({ width: 16, height: 16 })
    const call = compileCompositor({ edit, media: new Map([['a0', medium]]), format, from: 0, to: 2 })
    const render = async (bytes: Buffer): Promise<Buffer> => {
      await writeFile(join(dir, 'a0'), Buffer.concat([bytes, bytes]))
      const places = await inputPlaces(call, () => join(dir, 'a0'), join(dir, 'list'))
      return execFileSync('ffmpeg', resolveCall(call, places), { stdio: ['ignore', 'pipe', 'pipe'] })
    }
    const picture = await readFile(join(dir, 'secret.png'))
    expect((await render(Buffer.concat([picture, Buffer.alloc(600 - picture.length)]))).length).toBe(
      call.frameBytes * 2,
    )
    for (const script of scripts) await expect(render(Buffer.from(script.padEnd(600, '\n')))).rejects.toThrow()
  })

  it('quotes names, and takes none with line breaks', () => {
    expect(
      pictureList([{ path: `/it's 'quoted'`, start: 3, end: 9 }], {
        bytes: [{ start: 0, end: 6 }],
        format: 'png_pipe',
      }),
    ).toContain(`\nfile 'subfile,,start,3,end,9,,:file:/it'\\''s '\\''quoted'\\'''\n`)
    expect(() =>
      pictureList([{ path: `/a'\nfile '/etc/passwd`, start: 0, end: 9 }], {
        bytes: [{ start: 0, end: 9 }],
        format: 'png_pipe',
      }),
    ).toThrow(/line breaks/)
    expect(() =>
      pictureList([{ path: '/a', start: 0, end: 5 }], {
        bytes: [
          { start: 0, end: 5 },
          { start: 5, end: 6 },
        ],
        format: 'png_pipe',
      }),
    ).toThrow(/one file/)
  })
})
