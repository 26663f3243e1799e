import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aFarm, aPeer, anAgent, FakeAgent } from '@sheaf/client/testing'
import { SheafError } from '@sheaf/protocol'
import { healthyProbes, TestCli } from '../testing/test-environment.js'
import type { Check } from './check.js'
import {
  checkAgent,
  checkClock,
  checkFarmPort,
  checkInterfaces,
  checkNode,
  checkStore,
  checkTools,
  type AgentFinding,
} from './checks.js'
import type { ToolFinding } from './probes.js'

const ran = (output: string): ToolFinding => ({ kind: 'ran', output })
const missing: ToolFinding = { kind: 'missing' }
const encoders = ran(' V....D libx264 H.264')
const statuses = (checks: readonly Check[]): string[] => checks.map((check) => `${check.name} ${check.status}`)
const absent: AgentFinding = { kind: 'absent' }
const running: AgentFinding = { kind: 'running', view: anAgent(), farm: aFarm() }

describe('checks', () => {
  it.each([
    ['v24.1.0', 'ok'],
    ['v22.12.0', 'ok'],
    ['v20.19.0', 'fail'],
  ])('Node %s: %s', (version, status) => expect(checkNode(version).status).toBe(status))

  it.each([
    ['ffmpeg version 5.1.9-0+deb12u1 Copyright', 'ok'],
    ['ffmpeg version n7.0.1 Copyright', 'ok'],
    ['ffmpeg version 8.1', 'ok'],
    ['ffmpeg version 5.0.3', 'fail'],
    ['ffmpeg version 4.4.2-0ubuntu0.22.04.1', 'fail'],
    ['ffmpeg version N-110123-gabcdef', 'warn'],
    ['something else', 'warn'],
  ])('%s: %s', (output, status) => expect(checkTools(ran(output), ran(output), encoders)[0]?.status).toBe(status))

  it('ffmpeg without libx264, or not there at all', () => {
    expect(statuses(checkTools(ran('version 5.1'), ran('version 5.1'), ran(' V..... mpeg4')))).toEqual([
      'ffmpeg ok',
      'ffprobe ok',
      'libx264 fail',
    ])
    expect(statuses(checkTools(missing, missing, missing))).toEqual(['ffmpeg fail', 'ffprobe fail'])
  })

  it('the store', () => {
    expect(checkStore('/s', { kind: 'writable', freeBytes: 50e9 }).status).toBe('ok')
    expect(checkStore('/s', { kind: 'writable', freeBytes: 5e9 }).status).toBe('warn')
    expect(checkStore('/s', { kind: 'writable', freeBytes: 5e8 }).status).toBe('fail')
    expect(checkStore('/s', { kind: 'not-writable', problem: 'read-only' })).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('read-only') as string,
    })
  })

  it('the farm port: free, ours, held by another, forbidden', () => {
    expect(checkFarmPort(7433, 'free', absent).status).toBe('ok')
    expect(checkFarmPort(7433, 'in-use', running).message).toContain("this machine's agent")
    expect(checkFarmPort(7433, 'in-use', absent).status).toBe('fail')
    expect(checkFarmPort(743, 'in-use', running).status).toBe('warn')
    expect(checkFarmPort(80, 'denied', absent).status).toBe('fail')
  })

  it('the network', () => {
    const one = { name: 'eth0', address: '10.0.0.2', multicast: true }
    expect(checkInterfaces([one]).status).toBe('ok')
    expect(checkInterfaces([{ ...one, multicast: false }]).status).toBe('warn')
    expect(checkInterfaces([]).status).toBe('warn')
  })

  it('the clock', () => {
    expect(checkClock(Date.UTC(2030, 1, 1)).status).toBe('ok')
    expect(checkClock(0).status).toBe('warn')
  })

  it('the agent and its peers', () => {
    expect(statuses(checkAgent(absent, ''))).toEqual(['agent warn'])
    expect(statuses(checkAgent(running, ''))).toEqual(['agent ok', 'peers ok'])
    const alone = { ...running, farm: aFarm({ peers: [aPeer('peerA', { self: true })] }) }
    expect(statuses(checkAgent(alone, ''))).toEqual(['agent ok', 'peers warn'])
    const error = new SheafError({ code: 'SHEAF_TIMEOUT', message: 'silent' })
    expect(statuses(checkAgent({ kind: 'broken', error }, ''))).toEqual(['agent fail'])
  })
})

describe('sheaf doctor', () => {
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

  it('a machine in order without an agent: no ✗, exit code 0', async () => {
    const { exitCode, stdout } = await cli.run(['doctor'])
    expect(exitCode).toBe(0)
    expect(stdout.text).not.toContain('✗')
    expect(stdout.text).toContain('! no agent runs on this store\n  start it with: sheaf up\n')
  })

  it('with an agent it names the peers it is connected to', async () => {
    await agent.writeRunFiles(cli.storePath)
    agent
      .on('GET /v1/status', { json: anAgent({ addresses: ['/ip4/10.0.0.1/tcp/7500/p2p/x'] }) })
      .on('GET /v1/farm', { json: aFarm() })
    expect((await cli.run(['doctor'])).stdout.text).toMatch(
      /✓ port 7500 is held by this machine's agent[^]*✓ connected to B, C/,
    )
  })

  it('one ✗ gives exit code 1 and what to do; --json lists the same', async () => {
    const probes = { ...healthyProbes, runTool: () => Promise.resolve(missing) }
    const { exitCode, stdout } = await cli.run(['doctor'], { probes })
    expect(exitCode).toBe(1)
    expect(stdout.text).toContain('✗ ffmpeg was not found\n  Install ffmpeg')
    cli.stdout.text = ''
    const checks = JSON.parse((await cli.run(['doctor', '--json'], { probes })).stdout.text) as Check[]
    expect(checks.find((check) => check.name === 'ffmpeg')).toMatchObject({ status: 'fail' })
  })
})
