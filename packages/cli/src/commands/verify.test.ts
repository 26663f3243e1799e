import { aFarm, aJob, FakeAgent } from '@sheaf/client/testing'
import { SheafError } from '@sheaf/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FilmReport, VerifyFilm } from '../agent-contract.js'
import { FakeTerminal, TestCli } from '../testing/test-environment.js'

let cli: TestCli
beforeEach(async () => {
  cli = await TestCli.create()
})
afterEach(() => cli.dispose())

const report: FilmReport = {
  file: '/films/film.mp4',
  frames: 1500,
  segments: 10,
  depth: 'whole',
  picturesCompared: 1500,
  soundCompared: 60,
  faults: [],
  warnings: [],
}
/** A comparison that ends with `answer`, and what it was asked. */
function fake(answer: FilmReport) {
  const asked: Parameters<VerifyFilm>[0][] = []
  const verifyFilm: VerifyFilm = (request) => {
    asked.push(request)
    request.onProgress?.(1, 3)
    return Promise.resolve(answer)
  }
  return { asked, verifyFilm }
}

it('says that a film is right, and asks for what was asked', async () => {
  const { asked, verifyFilm } = fake(report)
  const argv = ['verify', 'film.mp4', '--edit', 'film.otio', '--size', '640x360', '--preset', 'ffv1', '--quick']
  const run = await cli.run(argv, { verifyFilm })
  expect(run.exitCode).toBe(0)
  expect(run.stdout.lines).toEqual([
    '✓ film.mp4 is what the edit asks for  (1,500 of 1,500 pictures compared, 60 s of sound)',
  ])
  expect(asked).toMatchObject([
    {
      filePath: '/films/film.mp4',
      request: { editPath: '/films/film.otio', size: '640x360', preset: 'ffv1' },
      depth: 'borders',
      renders: undefined,
    },
  ])
})

it('prints each fault on a line, exit code 5, and keeps control characters out', async () => {
  const faults = [
    { kind: 'black' as const, message: 'frame 48 is black\u001b[31m (segment 2, rendered by ada)', segments: [] },
    { kind: 'no-sound' as const, message: 'the file has no sound, the edit has', segments: [] },
  ]
  const { verifyFilm } = fake({ ...report, faults, soundCompared: 0, warnings: ['a marker was left out'] })
  const run = await cli.run(['verify', 'film.mp4', '--edit', 'film.otio'], { verifyFilm })
  expect(run.exitCode).toBe(5)
  expect(run.stdout.lines[0]).toMatch(/^✗ frame 48 is black.*\(segment 2, rendered by ada\)$/)
  expect(run.stdout.text).not.toContain('\u001b')
  expect(run.stdout.lines.slice(1)).toEqual([
    '✗ the file has no sound, the edit has',
    'film.mp4: 2 things are wrong  (1,500 of 1,500 pictures compared, no sound)',
  ])
  expect(run.stderr.lines).toEqual(['! a marker was left out'])
})

it('prints the report as JSON, and shows on a terminal how far it is', async () => {
  const json = await cli.run(['verify', 'film.mp4', '--edit', 'film.otio', '--json'], fake(report))
  expect(JSON.parse(json.stdout.text)).toEqual(report)
  await cli.run(['verify', 'film.mp4', '--edit', 'film.otio'], { ...fake(report), stdout: new FakeTerminal(true) })
  expect(cli.drawn.join('\n')).toContain('comparing film.mp4 with its edit: 33 %')
})

it('needs to be told the edit', async () => {
  const run = await cli.run(['verify', 'film.mp4'], fake(report))
  expect(run.exitCode).toBe(2)
  expect(run.stderr.text).toContain('--edit')
})

describe('of a job that was submitted here', () => {
  const asked = {
    editPath: '/edits/film.otio',
    outputPath: '/films/film.mp4',
    name: 'film',
    size: '640x360',
    stems: true,
  }
  let agent: FakeAgent
  beforeEach(async () => {
    agent = await FakeAgent.start()
    const farm = aFarm()
    const runs = [{ from: 0, to: 30, status: 'landed' as const, holder: 'peerB' }]
    const job = aJob({ outputPath: '/films/film.mp4', submitter: farm.self, preset: 'h264:crf=30', runs })
    agent.on('GET /v1/farm', { json: { ...farm, jobs: [job] } })
    agent.on(`GET /v1/jobs/${job.jobId.slice(0, 6)}`, { json: job })
    agent.on(`GET /v1/jobs/${job.jobId}/request`, { json: { ...asked, segmentFrames: 50, preset: 'h264:crf=30' } })
    await agent.writeRunFiles(cli.storePath)
  })
  afterEach(() => agent.stop())

  it.each([[['film.mp4']], [['--job', aJob().jobId.slice(0, 6)]]])(
    'takes from it what %o leaves out',
    async (words) => {
      const { asked: requests, verifyFilm } = fake(report)
      const run = await cli.run(['verify', ...words], { verifyFilm })
      expect([run.exitCode, run.stderr.text]).toEqual([0, ''])
      const [request] = requests
      expect(request?.filePath).toBe('/films/film.mp4')
      expect(request?.request).toEqual({
        ...{ editPath: '/edits/film.otio', size: '640x360', segmentFrames: 50, preset: 'h264:crf=30' },
      })
      expect(request?.renders?.renderedBy(3)).toBe('B')
    },
  )

  it('counts what the person says before what the job was asked for', async () => {
    const { asked: requests, verifyFilm } = fake(report)
    const argv = ['verify', 'copy.mp4', '--job', aJob().jobId.slice(0, 6), '--edit', 'new.otio', '--preset', 'ffv1']
    expect((await cli.run(argv, { verifyFilm })).exitCode).toBe(0)
    expect(requests).toMatchObject([
      { filePath: '/films/copy.mp4', request: { editPath: '/films/new.otio', preset: 'ffv1', size: '640x360' } },
    ])
  })

  it('needs the edit when the job was submitted elsewhere, and a film or a job at all', async () => {
    const error = { code: 'SHEAF_JOB_NOT_FOUND', message: 'How job x was asked for is not known on this machine' }
    agent.on(`GET /v1/jobs/${aJob().jobId}/request`, { status: 404, json: error })
    const elsewhere = await cli.run(['verify', '--job', aJob().jobId.slice(0, 6)], fake(report))
    expect([elsewhere.exitCode, elsewhere.stderr.text]).toEqual([2, expect.stringContaining('--edit')])
    const none = await cli.run(['verify'], fake(report))
    expect([none.exitCode, none.stderr.text]).toEqual([2, expect.stringContaining('--job')])
  })
})

it('says that a job’s preset must be named again when its words are not enough', async () => {
  const agent = await FakeAgent.start()
  try {
    const farm = aFarm()
    const job = aJob({ outputPath: '/films/film.mp4', submitter: farm.self, preset: 'ours:crf=20' })
    agent.on('GET /v1/farm', { json: { ...farm, jobs: [job] } })
    await agent.writeRunFiles(cli.storePath)
    const unknown = new SheafError({ code: 'SHEAF_PRESET_UNKNOWN', message: 'there is no preset "ours"', hint: 'x' })
    const verifyFilm: VerifyFilm = () => Promise.reject(unknown)
    const run = await cli.run(['verify', 'film.mp4', '--edit', 'film.otio'], { verifyFilm })
    expect(run.exitCode).toBe(2)
    expect(run.stderr.text).toContain('the job that wrote this film has the preset "ours:crf=20"')
    expect(run.stderr.text).toContain('--preset ./ours.json')
    const asked = await cli.run(['verify', 'film.mp4', '--edit', 'film.otio', '--preset', 'ours'], { verifyFilm })
    expect(asked.stderr.text).toContain('✗ there is no preset "ours"')
  } finally {
    await agent.stop()
  }
})
