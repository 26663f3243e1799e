import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compileCompositor } from '../compile/compile-compositor.js'
import { frameFormat } from '../compile/frame-format.js'
import { effectProblem, listEffects } from '../effect/effects.js'
import type { EditTrack, Effect } from '../model/edit.js'
import { hasFfmpeg, indexOf } from '../testing/ffmpeg.js'
import { hashesOf, PictureStudio } from '../testing/picture-studio.js'
import { PROBE_MEDIUM_INDEX } from './probe-medium.js'
import { probePictures } from './probe-pictures.js'

const { edit, media, mediumBase64 } = probePictures()

/** Names of the filters in the graph of a call. */
function filtersOf(args: readonly string[]): Set<string> {
  const graph = args.find((arg) => arg.includes('[out]') && arg.includes(';')) ?? ''
  const plain = graph.replaceAll(/'[^']*'/g, '')
  return new Set([...plain.matchAll(/(?:^|[\],;])\s*([a-z][a-z0-9]+)(?==|,|;|\[|$)/g)].map(([, name = '']) => name))
}

const effectsOf = (tracks: readonly EditTrack[]): Effect[] =>
  tracks.flatMap(({ items }) => items).flatMap((item) => (item.kind === 'clip' ? (item.look?.effects ?? []) : []))

describe('the pictures that agents are compared by', () => {
  it('try every effect, and every filter that edits are compiled to', () => {
    const effects = effectsOf(edit.video)
    expect(effects.map(effectProblem)).toEqual(effects.map(() => undefined))
    expect(new Set(effects.map(({ id }) => id))).toEqual(new Set(listEffects().map(({ id }) => id)))
    const request = { edit, media: new Map(Object.entries(media)), from: 0, to: edit.frames }
    const { args } = compileCompositor({ ...request, format: frameFormat({ width: 160, height: 90 }) })
    const places = [
      'scale',
      'pad',
      'crop',
      'overlay',
      'perspective',
      'geq',
      'xfade',
      'blend',
      'premultiply',
      'mergeplanes',
    ]
    const times = ['fps', 'trim', 'tpad', 'loop', 'reverse', 'concat', 'setpts', 'settb', 'tmix', 'shuffleframes']
    const colours = [
      'format',
      'colormatrix',
      'lutrgb',
      'colorchannelmixer',
      'smptehdbars',
      'color',
      'bwdif',
      'transpose',
    ]
    expect([...filtersOf(args)]).toEqual(expect.arrayContaining([...places, ...times, ...colours]))
  })
})

describe.runIf(hasFfmpeg())('the same, rendered', { timeout: 120_000 }, () => {
  const studio = new PictureStudio({ width: 96, height: 54 })
  const deep = new PictureStudio({ width: 96, height: 54, pixFmt: 'yuv422p10le', like: studio })
  afterAll(() => studio.close())

  it('do not depend on the processor, and their medium is what its index says', () => {
    for (const [id, index] of Object.entries(media)) {
      writeFileSync(join(studio.folder, id), Buffer.from(mediumBase64, 'base64'))
      studio.media.set(id, index)
    }
    for (const [one, to] of [
      [studio, edit.frames],
      [deep, 18],
    ] as const) {
      expect(hashesOf(one.render(edit, 0, to, ['-cpuflags', '0']))).toEqual(hashesOf(one.render(edit, 0, to)))
    }
    expect(indexOf(join(studio.folder, 'a0'))).toEqual(PROBE_MEDIUM_INDEX)
  })
})
