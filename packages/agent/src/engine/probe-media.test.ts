import { chmod, copyFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { findFfmpeg, installCommand, type FfmpegTools } from './find-ffmpeg.js'
import { readPacketLine } from './packet-line.js'
import { probeMedia } from './probe-media.js'
import { runTool } from './run-tool.js'

// Room for a busy machine; nothing here measures time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dir = ''
let tools: FfmpegTools
let clip = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sheaf-probe-'))
  tools = await findFfmpeg()
  clip = join(dir, 'clip.mp4')
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=64x36:r=25:d=2', '-f', 'lavfi', '-i', 'sine=d=2']
  const args = ['-nostdin', '-v', 'error', ...picture, '-pix_fmt', 'yuv420p', '-g', '10', '-bf', '2', clip]
  await runTool({ file: tools.ffmpeg, args })
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('probeMedia', () => {
  it.each([
    'plain.mp4',
    'two words.mp4',
    `quo'te".mp4`,
    '100%25 %d.mp4',
    '🎬 ä.mp4',
    '-leading.mp4',
    'a:b.mp4',
    'pipe|x.mp4',
  ])('reads a file named %s', async (name) => {
    const path = join(dir, name)
    await copyFile(clip, path)
    const index = await probeMedia({ tools, path })
    expect(index.container).toBe('mov')
    expect(index.video).toMatchObject({ frameCount: 50, width: 64, height: 36, codec: 'h264' })
    expect(index.audio).toMatchObject({ channels: 1 })
  })

  const refuse = async (name: string, bytes: Uint8Array | string | undefined): Promise<unknown> => {
    const path = join(dir, name)
    if (bytes !== undefined) await writeFile(path, bytes)
    return probeMedia({ tools, path }).catch((error: unknown) => error)
  }

  it('names what is missing, empty, no media or a folder', async () => {
    expect(await refuse('gone.mp4', undefined)).toMatchObject({
      code: 'SHEAF_MEDIA_MISSING',
      message: `${join(dir, 'gone.mp4')} does not exist`,
    })
    expect(await refuse('.', undefined)).toMatchObject({ code: 'SHEAF_MEDIA_MISSING', message: `${dir} is not a file` })
    expect(await refuse('zero.mp4', '')).toMatchObject({
      code: 'SHEAF_MEDIA_INVALID',
      message: expect.stringContaining('zero.mp4 cannot be used: it is empty (0 bytes)') as string,
    })
  })

  it.each([
    ['text.mp4', 'not a film\n'.repeat(50)],
    ['page.mov', '<html><body>Not found</body></html>'],
    ['short.mp4', 'hi'],
    ['zeros.mp4', new Uint8Array(5000)],
    ['text.mkv', 'text'],
  ])('does not take %s for a film that was cut off', async (name, bytes) => {
    expect(await refuse(name, bytes)).toMatchObject({
      code: 'SHEAF_MEDIA_INVALID',
      message: `${join(dir, name)} cannot be used: it is not a media file that ffmpeg can read`,
    })
  })

  it('names a file that was cut off, with its index before or behind', async () => {
    const cut = join(dir, 'cut.mp4')
    await copyFile(clip, cut)
    await truncate(cut, Math.floor((await readFile(clip)).length / 2))
    await expect(probeMedia({ tools, path: cut })).rejects.toMatchObject({
      code: 'SHEAF_MEDIA_INVALID',
      message: `${cut} cannot be used: it is cut off: its index is missing`,
    })
    const front = join(dir, 'front.mp4')
    const args = ['-nostdin', '-v', 'error', '-i', clip, '-c', 'copy', '-movflags', '+faststart', front]
    await runTool({ file: tools.ffmpeg, args })
    await truncate(front, (await readFile(front)).length - 3000)
    await expect(probeMedia({ tools, path: front })).rejects.toMatchObject({
      code: 'SHEAF_MEDIA_INVALID',
      message: `${front} cannot be used: it is cut off before its end`,
    })
  })

  it('stops when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(probeMedia({ tools, path: clip, signal })).rejects.toThrow('enough')
  })
})

describe('readPacketLine', () => {
  it('reads numbers, leaves out what is not known, and ignores other lines', () => {
    expect(readPacketLine('stream_index=1|pts=-1024|duration=512|flags=K_')).toEqual({
      ...{ stream_index: 1, pts: -1024, duration: 512, flags: 'K_' },
    })
    expect(readPacketLine('stream_index=0|pts=N/A|duration=N/A|flags=__|')).toEqual({ stream_index: 0, flags: '__' })
    expect(readPacketLine('')).toBeUndefined()
    expect(readPacketLine('pts=5')).toBeUndefined()
  })
})

describe('findFfmpeg', () => {
  const fake = async (name: string, script: string): Promise<string> => {
    const path = join(dir, name)
    await writeFile(path, `#!/bin/sh\n${script}\n`)
    await chmod(path, 0o755)
    return path
  }

  it('finds both on the PATH and says their version', async () => {
    expect(tools.version).toMatch(/\d/)
    expect(tools.banner).toContain('libavcodec')
  })

  it('says how to install what is not there', async () => {
    await expect(findFfmpeg({ env: { PATH: dir }, platform: 'darwin' })).rejects.toMatchObject({
      code: 'SHEAF_TOOL_MISSING',
      message: 'ffmpeg was not found on the PATH',
      hint: 'Install ffmpeg 5.1 or newer: brew install ffmpeg',
    })
    expect(installCommand('linux', (file) => file === 'dnf')).toBe('sudo dnf install -y ffmpeg')
    expect(installCommand('win32', () => false)).toContain('winget install')
  })

  it.runIf(process.platform !== 'win32')('refuses an old one, one without x264, and what is no program', async () => {
    const find = (path: string): Promise<unknown> =>
      findFfmpeg({ env: { PATH: process.env['PATH'], SHEAF_FFMPEG: path } }).catch((error: unknown) => error)
    expect(await find(await fake('old', 'echo ffmpeg version 4.4.1'))).toMatchObject({
      message: expect.stringContaining('is version 4.4.1, Sheaf needs 5.1 or newer') as string,
    })
    const bare = 'case "$1" in -version) echo ffmpeg version 7.0;; *) echo " V....D ffv1  x";; esac'
    expect(await find(await fake('bare', bare))).toMatchObject({
      message: expect.stringContaining('without the encoder libx264') as string,
    })
    expect(await find(join(dir, 'nothing'))).toMatchObject({
      message: expect.stringContaining('SHEAF_FFMPEG is') as string,
    })
    expect(await find(await fake('odd', 'exit 3'))).toMatchObject({ code: 'SHEAF_TOOL_MISSING' })
  })
})
