import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { SheafError } from '@sheaf/protocol'
import { sheafMain, type AgentProcess } from './agent-process.js'

/** Brings a store into the farm of an agent on this machine, as people do it: `sheaf invite` here, `sheaf join` there. */
export async function joinByCode(
  inviter: AgentProcess,
  { storePath, name }: { readonly storePath: string; readonly name: string },
): Promise<void> {
  const [{ code }, { addresses }] = await Promise.all([inviter.client.invite({}), inviter.client.status()])
  const address = addresses.find((text) => text.startsWith('/ip4/127.')) ?? addresses[0] ?? ''
  const args = ['join', '-', '--store', storePath, '--name', name, '--address', address]
  const child = spawn(process.execPath, [sheafMain, ...args], { stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')))
  child.stdin.end(`${code}\n`)
  const [exitCode] = (await once(child, 'close')) as [number | null]
  if (exitCode === 0) return
  throw new SheafError({ code: 'SHEAF_JOIN_REFUSED', message: `${name} could not join:\n${said.trim()}` })
}
