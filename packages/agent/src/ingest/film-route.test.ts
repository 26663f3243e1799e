import type { PeerId } from '@sheaf/protocol'
import { frameFormat, MANIFEST_VERSION, parsePreset, probePictures, type Manifest } from '@sheaf/timeline'
import { describe, expect, it } from 'vitest'
import { describeRoute } from './describe-route.js'
import { chooseFilmRoute, type FarmAgent, type RouteWish } from './film-route.js'

const agent = (name: string, base: string, lossless: string, engineVersion?: string): FarmAgent => ({
  ...{ peer: name as PeerId, name, slots: 1, score: 100, engineVersion },
  fingerprints: { ffmpeg: base, 'ffmpeg/lossless': lossless, ...(base === 'base' && { 'ffmpeg/libx265': 'libx265' }) },
})
/** What is dear to compose, and cheap to encode. */
function manifestOf(preset: string): Manifest {
  const { edit } = probePictures()
  const picture = frameFormat({ width: 96, height: 54 })
  const layers = [0, 1].flatMap(() => edit.video)
  const segments = [[0, edit.frames]] as const
  return {
    version: MANIFEST_VERSION,
    edit: { ...edit, video: layers },
    media: {},
    picture,
    preset: parsePreset(preset),
    segments,
  }
}
const others = [agent('bo', 'other', 'lossless', '6.1'), agent('cy', 'other', 'lossless', '6.1')]
const fast = 'h264:speed=ultrafast'

async function routed(preset: string, wish: RouteWish = {}, farm: readonly FarmAgent[] = others) {
  const self = agent('al', 'base', 'lossless', '5.1.9')
  const manifest = manifestOf(preset)
  const asked = wish.intermediate === true ? { ...manifest, output: { intermediate: true as const } } : manifest
  const film = await chooseFilmRoute(wish, asked, {
    fingerprintOf: (engineClass) => Promise.resolve(engineClass),
    farm: () => ({ self, others: farm }),
  })
  const { manifest: made, fingerprint, route } = film
  return { through: made.output?.intermediate === true, fingerprint, reason: route.reason, ...describeRoute(film) }
}

describe('how a film is made', () => {
  it.each([
    [fast, {}, true, 'lossless', 'notably-faster'],
    [fast, { intermediate: false }, false, 'base', 'asked'],
    [fast, { noRoom: true }, false, 'base', 'no-room'],
    ['h264:speed=veryslow', {}, false, 'base', 'encode-outweighs'],
    ['h264:speed=veryslow', { intermediate: true }, true, 'lossless', 'asked'],
    ['h264-2pass', {}, false, 'lossless', 'preset'],
    ['ffv1', {}, false, 'lossless', 'preset'],
    ['png', {}, false, 'png', 'preset'],
    ['h264-nvenc', {}, false, 'h264_nvenc', 'preset'],
  ] as const)('%s with %j', async (preset, wish, through, fingerprint, reason) => {
    expect(await routed(preset, wish)).toMatchObject({ through, fingerprint, reason })
  })

  it('says who is won and who is left out, and what their ffmpeg is', async () => {
    const { route, leftOut } = await routed(fast, {}, [...others, agent('di', 'odd', 'odd', '5.1.9')])
    expect(route).toMatch(
      /^rendered through a lossless intermediate with 3 agents instead of 1, about \d\.\d times as fast: bo and cy have another ffmpeg \(6\.1; here 5\.1\.9\); the film is encoded once, here/,
    )
    expect(leftOut).toEqual([
      'left out: di, with another build of ffmpeg 5.1.9, or another processor: it composes other pictures',
    ])
    const slow = await routed('h264:speed=veryslow')
    expect([slow.route, slow.leftOut]).toEqual([
      undefined,
      [expect.stringMatching(/^left out: bo and cy, .* the one encode of the film here .* \(--intermediate does it/)],
    ])
    const silent = { ...agent('ed', '', ''), fingerprints: {} }
    expect((await routed(fast, {}, [silent])).leftOut).toEqual([
      'ed: not known yet what its ffmpeg makes; takes part if that is the same as here',
    ])
    expect((await routed(fast, {}, [agent('fi', 'base', 'lossless')])).leftOut).toEqual([])
  })

  it('refuses to make directly what keeps its rate as a whole', async () => {
    await expect(routed('h264-2pass', { intermediate: false })).rejects.toMatchObject({
      code: 'SHEAF_REQUEST_INVALID',
      message: '--direct: preset h264-2pass keeps its rate by one encode of the whole film',
    })
  })
})
