import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aFarm, aJob, aPeer } from '@sheaf/client/testing'
import { segmentStatuses, type FarmView, type SegmentRunView } from '@sheaf/protocol'
import { colourStyle } from '../output/style.js'
import { textWidth } from '../output/text.js'
import { jobTable } from '../commands/jobs.js'
import { closingLine, jobLines, jobSummary } from './job-lines.js'

const jobId = aJob().jobId

const midway: FarmView = aFarm({
  jobs: [
    aJob({
      framesLanded: 550,
      framesDone: 617.4,
      landed: 11,
      etaMs: 14_400,
      runs: [
        { from: 0, to: 6, status: 'landed', holder: 'peerA' },
        { from: 6, to: 8, status: 'rendering', holder: 'peerA' },
        { from: 8, to: 14, status: 'waiting' },
        { from: 14, to: 17, status: 'landed', holder: 'peerB' },
        { from: 17, to: 18, status: 'leased', holder: 'peerB' },
        { from: 18, to: 24, status: 'waiting' },
        { from: 24, to: 26, status: 'landed', holder: 'peerC' },
        { from: 26, to: 27, status: 'rendering', holder: 'peerC' },
        { from: 27, to: 30, status: 'waiting' },
      ],
      shares: [
        { peer: 'peerC', landed: 2, landedFrames: 100, running: 1 },
        { peer: 'peerA', landed: 6, landedFrames: 300, running: 2 },
        { peer: 'peerB', landed: 3, landedFrames: 150, running: 1 },
      ],
    }),
  ],
})

const draw = (width: number, farm = midway): string[] =>
  jobLines({ farm, jobId, width, nowMs: farm.atMs + 400, fps: 48.3 })

describe('the display of a job', () => {
  it('on 40 columns', () => {
    expect(draw(40)).toMatchInlineSnapshot(`
      [
        "▓▓▓▓▓▓▓▓▓·······▒▒▒▒·······░░░░···  41 %",
        "617/1,500 frames   48 fps   ETA 14 s",
        "▓ A 300 +2   ▒ B 150 +1   ░ C 100 +1",
      ]
    `)
  })
  it('on 80 columns', () => {
    expect(draw(80)).toMatchInlineSnapshot(`
      [
        "▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓············▒▒▒▒▒▒▒▒············░░░░░░······  41 %",
        "617/1,500 frames   48 fps   ETA 14 s",
        "▓ A 300 +2   ▒ B 150 +1   ░ C 100 +1",
      ]
    `)
  })
  it('on 120 columns', () => {
    expect(draw(120)).toMatchInlineSnapshot(`
      [
        "▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓············▒▒▒▒▒▒▒▒············░░░░░░······  41 %",
        "617/1,500 frames   48 fps   ETA 14 s",
        "▓ A 300 +2   ▒ B 150 +1   ░ C 100 +1",
      ]
    `)
  })

  it('counts the ETA down between two views, never below zero', () => {
    const at = (ms: number): string => jobLines({ farm: midway, jobId, width: 80, nowMs: midway.atMs + ms }).join('\n')
    expect(at(400)).toContain('ETA 14 s')
    expect(at(10_400)).toContain('ETA 4 s')
    expect(at(60_000)).toContain('ETA 0 s')
  })

  it('says who was lost and what failed', () => {
    const farm: FarmView = {
      ...midway,
      peers: midway.peers.map((peer) => (peer.peer === 'peerB' ? { ...peer, status: 'unreachable' } : peer)),
      jobs: midway.jobs.map((job) => ({ ...job, failed: [8] })),
    }
    const text = draw(80, farm).join('\n')
    expect(text).toContain('▒ B 150 lost')
    expect(text).toContain('segment 8 failed')
  })

  it.each(['paused', 'rendered', 'queued', 'completed', 'failed', 'canceled'] as const)(
    'a job that is %s has no ETA and says so',
    (status) => {
      const text = draw(80, { ...midway, jobs: [aJob({ status, etaMs: 5000 })] }).join('\n')
      expect(text).toContain(status)
      expect(text).not.toMatch(/ETA|fps/)
    },
  )

  it.each([
    ['rendered', { checked: 40, all: 120 }, 'in place, 40 of 120 borders checked'],
    ['completed', { checked: 120, all: 120 }, 'completed, checked'],
    ['completed', { checked: 1, all: 4 }, 'completed, 1 of 4 borders checked'],
    ['failed', undefined, 'failed'],
  ] as const)('says how far the film of a %s job was looked at: %o', (status, borders, words) => {
    const job = aJob({ status, ...(borders && { borders }) })
    expect(draw(80, { ...midway, jobs: [job] }).join('\n')).toContain(words)
    expect(jobTable([job], 200, 0)[1]).toContain(`${words}  `)
  })

  it('is empty for a job that the farm does not know', () => {
    expect(jobLines({ farm: aFarm({ jobs: [] }), jobId, width: 80, nowMs: 0 })).toEqual([])
  })

  it('is 100 % only when every frame is there', () => {
    expect(draw(80, aFarm({ jobs: [aJob({ framesDone: 1499.9 })] }))[0]).toMatch(/ 99 %$/)
    expect(draw(80, aFarm({ jobs: [aJob({ framesDone: 1500 })] }))[0]).toMatch(/100 %$/)
  })

  it('colours each agent the same in the bar and below it', () => {
    const lines = jobLines({ farm: midway, jobId, width: 80, nowMs: midway.atMs, style: colourStyle })
    expect(lines[0]).toMatch(/\u001b\[36m▓+\u001b\[39m/)
    expect(lines.at(-1)).toContain('\u001b[36m▓\u001b[39m A')
  })

  it('cannot be taken over by a name from another machine', () => {
    const farm = { ...midway, peers: [aPeer('peerA', { name: '\u001b[2J\u202eevil\n' })] }
    expect(draw(80, farm).join('')).not.toMatch(/[\u001b\u202e\n]/)
  })

  it('no line is longer than the terminal, whatever the names, sizes and states', () => {
    const name = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.constantFrom('👩‍👩‍👧 Küche', '東京スタジオ七号', 'e\u0301'.repeat(20)),
    )
    const peers = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'), name), {
      selector: ([peer]) => peer,
    })
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 200 }),
        peers,
        runsOf,
        fc.boolean(),
        fc.option(fc.float({ min: 0, max: 10_000, noNaN: true }), { nil: undefined }),
        (width, named, runs, colour, fps) => {
          const farm = aFarm({
            peers: named.map(([peer, label]) => aPeer(peer, { name: label })),
            jobs: [
              aJob({
                runs,
                segments: runs.at(-1)?.to ?? 0,
                etaMs: 1e9,
                shares: named.map(([peer], i) => ({ peer, landed: i, landedFrames: i * 12_345, running: i % 3 })),
              }),
            ],
          })
          const lines = jobLines({
            farm,
            jobId,
            width,
            nowMs: farm.atMs,
            fps,
            ...(colour ? { style: colourStyle } : {}),
          })
          for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width)
        },
      ),
    )
  })
})

describe('the other lines', () => {
  it('one line for a log', () => {
    expect(jobSummary({ farm: midway, jobId, width: 80, nowMs: midway.atMs, fps: 48.3 })).toBe(
      '41 %  617/1,500 frames  48 fps  ETA 14 s',
    )
  })

  it('the end of a job', () => {
    const done = aJob({
      status: 'completed',
      framesLanded: 1500,
      framesDone: 1500,
      outputSha256: `9f3c${'0'.repeat(60)}`,
    })
    expect(closingLine(done, { elapsedMs: 31_200 })).toBe('film.mp4  1,500/1,500 frames  sha256 9f3c00000000…  in 31 s')
    expect(closingLine(done, {})).not.toContain(' in ')
    expect(closingLine({ ...done, borders: { checked: 31, all: 31 } }, {})).toMatch(/ {2}checked$/)
    expect(closingLine(aJob({ status: 'failed', message: 'disk full' }), {})).toBe('✗ film.mp4 failed: disk full')
    expect(closingLine(aJob({ status: 'failed', failed: [1, 2] }), {})).toBe('✗ film.mp4 failed: 2 segments failed')
    expect(closingLine(aJob({ status: 'canceled', framesLanded: 7 }), { framesDone: 3 })).toBe(
      '✗ film.mp4 was canceled at 7/1,500 frames',
    )
    // What was seen of it counts: nothing of this had landed.
    expect(closingLine(aJob({ status: 'canceled' }), { framesDone: 18.7 })).toContain('canceled at 18/1,500 frames')
  })

  it('a job of sound alone has no frames, and is whole when it is completed', () => {
    const sound = { frames: 0, segments: 0, runs: [], outputPath: '/films/film.wav' }
    const farm = aFarm({ jobs: [aJob({ ...sound, status: 'rendered' })] })
    expect(jobSummary({ farm, jobId, width: 80, nowMs: 0, soundS: 10.4 })).toBe(
      '0 %  10.4 s of sound  the sound is being made',
    )
    const done = aJob({ ...sound, status: 'completed' })
    expect(closingLine(done, { elapsedMs: 7000, soundS: 10.4 })).toBe('film.wav  10.4 s of sound  in 7 s')
    expect(closingLine(done, {})).toBe('film.wav  sound alone')
    expect(closingLine({ ...done, status: 'canceled' }, {})).toBe('✗ film.wav was canceled')
    expect(jobTable([done], 120, 0)[1]).toContain('completed  100 %')
  })
})

/** Neighbouring runs that cover a job from its first segment to its last. */
const runsOf: fc.Arbitrary<SegmentRunView[]> = fc
  .array(
    fc.tuple(fc.integer({ min: 1, max: 50 }), fc.constantFrom(...segmentStatuses), fc.constantFrom('a', 'b', 'z')),
    { minLength: 1, maxLength: 30 },
  )
  .map((parts) => {
    let from = 0
    return parts.map(([length, status, holder]) => {
      const run = { from, to: from + length, status, holder }
      from += length
      return run
    })
  })
