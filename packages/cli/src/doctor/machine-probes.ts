import { createSocket } from 'node:dgram'
import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { dirname } from 'node:path'
import { execa } from 'execa'
import type { InterfaceFinding, PortFinding, Probes, StoreFinding, ToolFinding } from './probes.js'

const mdnsGroup = '224.0.0.251'
const toolTimeoutMs = 10_000

/** Probes of the real machine. They leave nothing behind. */
export function machineProbes(): Probes {
  return { nodeVersion: process.version, runTool, storeFolder, port, interfaces }
}

async function runTool(name: string, args: readonly string[]): Promise<ToolFinding> {
  const result = await execa(name, args, { reject: false, timeout: toolTimeoutMs, stdin: 'ignore' })
  return result.exitCode === undefined ? { kind: 'missing' } : { kind: 'ran', output: result.stdout }
}

/** A store that is not there yet is judged by the nearest folder above it that is. */
async function storeFolder(path: string): Promise<StoreFinding> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      await access(folder, constants.W_OK)
      const { bavail, bsize } = await statfs(folder)
      return { kind: 'writable', freeBytes: bavail * bsize }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code !== 'ENOENT' || dirname(folder) === folder) return { kind: 'not-writable', problem: message }
    }
  }
}

function port(wanted: number): Promise<PortFinding> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'EACCES' ? 'denied' : 'in-use')
    })
    server.listen(wanted, '0.0.0.0', () => {
      server.close(() => {
        resolve('free')
      })
    })
  })
}

async function interfaces(): Promise<readonly InterfaceFinding[]> {
  const found = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).filter((one) => one.family === 'IPv4' && !one.internal).map(({ address }) => ({ name, address })),
  )
  return Promise.all(found.map(async (one) => ({ ...one, multicast: await joinsMdns(one.address) })))
}

/** Whether the system lets us join the group on this interface; a switch may still drop the packets. */
function joinsMdns(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    const end = (joined: boolean): void => {
      socket.close()
      resolve(joined)
    }
    socket.once('error', () => {
      end(false)
    })
    socket.bind(0, () => {
      try {
        socket.addMembership(mdnsGroup, address)
        end(true)
      } catch {
        end(false)
      }
    })
  })
}
