import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeAgent } from '@sheaf/client/testing'
import { SheafError, type PeerId } from '@sheaf/protocol'
import type { JoinRequest } from '../agent-contract.js'
import { FakeTerminal, TestCli } from '../testing/test-environment.js'
import { parseTtl } from './invite.js'

const farm = { farmName: 'studio-1', farmFingerprint: 'k3mf.92hd.tx7q.w0ab' }
const code = 'ABCD-EFGH-JKMN-PQRS'

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

describe('sheaf invite', () => {
  it('shows the code by itself on the first line, and what to type on the other machine', async () => {
    await agent.writeRunFiles(cli.storePath)
    agent.on('POST /v1/invitations', { json: { code, role: 'worker', expiresAtMs: 1_900_000, ...farm } })
    const { exitCode, stdout } = await cli.run(['invite', '--role', 'worker', '--ttl', '15m'], {
      nowMs: () => 1_000_000,
    })
    expect(exitCode).toBe(0)
    expect(stdout.lines).toEqual([
      `  ${code}`,
      `On the other machine, within 15 min 00 s:  sheaf join ${code}`,
      'One machine, as worker. Farm fingerprint: k3mf.92hd.tx7q.w0ab',
    ])
    expect(agent.requests.at(-1)?.body).toEqual({ role: 'worker', ttlS: 900 })
  })

  it('reads times with their unit, and no others', () => {
    expect([parseTtl('90s'), parseTtl('15m'), parseTtl('24h')]).toEqual([90, 900, 86_400])
    for (const text of ['', '15', '5s', '25h', '-1m', '1.5h', '1d']) expect(() => parseTtl(text)).toThrow('90s')
  })
})

describe('sheaf join', () => {
  const joined = (role = 'artist') => ({ kind: 'joined' as const, farm: { ...farm, role } })

  it('without an agent says what comes next', async () => {
    let request: JoinRequest | undefined
    const joinMachine = (asked: JoinRequest) => {
      request = asked
      return Promise.resolve(joined())
    }
    const run = await cli.run(['join', '--address', '10.0.2.9', '--address', 'studio-1:7000', code, '--name', 'n'], {
      joinMachine,
    })
    expect(run.stdout.text).toBe(
      "✓ in the farm studio-1 as artist (k3mf.92hd.tx7q.w0ab)\nStart this machine's agent:  sheaf up\n",
    )
    expect(request).toMatchObject({
      code,
      addresses: ['10.0.2.9', 'studio-1:7000'],
      name: 'n',
      storePath: cli.storePath,
    })
    expect(request?.adopt).toBeUndefined()
  })

  it('with the agent running hands it what was granted', async () => {
    await agent.writeRunFiles(cli.storePath)
    const place = { peer: 'p', name: 'n', role: 'artist', expiresAtMs: 1, holdsFarmKey: false }
    agent.on('POST /v1/membership', { json: { ...farm, ...place } })
    const joinMachine = async ({ adopt }: JoinRequest) => {
      await adopt?.({ grant: 'Z3JhbnQ=', address: '/ip4/10.0.2.9/tcp/7433' })
      return joined()
    }
    expect((await cli.run(['join', code], { joinMachine })).stdout.text).toContain(
      'The agent of this machine goes on in it.',
    )
    expect(agent.requests.at(-1)?.body).toEqual({ grant: 'Z3JhbnQ=', address: '/ip4/10.0.2.9/tcp/7433' })
  })

  it('takes the code from standard input', async () => {
    const joinMachine = (asked: JoinRequest) => {
      expect(asked.code).toBe(code)
      return Promise.resolve(joined())
    }
    expect((await cli.run(['join', '-'], { joinMachine, readInput: async () => `${code}\n` })).exitCode).toBe(0)
  })

  it('without a code tells what the admin types, and asks the person to compare', async () => {
    const joinMachine = async ({ onPending, confirm }: JoinRequest) => {
      onPending('12D3KooWabcdefx9Qz4f' as PeerId)
      return (await confirm({ ...farm, role: 'artist' })) ? joined() : { kind: 'declined' as const }
    }
    const asked: string[] = []
    const ask = (answer: string) => (question: string) => {
      asked.push(question)
      return Promise.resolve(answer)
    }
    const yes = await cli.run(['join'], { joinMachine, ask: ask('y'), stdout: new FakeTerminal(true) })
    expect([yes.exitCode, yes.stdout.text]).toEqual([0, expect.stringContaining('sheaf approve x9Qz4f')])
    expect(asked[0]).toContain('k3mf.92hd.tx7q.w0ab')
    const no = await cli.run(['join'], { joinMachine, ask: ask(''), stdout: new FakeTerminal(true) })
    expect([no.exitCode, no.stderr.text]).toEqual([1, expect.stringContaining('nothing was changed')])
    const nobody = await cli.run(['join'], { joinMachine })
    expect([nobody.exitCode, nobody.stderr.text]).toEqual([2, expect.stringContaining('sheaf join --yes')])
  })

  it('that fails shows neither the code nor more than is useful', async () => {
    const error = new SheafError({ code: 'SHEAF_INVITATION_UNKNOWN', message: 'No machine knows this code.' })
    const { exitCode, stdout, stderr } = await cli.run(['join', code], { joinMachine: () => Promise.reject(error) })
    expect(exitCode).toBe(1)
    expect(stdout.text + stderr.text).not.toContain(code)
  })
})

describe('sheaf members', () => {
  it('shows who is in, and how to let in who asks', async () => {
    await agent.writeRunFiles(cli.storePath)
    const day = 86_400_000
    const one = { role: 'artist', expiresAtMs: 200 * day, connected: true, self: false }
    const members = [
      { ...one, peer: '12D3KooWbbbbbbbbbbbB', name: 'studio-2' },
      { ...one, peer: '12D3KooWaaaaaaaaaaaA', name: 'studio-1', role: 'admin', self: true },
      { ...one, peer: '12D3KooWccccccccccccC', name: 'gone\u001b[31m', connected: false, revoked: true },
    ]
    const pending = [
      { peer: '12D3KooWddddddx9Qz4f', name: 'studio-9', fingerprint: 'aaaa.bbbb.cccc.dddd', atMs: 40_000 },
    ]
    agent.on('GET /v1/members', { json: { ...farm, members, pending } })
    const { stdout } = await cli.run(['members'], { nowMs: () => 100_000, stdout: new FakeTerminal(false, 100) })
    expect(stdout.lines[0]).toBe('farm studio-1  k3mf.92hd.tx7q.w0ab')
    expect(stdout.lines[2]).toMatch(/^studio-1 +admin +here .*this machine$/)
    expect(stdout.text).toContain('put out')
    expect(stdout.text).not.toContain('\u001b')
    expect(stdout.lines.at(-1)).toBe(
      'studio-9 (aaaa.bbbb.cccc.dddd) asked to join 1 min 00 s ago:  sheaf approve x9Qz4f',
    )
  })
})

describe('sheaf farm export-key', () => {
  it('asks twice where a person is, and never takes a passphrase as an argument', async () => {
    const farmKeys = {
      exportKey: (request: { readonly passphrase: string }) => {
        expect(request.passphrase).toBe('three words here')
        return Promise.resolve({ ...farm, role: 'admin' })
      },
      importKey: () => Promise.reject(new Error('not asked')),
    }
    const answers = ['three words here', 'three words here', 'three words here', 'other words']
    const ask = (_: string, options?: { readonly hidden?: boolean }) => {
      expect(options?.hidden).toBe(true)
      return Promise.resolve(answers.shift() ?? '')
    }
    const at = () => ({ farmKeys, ask, stdout: new FakeTerminal(true) })
    expect((await cli.run(['farm', 'export-key', 'f.recovery'], at())).exitCode).toBe(0)
    const differ = await cli.run(['farm', 'export-key', 'f.recovery'], at())
    expect([differ.exitCode, differ.stderr.text]).toEqual([2, expect.stringContaining('differ')])
    expect((await cli.run(['farm', 'export-key', 'f'], { farmKeys })).stderr.text).toContain('--passphrase-file')
  })
})
