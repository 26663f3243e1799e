import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkOutput, jobNameOf, type OutputRequest } from './check-output.js'

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}
const ask = (outputPath: string, change: Partial<OutputRequest> = {}): Promise<void> =>
  checkOutput({
    ...{ outputPath, overwrite: false, inputs: [], outputBytes: 1 },
    storeFolder: tmpdir(),
    storeBytes: 1,
    ...change,
  })

describe('an output', () => {
  it('that can be written is fine, and the check leaves nothing behind', async () => {
    const dir = await folder()
    await ask(join(dir, 'film.mp4'))
    expect(await readdir(dir)).toEqual([])
  })

  it('needs its folder', async () => {
    const dir = await folder()
    await writeFile(join(dir, 'file'), '')
    for (const inside of ['no/film.mp4', 'file/film.mp4']) {
      await expect(ask(join(dir, inside))).rejects.toMatchObject({
        code: 'SHEAF_OUTPUT_FOLDER_MISSING',
        hint: expect.any(String) as string,
      })
    }
  })

  it('of many pictures has its folder made, in one that is there', async () => {
    const dir = await folder()
    const images = { first: 0, count: 3 }
    await ask(join(dir, 'shot', 'p_####.png'), { images })
    expect(await readdir(dir)).toEqual(['shot'])
    await expect(ask(join(dir, 'no', 'such', 'p_####.png'), { images })).rejects.toMatchObject({
      code: 'SHEAF_OUTPUT_FOLDER_MISSING',
    })
    expect(await readdir(dir)).toEqual(['shot'])
  })

  it('is no folder, even when it may be overwritten', async () => {
    const dir = await folder()
    await mkdir(join(dir, 'film'))
    await expect(ask(join(dir, 'film'), { overwrite: true })).rejects.toMatchObject({
      code: 'SHEAF_OUTPUT_EXISTS',
      hint: `Name a file in it, such as -o ${join(dir, 'film', 'film.mp4')}`,
    })
  })

  it('replaces a file only when told to', async () => {
    const path = join(await folder(), 'film.mp4')
    await writeFile(path, 'mine')
    await expect(ask(path)).rejects.toMatchObject({ code: 'SHEAF_OUTPUT_EXISTS' })
    await ask(path, { overwrite: true })
  })

  it('is none of the inputs, also by another name', async () => {
    const dir = await folder()
    const [shot, link, alias] = [join(dir, 'shot.mov'), join(dir, 'link.mov'), join(dir, 'alias')]
    await writeFile(shot, 'footage')
    await symlink(shot, link)
    await symlink(dir, alias)
    for (const [outputPath, input] of [
      [shot, shot],
      [link, shot],
      [shot, link],
      [join(alias, 'shot.mov'), shot],
    ] as const) {
      await expect(ask(outputPath, { overwrite: true, inputs: ['/gone.mov', input] })).rejects.toMatchObject({
        code: 'SHEAF_OUTPUT_EXISTS',
        message: expect.stringContaining('inputs') as string,
      })
    }
    await ask(join(dir, 'film.mp4'), { inputs: [shot] })
  })

  it('of many files is checked whole: none of them is an input', async () => {
    const dir = await folder()
    const path = (number: number): string => join(dir, `plate_000${number}.png`)
    for (const number of [1, 5]) await writeFile(path(number), '')
    const images = { first: 1, count: 6 }
    const outputPath = join(dir, 'plate_####.png')
    await expect(ask(outputPath, { overwrite: true, images, inputs: [path(5)] })).rejects.toMatchObject({
      code: 'SHEAF_OUTPUT_EXISTS',
      message: expect.stringContaining(`${path(5)} is one of the job's own inputs`) as string,
    })
    await ask(outputPath, { overwrite: true, images, inputs: [path(7)] })
    await mkdir(path(3))
    await expect(ask(outputPath, { overwrite: true, images })).rejects.toMatchObject({
      message: expect.stringContaining('is a folder') as string,
    })
  })

  it('needs room on the disk', async () => {
    await expect(ask(join(await folder(), 'film.mp4'), { outputBytes: 1e18 })).rejects.toMatchObject({
      code: 'SHEAF_DISK_FULL',
      message: expect.stringContaining('MB are free') as string,
    })
  })

  it('needs room for segments where the store lies', async () => {
    await expect(ask(join(await folder(), 'film.mp4'), { storeBytes: 1e18 })).rejects.toMatchObject({
      message: expect.stringContaining('and of the store is full') as string,
    })
    // Another disk than that of the output.
    await expect(
      ask(join(await folder(), 'film.mp4'), { storeFolder: '/dev', storeBytes: 1e18 }),
    ).rejects.toMatchObject({
      message: expect.stringContaining("agent's store, /dev, is full") as string,
    })
  })

  it('cannot go where nobody may write', async () => {
    // Nobody can make a file there, root neither.
    await expect(ask('/proc/film.mp4')).rejects.toMatchObject({ code: 'SHEAF_OUTPUT_NOT_WRITABLE' })
  })

  const mounts = process.getuid?.() === 0 && process.platform === 'linux' && canMount()
  it.runIf(mounts)('on a disk without a free file is refused as a full disk', async () => {
    const dir = await folder()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,nr_inodes=2', 'tmpfs', dir])
    onTestFinished(() => void execFileSync('umount', [dir]))
    await writeFile(join(dir, 'last'), '')
    await expect(ask(join(dir, 'film.mp4'))).rejects.toMatchObject({ code: 'SHEAF_DISK_FULL' })
  })
})

function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

it.each([
  ['/a/film.mp4', 'film'],
  ['/a/film.v2.mov', 'film.v2'],
  ['/a/.mp4', 'render'],
  ['/a/film', 'film'],
])('the job that makes %s is called %s', (path, name) => {
  expect(jobNameOf(path)).toBe(name)
})
