import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aFarm, aJob, aPeer, anAgent, FakeAgent } from '@sheaf/client/testing'
import { FakeTerminal, TestCli } from './testing/test-environment.js'

let cli: TestCli
let agent: FakeAgent
beforeEach(async () => {
  cli = await TestCli.create()
  agent = await FakeAgent.start()
})
afterEach(async () => {
  await agent.stop()
  await cli.dispose()
})

const up = () => agent.writeRunFiles(cli.storePath)

describe('usage', () => {
  it('alone, the command explains itself and calls it wrong usage', async () => {
    const { exitCode, stdout } = await cli.run([])
    expect(exitCode).toBe(2)
    expect(stdout.text).toContain('sheaf render film.otio -o film.mp4')
  })

  it('--help teaches by examples and lists the exit codes', async () => {
    const { exitCode, stdout } = await cli.run(['--help'])
    expect(exitCode).toBe(0)
    expect(stdout.text).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 .*\n {2}4 .*\n {2}5 .*\n {2}130 /)
  })

  it.each([
    'up',
    'down',
    'status',
    'peers',
    'bench',
    'render',
    'verify',
    'presets',
    'jobs',
    'watch',
    'cancel',
    'pause',
    'resume',
    'logs',
    'doctor',
  ])('%s has two to four examples, --store and --json', async (verb) => {
    const { exitCode, stdout } = await cli.run([verb, '--help'])
    expect(exitCode).toBe(0)
    const examples = stdout.text.split('Examples:\n')[1]?.trimEnd().split('\n') ?? []
    expect(examples.length).toBeGreaterThanOrEqual(2)
    expect(examples.length).toBeLessThanOrEqual(4)
    for (const line of examples) expect(line).toMatch(/^ {2}sheaf \w+.* {3}\S/)
    expect(stdout.text).toContain('--store <dir>')
    expect(stdout.text).toContain('--json')
  })

  it.each([
    [['rendr'], "unknown command 'rendr'", 'Did you mean render?'],
    [['render', 'a.otio', '-o', 'b.mp4', '--presett', 'x'], "unknown option '--presett'", 'Did you mean --preset?'],
    [['render', 'a.otio'], "required option '-o, --output <file>' not specified", 'see: sheaf render --help'],
    [['render', '-o', 'b.mp4'], "missing required argument 'edit'", 'see: sheaf render --help'],
    [['jobs', '--priority'], "unknown option '--priority'", 'see: sheaf jobs --help'],
    [
      ['render', 'a', '-o', 'b', '--priority', '101'],
      "option '--priority <n>' argument '101' is invalid. It must be a whole number from 0 to 100.",
      'see: sheaf render --help',
    ],
    [['render', 'a', '-o', 'b', '--size', '0x5'], '"0x5" is no size', 'Write width x height: --size 1920x1080'],
    [
      ['render', 'a', '-o', 'b', '--frames', '1-9x2'],
      'a film is one range of frames without holes; 1-9x2 has holes',
      'Render each range as a job of its own.',
    ],
  ])('%j is wrong usage and says what is right', async (argv, message, hint) => {
    const { exitCode, stdout, stderr } = await cli.run(argv)
    expect(exitCode).toBe(2)
    expect(stdout.text).toBe('')
    expect(stderr.lines).toEqual([`✗ ${message}`, `  ${hint}`])
  })

  it('--json makes errors JSON, too', async () => {
    const { exitCode, stderr } = await cli.run(['jobs', '--jsom', '--json'])
    expect(exitCode).toBe(2)
    expect(JSON.parse(stderr.text)).toEqual({
      code: 'SHEAF_REQUEST_INVALID',
      message: "unknown option '--jsom'",
      hint: 'Did you mean --json?',
    })
  })

  it('--version', async () => {
    expect((await cli.run(['--version'])).stdout.text).toBe('0.1.0\n')
  })
})

describe('without an agent', () => {
  it.each([
    ['status'],
    ['peers'],
    ['bench'],
    ['jobs'],
    ['watch'],
    ['cancel', 'x'],
    ['pause'],
    ['resume'],
    ['logs'],
    ['render', 'a', '-o', 'b'],
  ])('%s exits with 3 and says how to start one', async (...argv) => {
    const { exitCode, stderr } = await cli.run(argv)
    expect(exitCode).toBe(3)
    expect(stderr.lines).toEqual([`✗ no agent runs on the store ${cli.storePath}`, '  start it with: sheaf up'])
  })

  it('down is content', async () => {
    const { exitCode, stdout } = await cli.run(['down'])
    expect(exitCode).toBe(0)
    expect(stdout.text).toContain('no agent was running')
  })

  it('--store is another store', async () => {
    await up()
    const { exitCode, stderr } = await cli.run(['status', '--store', 'elsewhere'])
    expect(exitCode).toBe(3)
    expect(stderr.text).toContain('/films/elsewhere')
  })
})

describe('what an agent tells', () => {
  beforeEach(up)

  it('status', async () => {
    agent.on('GET /v1/status', { json: anAgent() })
    const { exitCode, stdout } = await cli.run(['status'])
    expect(exitCode).toBe(0)
    expect(stdout.text).toContain('awake, up 1 min 01 s')
    expect(stdout.text).toContain('100 (ffmpeg), 2 slots')
    expect(stdout.text).not.toContain('\u001b')
  })

  it('status as one JSON document', async () => {
    agent.on('GET /v1/status', { json: anAgent() })
    expect(JSON.parse((await cli.run(['status', '--json'])).stdout.text)).toEqual(anAgent())
  })

  it('peers, oneself first', async () => {
    agent.on('GET /v1/farm', {
      json: aFarm({
        self: 'peerC',
        peers: [aPeer('peerA', { coordinator: true }), aPeer('peerC', { self: true, score: 12.6 })],
      }),
    })
    const { stdout } = await cli.run(['peers'])
    expect(stdout.lines).toEqual([
      'NAME  STATUS  SCORE  SLOTS          UP  PEER',
      'C     busy       13    1/2  1 min 00 s  peerC  this machine',
      'A     busy       50    1/2  1 min 00 s  peerA  coordinator',
    ])
  })

  it('a lonely agent is told how to find others', async () => {
    agent.on('GET /v1/farm', { json: aFarm({ peers: [aPeer('peerA', { self: true })] }) })
    expect((await cli.run(['peers'])).stderr.text).toContain('sheaf invite here')
  })

  it('jobs, the newest first', async () => {
    agent.on('GET /v1/jobs', {
      json: [aJob({ jobId: 'j1', submittedAtMs: 1000 }), aJob({ jobId: 'j2', submittedAtMs: 2000, framesDone: 750 })],
    })
    const { stdout } = await cli.run(['jobs'], { nowMs: () => 61_000 })
    expect(stdout.lines.slice(1).map((line) => line.split(/ {2,}/))).toEqual([
      ['j2', 'film', 'active', '50 %', '50', '59 s', '/films/film.mp4'],
      ['j1', 'film', 'active', '0 %', '50', '1 min 00 s', '/films/film.mp4'],
    ])
  })

  it('bench --again', async () => {
    agent.on('POST /v1/agent/bench', {
      json: { engine: 'ffmpeg', score: 103.6, framesPerS: 81.25, slots: 2, cached: false },
    })
    expect((await cli.run(['bench', '--again'])).stdout.text).toBe('score 104  (ffmpeg, 81.3 fps on 2 slots)\n')
    expect(agent.requests[0]?.body).toEqual({ again: true })
  })

  it('cancel, pause and resume of a job', async () => {
    const job = aJob()
    for (const verb of ['cancel', 'pause', 'resume']) agent.on(`POST /v1/jobs/01k/${verb}`, { json: job })
    expect((await cli.run(['cancel', '01k'])).stdout.text).toContain(`canceled film  ${job.jobId}`)
    expect((await cli.run(['pause', '01k'])).stdout.text).toContain(`sheaf resume ${job.jobId}`)
    expect((await cli.run(['resume', '01k'])).stdout.text).toContain('resumed film')
  })

  it('pause and resume of this machine, naming the store that was named', async () => {
    agent.on('POST /v1/agent/pause', { json: anAgent({ paused: true }) })
    agent.on('POST /v1/agent/resume', { json: anAgent() })
    expect((await cli.run(['pause', '--store', cli.storePath])).stdout.text).toContain(
      `sheaf resume --store ${cli.storePath}`,
    )
    expect(JSON.parse((await cli.run(['resume', '--json'], { stdout: new FakeTerminal() })).stdout.text)).toMatchObject(
      { paused: false },
    )
  })

  it('logs, and following them until Ctrl-C', async () => {
    const lines = ['one', 'two'].map((message, atMs) => ({ atMs, level: 'info', scope: 'agent', message, fields: {} }))
    agent.on('GET /v1/agent/log', { json: lines })
    expect((await cli.run(['logs', '-n', '2'])).stdout.lines).toHaveLength(2)
    let polls = 0
    agent.on('GET /v1/agent/log', () => {
      if (++polls === 3) cli.interruption.abort()
      return { json: polls === 1 ? lines.slice(0, 1) : lines }
    })
    const { exitCode, stdout } = await cli.run(['logs', '--follow', '--json'], { stdout: new FakeTerminal() })
    expect(exitCode).toBe(0)
    expect(stdout.lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(['one', 'two'])
  })

  it('an error of the agent keeps its hint', async () => {
    agent.on('POST /v1/jobs/x/cancel', {
      status: 409,
      json: { code: 'SHEAF_JOB_CLOSED', message: 'job x has ended', hint: 'nothing to do' },
    })
    const { exitCode, stderr } = await cli.run(['cancel', 'x'])
    expect(exitCode).toBe(1)
    expect(stderr.lines).toEqual(['✗ job x has ended', '  nothing to do'])
  })
})

describe('colours', () => {
  const json = { json: aFarm() }
  it('only on a terminal, and not against NO_COLOR or --no-color', async () => {
    await up()
    agent.on('GET /v1/status', { json: anAgent() })
    agent.on('GET /v1/farm', json)
    const run = async (argv: string[], isTty: boolean, env = {}) =>
      (
        await cli.run(argv, { stdout: new FakeTerminal(isTty), env: { SHEAF_STORE: cli.storePath, ...env } })
      ).stdout.text.includes('\u001b')
    expect(await run(['status'], true)).toBe(true)
    expect(await run(['status'], false)).toBe(false)
    expect(await run(['status', '--no-color'], true)).toBe(false)
    expect(await run(['status'], true, { NO_COLOR: '1' })).toBe(false)
  })
})
