import { appendFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aFarm, aPeer, anAgent, FakeAgent } from '@sheaf/client/testing'
import { SheafError, type FarmView, type LogLine, type PeerId } from '@sheaf/protocol'
import type { AgentOptions, AgentOutcome, RunningAgent, StartAgent } from '../agent-contract.js'
import { TestCli } from '../testing/test-environment.js'
import type { DetachedProcess } from './spawn-detached.js'
import { upArguments } from './detached-agent.js'

let cli: TestCli
beforeEach(async () => {
  cli = await TestCli.create()
})
afterEach(() => cli.dispose())

const self = (score?: number) => aPeer('peerA', { self: true, ...(score === undefined ? {} : { score }) })
const unmeasured = (() => {
  const { score: _score, ...peer } = self()
  return peer
})()

/** An agent that does what the test says. */
class FakeRunning {
  options: AgentOptions | undefined
  stops = 0
  current: FarmView = aFarm({ peers: [unmeasured] })
  listener: () => void = () => undefined
  halt: (outcome: AgentOutcome) => void = () => undefined
  readonly stopped = new Promise<AgentOutcome>((resolve) => (this.halt = resolve))

  readonly start: StartAgent = (options) => {
    this.options = options
    const agent: RunningAgent = {
      peer: '12D3KooWabcdefghijkl' as PeerId,
      name: 'studio-7',
      apiPort: 7434,
      farm: { farmName: 'studio-7', farmFingerprint: 'k3mf.92hd.tx7q.w0ab', role: 'admin', how: 'founded' },
      stopped: this.stopped,
      addresses: () => ['/ip4/192.168.1.5/tcp/7433'],
      view: () => this.current,
      status: () => anAgent(),
      onChange: (listener) => {
        this.listener = listener
        return () => undefined
      },
      stop: () => {
        this.stops++
        this.halt('stopped')
        return Promise.resolve()
      },
    }
    return Promise.resolve(agent)
  }

  become(view: FarmView): void {
    this.current = view
    this.listener()
  }
}

describe('up in the foreground', () => {
  it('tells who it is, what it measured and who comes, and stops with Ctrl-C', async () => {
    const agent = new FakeRunning()
    const running = cli.run(['up'], { startAgent: agent.start })
    await expect.poll(() => cli.stdout.text).toContain('Ctrl-C stops it')
    agent.become(aFarm({ peers: [self(97.6)] }))
    agent.become(aFarm({ peers: [self(97.6), aPeer('peerB', { score: 52 })] }))
    const warning: LogLine = { atMs: 1, level: 'warn', scope: 'net', message: 'a stranger was refused', fields: {} }
    agent.options?.log?.(warning)
    agent.options?.log?.({ ...warning, level: 'info', message: 'chatter' })
    cli.interruption.abort()
    const { exitCode, stdout, stderr } = await running
    expect(exitCode).toBe(0)
    expect(agent.stops).toBe(1)
    expect(stdout.lines[1]).toBe('studio-7  …ghijkl  sheaf 0.1.0')
    expect(stdout.text).toContain(
      `  store      ${cli.storePath}\n  reachable  /ip4/192.168.1.5/tcp/7433\n  API        http://127.0.0.1:7434\n  score      not measured yet\n`,
    )
    expect(stdout.text).toContain('\nscore 98\n+ B joined (score 52)\nstopping …\nstopped\n')
    expect(stderr.text).toBe('! a stranger was refused\n')
  })

  it('ends when the agent was told to stop, by sheaf down', async () => {
    const agent = new FakeRunning()
    const running = cli.run(['up', '--json'], { startAgent: agent.start })
    await expect.poll(() => cli.stdout.text).toContain('started')
    agent.halt('stopped')
    expect((await running).exitCode).toBe(0)
    expect(cli.stdout.lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      'started',
      'stopped',
    ])
  })

  it('hands every option on', async () => {
    const agent = new FakeRunning()
    cli.interruption.abort()
    await cli.run(
      [
        'up',
        '--name',
        'n',
        '--port',
        '0',
        '--api-port',
        '1',
        '--peer',
        '/a',
        '/b',
        '--no-mdns',
        '--slots',
        '3',
        '--no-bench',
      ],
      { startAgent: agent.start },
    )
    const { log: _log, ...options } = agent.options ?? { storePath: '' }
    const expected = {
      storePath: cli.storePath,
      name: 'n',
      farmPort: 0,
      apiPort: 1,
      staticPeers: ['/a', '/b'],
      mdns: false,
      slots: 3,
      benchmark: false,
    }
    expect(options).toEqual(expected)
    expect(upArguments(expected)).toEqual([
      ...['up', '--json', `--store=${cli.storePath}`, '--name=n', '--port=0', '--api-port=1', '--slots=3'],
      ...['--peer', '/a', '--peer', '/b', '--no-mdns', '--no-bench'],
    ])
  })

  it('an agent that does not start is an error', async () => {
    const startAgent: StartAgent = () =>
      Promise.reject(new SheafError({ code: 'SHEAF_STORE_IN_USE', message: 'the store is in use', hint: 'sheaf down' }))
    const { exitCode, stderr } = await cli.run(['up'], { startAgent })
    expect(exitCode).toBe(1)
    expect(stderr.lines).toEqual(['✗ the store is in use', '  sheaf down'])
  })
})

describe('up --detach', () => {
  let agent: FakeAgent
  beforeEach(async () => {
    agent = await FakeAgent.start()
    agent.on('GET /v1/status', { json: anAgent({ name: 'studio-7' }) })
  })
  afterEach(() => agent.stop())

  const alive: DetachedProcess = { pid: process.pid, exited: new Promise(() => undefined), kill: () => undefined }

  it('returns when the API of the new process answers, with one line', async () => {
    const spawned: (readonly string[])[] = []
    const { exitCode, stdout } = await cli.run(['up', '--detach', '--name', 'studio-7'], {
      spawnDetached: async (args) => {
        spawned.push(args)
        await agent.writeRunFiles(cli.storePath)
        return alive
      },
    })
    expect(exitCode).toBe(0)
    expect(spawned).toEqual([['up', '--json', `--store=${cli.storePath}`, '--name=studio-7']])
    expect(stdout.lines).toHaveLength(1)
    expect(stdout.text).toMatch(/^studio-7 is up \(process \d+, log .*agent\.log\); stop it with: sheaf down\n$/)
  })

  it('the agent that died tells why, and another one on the store does not pass for it', async () => {
    await agent.writeRunFiles(cli.storePath)
    await mkdir(join(cli.storePath, 'run'), { recursive: true })
    await writeFile(
      join(cli.storePath, 'run', 'agent.log'),
      '{"code":"SHEAF_PORT_IN_USE","message":"old","hint":"old"}\n',
    )
    const { exitCode, stderr } = await cli.run(['up', '--detach'], {
      spawnDetached: (_args, logPath) => {
        const log = [
          '{"event":"log","code":"SHEAF_DISK_FULL","message":"only logged"}',
          '{"code":"SHEAF_STORE_IN_USE","message":"the store is in use","hint":"sheaf down"}',
          'noise',
        ]
        appendFileSync(logPath, `${log.join('\n')}\n`)
        return Promise.resolve({ pid: process.pid + 1, exited: Promise.resolve(), kill: () => undefined })
      },
    })
    expect(exitCode).toBe(1)
    expect(stderr.lines).toEqual(['✗ the store is in use', '  sheaf down'])
  })

  it('a death without words shows the end of the log', async () => {
    const { stderr } = await cli.run(['up', '--detach'], {
      spawnDetached: (_args, logPath) => {
        appendFileSync(logPath, 'Segmentation fault\n')
        return Promise.resolve({ pid: 1, exited: Promise.resolve(), kill: () => undefined })
      },
    })
    expect(stderr.lines[0]).toBe('✗ the agent ended while it started')
    expect(stderr.lines[1]).toBe('  Segmentation fault')
  })

  it('gives up after a while and says where to look', async () => {
    let nowMs = 0
    const { exitCode, stderr } = await cli.run(['up', '--detach'], {
      spawnDetached: () => Promise.resolve(alive),
      nowMs: () => (nowMs += 10_000),
    })
    expect(exitCode).toBe(1)
    expect(stderr.text).toContain('did not answer within 30 s')
  })

  it('Ctrl-C ends the child that is not up yet', async () => {
    let kills = 0
    cli.interruption.abort()
    const { exitCode } = await cli.run(['up', '--detach'], {
      spawnDetached: () => Promise.resolve({ ...alive, kill: () => (kills += 1) }),
    })
    expect(exitCode).toBe(130)
    expect(kills).toBe(1)
  })

  it('a log that has grown long is put aside', async () => {
    const log = join(cli.storePath, 'run', 'agent.log')
    await agent.writeRunFiles(cli.storePath)
    await writeFile(log, 'x'.repeat(5_000_001))
    await cli.run(['up', '--detach'], { spawnDetached: () => Promise.resolve(alive) })
    expect(await readFile(log, 'utf8')).toBe('')
    expect((await readFile(`${log}.1`, 'utf8')).length).toBe(5_000_001)
  })

  it('down asks it to stop and waits until the process is gone', async () => {
    await agent.writeRunFiles(cli.storePath)
    agent.on('POST /v1/agent/stop', { json: { stopping: true } })
    let looks = 0
    const { exitCode, stdout } = await cli.run(['down'], { isAlive: () => looks++ < 3 })
    expect(exitCode).toBe(0)
    expect(stdout.text).toBe('stopped\n')
    expect(looks).toBe(4)
    expect(agent.requests.map((request) => request.path)).toEqual(['/v1/agent/stop'])
  })

  it('down says what to do with an agent that does not go', async () => {
    await agent.writeRunFiles(cli.storePath)
    agent.on('POST /v1/agent/stop', { json: { stopping: true } })
    let nowMs = 0
    const { exitCode, stderr } = await cli.run(['down'], { isAlive: () => true, nowMs: () => (nowMs += 10_000) })
    expect(exitCode).toBe(1)
    expect(stderr.text).toContain(`kill ${process.pid}`)
  })
})
