import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aFarm, aJob, aPeer, FakeAgent } from '@sheaf/client/testing'
import type { JobView } from '@sheaf/protocol'
import { FakeTerminal, TestCli } from '../testing/test-environment.js'

let cli: TestCli
let agent: FakeAgent
beforeEach(async () => {
  cli = await TestCli.create()
  agent = await FakeAgent.start()
  await agent.writeRunFiles(cli.storePath)
  agent.on('POST /v1/jobs', { json: { jobId, frames: 1500, segments: 30, warnings: ['clip 2 is upscaled'] } })
})
afterEach(async () => {
  await agent.stop()
  await cli.dispose()
})

const { jobId } = aJob()
const argv = ['render', 'film.otio', '-o', 'out/film.mp4']
const rendering = {
  runs: [
    { from: 0, to: 2, status: 'rendering' as const, holder: 'peerB' },
    { from: 2, to: 30, status: 'waiting' as const },
  ],
}
const completed = {
  status: 'completed',
  framesLanded: 1500,
  framesDone: 1500,
  landed: 30,
  outputSha256: 'f'.repeat(64),
} satisfies Partial<JobView>
const publish = (job: Partial<JobView>, peers = [aPeer('peerA', { self: true }), aPeer('peerB')]): void => {
  agent.publish(aFarm({ peers, jobs: [aJob(job)] }))
}

describe('render', () => {
  it('submits absolute paths and what was asked for', async () => {
    const run = await cli.run([
      ...argv,
      '--no-watch',
      '--preset',
      'ffv1',
      '--frames',
      '100..199',
      '--priority',
      '70',
      '--size',
      '640x360',
      '--segment-frames',
      '50',
      '--name',
      'Teil 1',
      '--overwrite',
    ])
    expect(run.exitCode).toBe(0)
    expect(run.stdout.text).toBe(`${jobId}\n`)
    expect(run.stderr.text).toBe('! clip 2 is upscaled\n')
    expect(agent.requests[0]?.body).toEqual({
      editPath: '/films/film.otio',
      outputPath: '/films/out/film.mp4',
      preset: 'ffv1',
      frames: '100-199',
      priority: 70,
      segmentFrames: 50,
      size: '640x360',
      name: 'Teil 1',
      overwrite: true,
    })
  })

  it('takes what is asked of the sound, negative numbers too', async () => {
    const sound = ['--channels', '5.1', '--loudness', '-14', '--true-peak', '-1.5', '--stems']
    const run = await cli.run([...argv, '--no-watch', ...sound])
    expect(run.exitCode).toBe(0)
    const asked = { channels: '5.1', loudness: -14, truePeak: -1.5, stems: true }
    expect(agent.requests[0]?.body).toMatchObject(asked)
    for (const wrong of [
      ['--channels', 'quad'],
      ['--loudness', 'loud'],
      ['--loudness', '3'],
    ]) {
      expect((await cli.run([...argv, '--no-watch', ...wrong])).exitCode).not.toBe(0)
    }
  })

  it('--media-root leaves OLD as it is and finds NEW from here', async () => {
    const roots = ['P:\\shots=/mnt/shots', '\\\\nas\\proj=here', '/old=/new=ish']
    const run = await cli.run([
      ...argv,
      '--no-watch',
      ...roots.flatMap((root) => ['--media-root', root]),
      '--allow-missing',
      ...['--colour', 'hlg'],
    ])
    expect(run.exitCode).toBe(0)
    expect(agent.requests[0]?.body).toMatchObject({
      allowMissing: true,
      colour: 'hlg',
      mediaRoots: [
        { from: 'P:\\shots', to: '/mnt/shots' },
        { from: '\\\\nas\\proj', to: '/films/here' },
        { from: '/old', to: '/new=ish' },
      ],
    })
    const wrongColour = await cli.run([...argv, '--no-watch', '--colour', 'rec709'])
    expect(wrongColour.stderr.text).toContain('auto, bt709, hlg, pq')
    for (const wrong of ['/old', '=/new', '/old=']) {
      const { exitCode, stderr } = await cli.run([...argv, '--no-watch', '--media-root', wrong])
      expect([exitCode, stderr.text]).toEqual([expect.any(Number), expect.stringContaining('OLD=NEW')])
      expect(exitCode).not.toBe(0)
    }
  })

  it('--no-watch --json prints the answer', async () => {
    const { stdout } = await cli.run([...argv, '--no-watch', '--json'])
    expect(JSON.parse(stdout.text)).toMatchObject({ jobId, frames: 1500 })
  })

  it('in a pipe: plain lines, what happened, and the result', async () => {
    publish({})
    const running = cli.run(argv)
    await agent.watched()
    await expect.poll(() => cli.stdout.text).toContain('0 %')
    publish(rendering)
    publish(rendering, [aPeer('peerA', { self: true })])
    publish(completed, [aPeer('peerA', { self: true })])
    expect((await running).exitCode).toBe(0)
    expect(cli.stdout.lines[0]).toBe(`film.otio  1,500 frames in 30 segments  job ${jobId}`)
    expect(cli.stdout.lines).toContain('✗ lost B: 2 segments moved')
    expect(cli.stdout.lines.at(-1)).toMatch(/^film\.mp4 {2}1,500\/1,500 frames {2}sha256 ffffffffffff… {2}in \d+ s$/)
    expect(cli.stdout.text).not.toContain('\u001b')
  })

  it('plain progress is said now and then, not at every view', async () => {
    let nowMs = 0
    const running = cli.run(argv, { nowMs: () => nowMs })
    await agent.watched()
    publish({ framesDone: 10 })
    await expect.poll(() => cli.stdout.text).toContain(' 10/1,500')
    nowMs = 4999
    publish({ framesDone: 20 })
    nowMs = 5000
    publish({ framesDone: 30 })
    publish({ ...completed })
    await running
    expect(cli.stdout.lines.filter((line) => line.includes(' %')).length).toBeLessThanOrEqual(3)
  })

  it('on a terminal: a display that is drawn again, events above it', async () => {
    publish({})
    const stdout = new FakeTerminal(true, 60)
    const running = cli.run([...argv, '--no-color'], { stdout })
    await agent.watched()
    publish({ ...rendering, framesDone: 40 })
    publish({ ...rendering, status: 'paused' })
    publish(completed)
    expect((await running).exitCode).toBe(0)
    expect(cli.drawn).toContain('‖ paused')
    expect(cli.drawn.some((line) => /^▒▒▒▒·+ {3}2 %$/.test(line))).toBe(true)
    expect(cli.drawn.at(-1)).toBe('(keep)')
  })

  it('--json prints the finished job as one document', async () => {
    publish(completed)
    const { exitCode, stdout } = await cli.run([...argv, '--json'])
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout.text)).toMatchObject({ jobId, status: 'completed', outputSha256: completed.outputSha256 })
  })

  it.each(['failed', 'canceled'] as const)('a job that is %s exits with 4', async (status) => {
    publish({ status, message: 'three agents gave up on segment 7' })
    const { exitCode, stdout } = await cli.run(argv)
    expect(exitCode).toBe(4)
    expect(stdout.lines.at(-1)).toMatch(/^✗ film\.mp4/)
  })

  it('Ctrl-C detaches, says how to come back, and cancels nothing', async () => {
    publish({})
    const running = cli.run([...argv, '--store', cli.storePath])
    await agent.watched()
    cli.interruption.abort()
    const { exitCode, stderr } = await running
    expect(exitCode).toBe(130)
    expect(stderr.lines.at(-1)).toBe(
      `detached; the job goes on. Come back with: sheaf watch ${jobId} --store ${cli.storePath}`,
    )
    expect(agent.requests.map((request) => request.path)).toEqual(['/v1/jobs', '/v1/events'])
  })

  it('Ctrl-C before the answer says where to look', async () => {
    agent.on('POST /v1/jobs', () => {
      cli.interruption.abort()
      return { silent: true }
    })
    const { exitCode, stderr } = await cli.run(argv)
    expect(exitCode).toBe(130)
    expect(stderr.text).toBe('interrupted before the agent answered; sheaf jobs shows whether it took the job\n')
  })

  it('the refusal of the agent is the whole output', async () => {
    agent.on('POST /v1/jobs', {
      status: 409,
      json: {
        code: 'SHEAF_OUTPUT_EXISTS',
        message: '/films/out/film.mp4 exists',
        hint: 'add --overwrite to replace it',
      },
    })
    const { exitCode, stdout, stderr } = await cli.run(argv)
    expect(exitCode).toBe(1)
    expect(stdout.text).toBe('')
    expect(stderr.lines).toEqual(['✗ /films/out/film.mp4 exists', '  add --overwrite to replace it'])
  })
})

describe('watch', () => {
  beforeEach(() => agent.on('GET /v1/jobs/01k', { json: aJob() }))

  it('comes back to a job by the beginning of its id', async () => {
    publish({ framesDone: 40 })
    const running = cli.run(['watch', '01k'])
    await expect.poll(() => cli.stdout.text).toContain('40/1,500')
    publish(completed)
    expect((await running).exitCode).toBe(0)
  })

  it('--json is a line a view', async () => {
    publish({})
    const running = cli.run(['watch', '01k', '--json'])
    await expect.poll(() => cli.stdout.lines).toHaveLength(1)
    publish(completed)
    await running
    expect(cli.stdout.lines.map((line) => (JSON.parse(line) as JobView).status)).toEqual(['active', 'completed'])
  })

  it('waits for an agent that restarts', async () => {
    publish({})
    const running = cli.run(['watch', '01k'])
    await expect.poll(() => cli.stdout.text).toContain('0 %')
    publish(completed)
    agent.dropWatchers()
    expect((await running).exitCode).toBe(0)
  })

  it('without a job shows the farm until Ctrl-C, which is its end', async () => {
    publish({})
    const running = cli.run(['watch'])
    await expect.poll(() => cli.stdout.text).toContain(jobId)
    expect(cli.stdout.lines[0]).toBe('▓ A      50  1/2  busy')
    publish({}, [aPeer('peerA', { self: true })])
    await expect.poll(() => cli.stdout.text).toContain('✗ lost B')
    cli.interruption.abort()
    expect((await running).exitCode).toBe(0)
  })
})
