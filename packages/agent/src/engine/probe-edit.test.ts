import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileCompositor, decodeManifest, encodeManifest, mediaIndices, parsePreset } from '@sheaf/timeline'
import { expect, it } from 'vitest'
import { findFfmpeg } from './find-ffmpeg.js'
import { makeProbeEdit } from './probe-edit.js'

it('tries in the fingerprint what unusual footage needs', { timeout: 60_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sheaf-probe-edit-'))
  try {
    const recipe = { tools: await findFfmpeg(), dir, preset: parsePreset('ffv1'), width: 160, height: 90 }
    const { manifest } = await makeProbeEdit({ ...recipe, segments: 2, segmentFrames: 24, unusual: true })
    expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest)
    const { edit, picture } = manifest
    const { args } = compileCompositor({ edit, media: mediaIndices(manifest), from: 0, to: 48, format: picture })
    for (const filter of ['bwdif', 'lutrgb', 'colorchannelmixer', 'gbrp16le']) expect(args.join()).toContain(filter)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
