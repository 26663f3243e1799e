import { assertNever, type AgentView, type FarmView, type SheafError } from '@sheaf/protocol'
import { formatBytes } from '../display/format.js'
import type { Check } from './check.js'
import type { InterfaceFinding, PortFinding, StoreFinding, ToolFinding } from './probes.js'

/** What was found of this machine's agent. */
export type AgentFinding =
  | { readonly kind: 'running'; readonly view: AgentView; readonly farm: FarmView }
  | { readonly kind: 'absent' }
  | { readonly kind: 'broken'; readonly error: SheafError }

/** libp2p calls `Promise.withResolvers`, which came with Node 22. */
const oldestNode = 22
const oldestFfmpeg = [5, 1] as const
const lowBytes = 10e9
const tooLowBytes = 1e9
const clockFloorMs = Date.UTC(2025, 0, 1)

export function checkNode(version: string): Check {
  const major = Number(/^v?(\d+)/.exec(version)?.[1] ?? 0)
  const message = `Node ${version.replace(/^v/, '')}`
  if (major >= oldestNode) return { name: 'node', status: 'ok', message }
  return {
    name: 'node',
    status: 'fail',
    message: `${message} is too old`,
    hint: `Sheaf needs Node ${oldestNode} or newer: https://nodejs.org`,
  }
}

/** ffmpeg with its version and libx264, and ffprobe. */
export function checkTools(ffmpeg: ToolFinding, ffprobe: ToolFinding, encoders: ToolFinding): Check[] {
  const checks = [checkVersion('ffmpeg', ffmpeg), checkVersion('ffprobe', ffprobe)]
  if (ffmpeg.kind === 'missing') return checks
  const hasX264 = encoders.kind === 'ran' && /\blibx264\b/.test(encoders.output)
  return [
    ...checks,
    hasX264
      ? { name: 'libx264', status: 'ok', message: 'ffmpeg encodes H.264 (libx264)' }
      : {
          name: 'libx264',
          status: 'fail',
          message: 'this ffmpeg has no libx264',
          hint: 'Install a full build of ffmpeg; some distributions ship one without H.264.',
        },
  ]
}

function checkVersion(name: string, found: ToolFinding): Check {
  const hint =
    'Install ffmpeg 5.1 or newer: apt install ffmpeg, dnf install ffmpeg, brew install ffmpeg, winget install ffmpeg'
  if (found.kind === 'missing') return { name, status: 'fail', message: `${name} was not found`, hint }
  const version = /version (\S+)/.exec(found.output)?.[1]
  // Builds from git are named n6.0-…, N-110123-g… or by date: those of the second kind are newer than any release asked for.
  const release = /^n?(\d+)\.(\d+)/.exec(version ?? '')
  if (release === null)
    return {
      name,
      status: 'warn',
      message: `${name} of unknown version (${version ?? 'it did not say'})`,
      hint: 'Sheaf was tested with releases from 5.1 on.',
    }
  const [major, minor] = [Number(release[1]), Number(release[2])]
  const isNew = major > oldestFfmpeg[0] || (major === oldestFfmpeg[0] && minor >= oldestFfmpeg[1])
  return isNew
    ? { name, status: 'ok', message: `${name} ${version ?? ''}` }
    : { name, status: 'fail', message: `${name} ${version ?? ''} is too old`, hint }
}

export function checkStore(storePath: string, found: StoreFinding): Check {
  if (found.kind === 'not-writable') {
    return {
      name: 'store',
      status: 'fail',
      message: `the store ${storePath} cannot be written: ${found.problem}`,
      hint: 'Choose another folder with --store or SHEAF_STORE.',
    }
  }
  const { freeBytes } = found
  const message = `store ${storePath}, ${formatBytes(freeBytes)} free`
  if (freeBytes < tooLowBytes)
    return { name: 'store', status: 'fail', message, hint: 'Free some space, or choose another disk with --store.' }
  if (freeBytes < lowBytes)
    return {
      name: 'store',
      status: 'warn',
      message,
      hint: 'Long jobs need more: segments and copies of media are kept here until a job is done.',
    }
  return { name: 'store', status: 'ok', message }
}

export function checkFarmPort(port: number, found: PortFinding, agent: AgentFinding): Check {
  const name = 'farm port'
  const isOurs =
    agent.kind === 'running' && agent.view.addresses.some((address) => address.split('/').includes(String(port)))
  if (isOurs) return { name, status: 'ok', message: `port ${port} is held by this machine's agent` }
  switch (found) {
    case 'free':
      return { name, status: 'ok', message: `port ${port} is free` }
    case 'in-use':
      return {
        name,
        status: agent.kind === 'running' ? 'warn' : 'fail',
        message: `port ${port} is held by another program`,
        hint: 'Choose another: sheaf up --port 7533',
      }
    case 'denied':
      return {
        name,
        status: 'fail',
        message: `port ${port} may not be used by this user`,
        hint: 'Choose one above 1023: sheaf up --port 7433',
      }
    default:
      return assertNever(found)
  }
}

export function checkInterfaces(found: readonly InterfaceFinding[]): Check {
  const name = 'network'
  const others = 'Agents on this machine still meet; name those of other machines with: sheaf up --peer'
  if (found.length === 0) return { name, status: 'warn', message: 'this machine is in no network', hint: others }
  const able = found.filter((one) => one.multicast)
  const list = (all: readonly InterfaceFinding[]): string => all.map((one) => `${one.name} ${one.address}`).join(', ')
  if (able.length === 0)
    return {
      name,
      status: 'warn',
      message: `no interface takes multicast, which mDNS needs (${list(found)})`,
      hint: others,
    }
  return { name, status: 'ok', message: `mDNS can use ${list(able)}` }
}

export function checkClock(nowMs: number): Check {
  const message = `clock ${new Date(nowMs).toISOString()}`
  if (nowMs >= clockFloorMs) return { name: 'clock', status: 'ok', message }
  return {
    name: 'clock',
    status: 'warn',
    message: `${message} is in the past`,
    hint: 'Jobs are listed by this clock: turn on network time.',
  }
}

/** The agent of this store, and whether it sees others. */
export function checkAgent(agent: AgentFinding, storeFlag: string): Check[] {
  switch (agent.kind) {
    case 'absent':
      return [
        {
          name: 'agent',
          status: 'warn',
          message: 'no agent runs on this store',
          hint: `start it with: sheaf up${storeFlag}`,
        },
      ]
    case 'broken':
      return [
        {
          name: 'agent',
          status: 'fail',
          message: agent.error.message,
          hint: agent.error.hint ?? 'Restart it: sheaf down, sheaf up',
        },
      ]
    case 'running':
      return [
        {
          name: 'agent',
          status: 'ok',
          message: `the agent ${agent.view.name} runs (process ${agent.view.pid}, ${agent.view.status})`,
        },
        checkPeers(agent.farm),
      ]
    default:
      return assertNever(agent)
  }
}

function checkPeers(farm: FarmView): Check {
  const others = farm.peers.filter((peer) => !peer.self)
  const here = others.filter((peer) => peer.connected)
  if (here.length > 0)
    return { name: 'peers', status: 'ok', message: `connected to ${here.map((peer) => peer.name).join(', ')}` }
  return {
    name: 'peers',
    status: 'warn',
    message: others.length === 0 ? 'no other agent was seen yet' : `none of ${others.length} known agents is connected`,
    hint: 'Both in one farm (sheaf members)? Same network, mDNS (UDP 5353) not blocked? Else name it: sheaf up --peer',
  }
}
