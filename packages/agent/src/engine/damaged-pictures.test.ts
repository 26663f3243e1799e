import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DiskFinder } from '../ingest/media-finder.js'
import { findSequence, type FoundSequence } from '../ingest/find-sequence.js'
import { brokenPictures } from './broken-pictures.js'
import { isPictureCutOff } from './picture-end.js'
import { readPictureHead } from './picture-head.js'
import { probeMedia } from './probe-media.js'

const tools = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' }
const KINDS = {
  png: ['rgb24'],
  jpg: ['yuvj420p'],
  tif: ['rgb24', '-compression_algo', 'lzw'],
  exr: ['gbrpf32le', '-compression', 'zip1'],
  dpx: ['rgb24'],
} as const

describe('pictures that are damaged', { timeout: 60_000 }, () => {
  let dir = ''
  const at = (name: string): string => join(dir, name)
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sheaf-damaged-'))
    const outputs = Object.entries(KINDS).flatMap(([suffix, [pixels, ...options]]) => [
      ...['-map', '0:v', '-frames:v', '3', '-pix_fmt', pixels, ...options, at(`shot.%d.${suffix}`)],
    ])
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=96x54:r=25', ...outputs])
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  const cutOff = async (bytes: Buffer): Promise<boolean> => {
    const read = (from: number, length: number): Promise<Buffer> => Promise.resolve(bytes.subarray(from, from + length))
    const head = await readPictureHead(read)
    if (!head) throw new Error('no picture')
    return isPictureCutOff({ read, sizeBytes: bytes.length, container: head.container })
  }

  it.each(Object.keys(KINDS))('are known to be cut off by their structure: %s', async (suffix) => {
    const whole = await readFile(at(`shot.1.${suffix}`))
    expect(await cutOff(whole)).toBe(false)
    // What cameras and editors append does no harm.
    if (suffix !== 'png') expect(await cutOff(Buffer.concat([whole, Buffer.alloc(100)]))).toBe(false)
    for (const left of [whole.length - 20, whole.length >> 1, whole.length >> 3]) {
      expect(await cutOff(whole.subarray(0, left)), `${left} of ${whole.length}`).toBe(true)
    }
  })

  it('are whole as far as is known behind a header that is longer than what is read of it', async () => {
    const whole = await readFile(at('shot.1.exr'))
    const preview = Buffer.alloc(1.5 * 1024 * 1024, 7)
    const size = Buffer.alloc(4)
    size.writeUInt32LE(preview.length)
    const attribute = Buffer.concat([Buffer.from('preview\0preview\0'), size, preview])
    expect(await cutOff(Buffer.concat([whole.subarray(0, 8), attribute, whole.subarray(8)]))).toBe(false)
  })

  const spoil = async (name: string): Promise<void> => {
    const bytes = await readFile(at(name))
    bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 200)
    await writeFile(at(name), bytes)
  }
  const found = (suffix: string): Promise<FoundSequence> =>
    findSequence(
      {
        ...{
          folder: dir,
          decodedFolder: undefined,
          prefix: 'shot.',
          suffix: `.${suffix}`,
          startFrame: 1,
          frameStep: 1,
        },
        ...{ padding: 1, pictureSeconds: { num: 1, den: 25 }, count: 3, policy: 'error' },
      },
      {
        finder: new DiskFinder({ folder: dir, roots: [] }),
        probe: ({ path }) => probeMedia({ tools, path }),
        used: undefined,
        broken: (pictures) => brokenPictures(pictures, { tools }),
      },
    )

  it.each(['png', 'jpg'])('are found by decoding those of a sequence: %s', async (suffix) => {
    expect((await found(suffix)).state.state).toBe('indexed')
    for (const number of [2, 3]) await spoil(`shot.${number}.${suffix}`)
    expect((await found(suffix)).state).toEqual({
      state: 'unreadable',
      reason: expect.stringMatching(
        new RegExp(`^shot\\.2\\.${suffix} is damaged: it does not decode whole; shot\\.3\\.${suffix} as well`),
      ) as string,
    })
  })

  it('are refused as stills, by name', async () => {
    await expect(probeMedia({ tools, path: at('shot.3.png') })).rejects.toMatchObject({
      code: 'SHEAF_MEDIA_INVALID',
      message: expect.stringContaining('shot.3.png cannot be used: it is damaged') as string,
    })
    const jpg = await readFile(at('shot.1.jpg'))
    await writeFile(at('cut.jpg'), jpg.subarray(0, jpg.length >> 1))
    await expect(probeMedia({ tools, path: at('cut.jpg') })).rejects.toThrow('cut.jpg cannot be used')
    expect((await probeMedia({ tools, path: at('shot.1.jpg') })).video?.frameCount).toBe(1)
  })
})
