import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { makeDemoMedia } from '@sheaf/cli'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FarmSandbox } from '../support/farm-sandbox.js'
import { makeOtherFfmpeg } from '../support/other-ffmpeg.js'
import { untilCompleted, untilFarm, untilJob } from '../support/wait-for.js'

const timeout = 240_000
const seconds = 2

/** Three layers of one medium, each turned: dear to compose. */
function turnedLayers(source: string): string {
  const track = (id: string, rotation: number) => ({
    ...{ id, track_type: 'Video', name: id, enabled: true, volume: 1, locked: false, effects: [], filters: [] },
    clips: [
      {
        ...{ id, source: { File: source }, start_time: 0, end_time: seconds, source_start: 0, source_end: seconds },
        ...{ speed: 1, opacity: 1, effects: [], filters: [] },
        transform: { scale_x: 0.8, scale_y: 0.8, position_x: 0, position_y: 0, rotation, anchor_x: 0.5, anchor_y: 0.5 },
      },
    ],
  })
  const made = { created_at: '2026-01-01', modified_at: '2026-01-01' }
  return JSON.stringify({
    ...{ version: '1.0.0', metadata: { name: 'turned', ...made } },
    timeline: { duration: seconds, fps: 25, resolution: [128, 72], sample_rate: 48_000, aspect_ratio: 'Ratio16x9' },
    tracks: [track('one', 10), track('two', -20), track('three', 35)],
    ...{ effects: [], transitions: [], filters: [], templates: [], style_templates: [], subtitles: [] },
    settings: {
      export: {
        format: 'Mp4',
        quality: 85,
        video_bitrate: 8000,
        audio_bitrate: 192,
        hardware_acceleration: false,
        ffmpeg_args: [],
      },
      ...{ preview: { resolution: [1280, 720], fps: 30, quality: 75 }, custom: {} },
    },
  })
}

/** A hash of each decoded picture. */
async function pictures(path: string): Promise<readonly string[]> {
  const args = ['-v', 'error', '-i', path, '-map', '0:v', '-pix_fmt', 'yuv420p', '-f', 'framemd5', '-']
  const { stdout } = await promisify(execFile)('ffmpeg', args)
  return stdout
    .split('\n')
    .flatMap((line) => (line.startsWith('#') || line === '' ? [] : [line.split(',').at(-1)!.trim()]))
}

describe('a farm whose machines have unlike builds of ffmpeg', () => {
  let sandbox: FarmSandbox
  beforeAll(async () => {
    sandbox = await FarmSandbox.create()
    const shape = { width: 128, height: 72, rate: { num: 25, den: 1 }, seconds: seconds + 1 }
    await makeDemoMedia(sandbox.path('media'), [{ file: 'a.mp4', ...shape, source: 'testsrc2', toneHz: 440 }])
  }, timeout)
  afterAll(() => sandbox.dispose(), timeout)

  it(
    'renders through a lossless intermediate by itself, with all whose pictures are the same, and names who is left out',
    async () => {
      const editPath = sandbox.path('turned.json')
      await writeFile(editPath, turnedLayers(sandbox.path('media', 'a.mp4')))
      const home = await sandbox.agent('home')
      const reference = await home.client.submit({
        editPath,
        preset: 'ffv1',
        outputPath: sandbox.path('reference.mov'),
        segmentFrames: 25 * seconds,
      })
      expect(reference).toMatchObject({ segments: 1, warnings: [] })
      await untilCompleted(home, reference.jobId)

      const peers = [home]
      const encodes = await makeOtherFfmpeg(sandbox.root, { differs: 'encodes', version: '5.1.4-own' })
      const composes = await makeOtherFfmpeg(sandbox.root, { differs: 'composes', version: '5.1.5-odd' })
      await Promise.all([
        sandbox.agent('encodes', { peers, env: encodes }),
        sandbox.agent('composes', { peers, env: composes }),
      ])
      await untilFarm(
        home,
        'three agents that are ready',
        (farm) => farm.peers.filter(({ status }) => status === 'awake').length === 3,
      )
      // At CRF 0 H.264 is without loss as well: what is seen is what came before the last encode.
      const preset = 'h264:crf=0,speed=ultrafast'
      const { jobId, warnings } = await home.client.submit({
        editPath,
        preset,
        outputPath: sandbox.path('film.mp4'),
        segmentFrames: 8,
      })
      const route = expect.stringMatching(
        /^rendered through a lossless intermediate with 2 agents instead of 1, about 1\.\d times as fast: encodes has another ffmpeg \(5\.1\.4-own; here 5\..*\); the film is encoded once, here \(--direct leaves them out\)$/,
      ) as string
      expect(warnings).toEqual([
        route,
        expect.stringMatching(
          /^left out: composes, with another ffmpeg \(5\.1\.5-odd; here .*\): it composes other pictures$/,
        ),
      ])
      const { peers: known } = await home.client.farm()
      const peerOf = (name: string): string => known.find((one) => one.name === name)?.peer ?? name
      const seen = await untilJob(home, jobId, 'to say who is left out', ({ leftOut }) => leftOut !== undefined)
      expect(seen).toMatchObject({
        route,
        leftOut: [{ peer: peerOf('composes'), reason: 'fingerprint-differs', engineVersion: '5.1.5-odd' }],
      })
      const done = await untilCompleted(home, jobId)
      const took = done.shares.filter(({ landed }) => landed > 0).map(({ peer }) => peer)
      expect(new Set(took)).toEqual(new Set(['home', 'encodes'].map(peerOf)))
      expect(await pictures(sandbox.path('film.mp4'))).toEqual(await pictures(sandbox.path('reference.mov')))
    },
    timeout,
  )
})
