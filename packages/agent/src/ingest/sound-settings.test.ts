import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rational } from '@sheaf/protocol'
import { describe, expect, it, onTestFinished } from 'vitest'
import { smallManifest } from '../worker/testing/small-manifest.js'
import { checkStems } from './check-stems.js'
import { remarksOnSound, soundSettings } from './sound-settings.js'

const aac = { sound: { codec: 'aac', kbits: 192 } } as const

describe('what is asked of the sound', () => {
  it('is nothing unless somebody asks, and keeps its limits', () => {
    expect(soundSettings({}, aac)).toBeUndefined()
    expect(soundSettings({ channels: 'stereo', stems: false }, aac)).toBeUndefined()
    expect(soundSettings({ channels: '5.1', loudness: -23, stems: true }, aac)).toEqual({
      layout: '5.1',
      loudness: { lufs: -23, truePeak: -1 },
      stems: true,
    })
    expect(() => soundSettings({ loudness: -3 }, aac)).toThrow(/A loudness of -3 LUFS cannot be reached/)
    expect(() => soundSettings({ loudness: -23, truePeak: -30 }, aac)).toThrow(/A true peak of -30 dBTP/)
    expect(() => soundSettings({ truePeak: -2 }, aac)).toThrow(/no loudness/)
    expect(() => soundSettings({ stems: true }, { sound: { codec: 'none' } })).toThrow(/the preset has none/)
    expect(soundSettings({ channels: 'stereo' }, { sound: { codec: 'none' } })).toBeUndefined()
  })

  it('comes with a word on streams that nobody hears', () => {
    const stream = (at: number) => ({
      ...{ stream: at, codec: 'pcm_s24le', sampleRate: 48_000, channels: 1 },
      ...{ timeBase: rational(1, 48_000), startPts: 0, duration: 48_000 },
    })
    const index = { container: 'mxf', video: undefined, audio: stream(1), moreAudio: [2, 3, 4].map(stream) }
    const content = { kind: 'media', media: 'a0', start: rational(0), speed: rational(1) } as const
    const clip = { kind: 'clip', name: 'x', from: 0, to: 6, content, where: 'x' } as const
    const heard = { ...smallManifest.edit, audio: [{ name: 'A1', items: [clip] }] }
    const media = { a0: { index, sizeBytes: 1, name: 'shot.mxf' } }
    expect(remarksOnSound({ ...smallManifest, edit: heard, media })).toEqual([
      'shot.mxf holds 4 mono streams; the first 2 are heard, as left and right',
    ])
    expect(remarksOnSound({ ...smallManifest, media })).toEqual([])
  })
})

describe('the files of stems', () => {
  it('are refused all at once: those that are there, and those that are something else', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    const [free, there, folder, medium, long] = ['free', 'there', 'folder', 'medium', 'x'.repeat(300)].map((name) =>
      join(dir, `${name}.wav`),
    ) as [string, string, string, string, string]
    await writeFile(there, 'mine')
    await mkdir(folder)
    await writeFile(join(dir, 'shot.wav'), 'footage')
    await symlink(join(dir, 'shot.wav'), medium)
    const paths = [free, there, folder, medium, long]
    const refusal = (overwrite: boolean): Promise<string[]> =>
      checkStems({ paths, overwrite, others: [join(dir, 'shot.wav')] }).then(
        () => [],
        (error: unknown) => (error as { readonly details: { readonly problems: string[] } }).details.problems,
      )
    const always = [`${folder} is a folder`, `${medium} is another file of the job`, `${long} has too long a name`]
    expect(await refusal(false)).toEqual([`${there} exists already`, ...always])
    expect(await refusal(true)).toEqual(always)
    await checkStems({ paths: [free], overwrite: false, others: [] })
  })
})
