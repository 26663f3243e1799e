import { describe, expect, it } from 'vitest'
import { judgeFfmpeg } from './judge-ffmpeg.mjs'

const encoders = ' V....D libx264              libx264 H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10 (codec h264)\n'

/** @param {string} version */
function outputs(version) {
  return {
    ffmpeg: `ffmpeg version ${version} Copyright (c)`,
    encoders,
    ffprobe: `ffprobe version ${version} Copyright (c)`,
  }
}

describe('judgeFfmpeg', () => {
  it.each(['5.1', '5.1.9-0+deb12u1', 'n7.1', '10.0', '7.0.2-static'])('takes %s', (version) => {
    expect(judgeFfmpeg(outputs(version))).toEqual({ status: 'ready', version })
  })

  it.each(['4.4.2-0ubuntu0.22.04.1', '5.0.3', 'n4.4'])('refuses %s as too old', (version) => {
    expect(judgeFfmpeg(outputs(version))).toEqual({
      status: 'unsuitable',
      reason: `ffmpeg ${version} is older than 5.1`,
    })
  })

  it('goes by libavcodec where a build from git has no version', () => {
    const build = (/** @type {string} */ libavcodec) => {
      const { ffmpeg, ffprobe } = outputs('N-112345-gabcdef')
      const library = `\nlibavcodec     ${libavcodec} / ${libavcodec}\n`
      return judgeFfmpeg({ ffmpeg: ffmpeg + library, ffprobe: ffprobe + library, encoders })
    }
    expect(build('61. 19.101').status).toBe('ready')
    expect(build('59. 37.100').status).toBe('ready')
    expect(build('59. 18.100').status).toBe('unsuitable')
  })

  it('refuses a build without libx264, also with one that only has a like name', () => {
    const without = ' V....D libx264rgb           libx264 RGB (codec h264)\n V....D libopenh264 OpenH264\n'
    expect(judgeFfmpeg({ ...outputs('7.1'), encoders: without })).toEqual({
      status: 'unsuitable',
      reason: 'ffmpeg 7.1 was built without libx264',
    })
  })

  it('names what is missing', () => {
    const { ffmpeg, ffprobe } = outputs('7.1')
    const reason = (/** @type {Partial<ReturnType<typeof outputs>>} */ present) =>
      judgeFfmpeg({ ffmpeg: null, encoders: null, ffprobe: null, ...present })
    expect(reason({})).toEqual({ status: 'missing', reason: 'ffmpeg and ffprobe are missing' })
    expect(reason({ ffmpeg, encoders })).toEqual({ status: 'missing', reason: 'ffprobe is missing' })
    expect(reason({ ffprobe })).toEqual({ status: 'missing', reason: 'ffmpeg is missing' })
  })
})
