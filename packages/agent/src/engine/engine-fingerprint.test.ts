import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeManifest, encodeManifest, parsePreset } from '@sheaf/timeline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { classFingerprint, engineFingerprint } from './engine-fingerprint.js'
import { findFfmpeg, type FfmpegTools } from './find-ffmpeg.js'
import { makeProbeJob } from './probe-job.js'

// Real processes on a machine that may be busy: the limit only ends a hang.
describe('the fingerprint', { timeout: 120_000 }, () => {
  let dir = ''
  let tools: FfmpegTools
  let base = ''
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sheaf-fingerprint-'))
    tools = await findFfmpeg()
    base = await engineFingerprint({ tools, cacheDir: join(dir, 'own') })
  }, 120_000)
  afterAll(() => rm(dir, { recursive: true, force: true }))

  /** An ffmpeg that runs `lines` of shell before it does what it is told. */
  async function otherFfmpeg(name: string, lines: string): Promise<FfmpegTools> {
    const ffmpeg = join(dir, name)
    await writeFile(ffmpeg, `#!/bin/sh\n${lines}\nexec '${tools.ffmpeg}' "$@"\n`)
    await chmod(ffmpeg, 0o755)
    return { ...tools, ffmpeg }
  }

  it('is measured once for base and intermediate, and kept', async () => {
    expect(base).toMatch(/^[0-9a-f]{64}$/)
    const cacheDir = join(dir, 'own')
    const kept = await readdir(cacheDir)
    expect(kept).toHaveLength(2)
    for (const name of kept) await writeFile(join(cacheDir, name), 'a'.repeat(64))
    expect(await engineFingerprint({ tools, cacheDir })).toBe('a'.repeat(64))
    expect(await classFingerprint({ tools, cacheDir, engineClass: 'lossless' })).toBe(`lossless-${'a'.repeat(64)}`)
  })

  it('of an ffmpeg that encodes otherwise is another, and that of the intermediate the same', async () => {
    const other = await otherFfmpeg(
      'encodes',
      'for arg; do shift; case $arg in cpu-independent=1*) arg="$arg:deblock=-2,-2";; esac; set -- "$@" "$arg"; done',
    )
    const options = {
      tools: { ...other, banner: other.banner.replace(/^ffmpeg version \S+/, 'ffmpeg version 5.1.0-x') },
    }
    const cacheDir = join(dir, 'encodes-cache')
    expect(await engineFingerprint({ ...options, cacheDir })).not.toBe(base)
    const lossless = await classFingerprint({ ...options, cacheDir, engineClass: 'lossless' })
    await rm(join(dir, 'own'), { recursive: true })
    expect(await classFingerprint({ tools, cacheDir: join(dir, 'own'), engineClass: 'lossless' })).toBe(lossless)
    expect(lossless).not.toContain(base)
  })

  it('of an ffmpeg that lays moving pictures otherwise is another in every class', async () => {
    const other = await otherFfmpeg(
      'composes',
      'for arg; do case $arg in */graph-*.txt) sed -i s/interpolation=cubic/interpolation=linear/ "$arg";; esac; done',
    )
    const cacheDir = join(dir, 'composes-cache')
    const own = await classFingerprint({ tools, cacheDir: join(dir, 'own'), engineClass: 'lossless' })
    expect(await classFingerprint({ tools: other, cacheDir, engineClass: 'lossless' })).not.toBe(own)
  })

  it('is made of jobs as any agent reads them', async () => {
    for (const extent of ['all', 'part'] as const) {
      const { manifest } = await makeProbeJob(dir, parsePreset('h264'), { extent })
      expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest)
    }
  })
})
