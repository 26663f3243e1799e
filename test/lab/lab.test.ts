import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Lab } from './lab.js'

const reason = await Lab.whyNot()

/** Listens, takes all that one caller sends, and says how many bytes came in how many milliseconds. */
const sink = `
const server = require('node:net').createServer((socket) => {
  let bytes = 0, first
  socket.on('data', (data) => { first ??= performance.now(); bytes += data.length })
  socket.on('end', () => { console.log(JSON.stringify({ bytes, ms: performance.now() - first })); server.close() })
}).listen(9000, () => console.error('listening'))`
/** Keeps trying to reach \`argv[1]\` and sends \`argv[2]\` bytes. */
const source = `
const net = require('node:net'), [, host, bytes] = process.argv
const dial = () => {
  const socket = net.connect({ host, port: 9000 }, () => socket.end(Buffer.alloc(Number(bytes))))
  socket.on('error', () => setTimeout(dial, 50))
}
dial()`
/** One multicast question; answers with what its own kind says to it. */
const caller = `
const socket = require('node:dgram').createSocket({ type: 'udp4', reuseAddr: true }), [, name] = process.argv
socket.on('message', (text) => {
  if (String(text) === name) return
  console.log(String(text)); socket.send(name, 5353, '224.0.0.251', () => process.exit(0))
})
socket.bind(5353, () => { socket.addMembership('224.0.0.251'); setInterval(() => socket.send(name, 5353, '224.0.0.251'), 50) })`

/** One attempt to reach the host within a second. */
const attempt = `
const socket = require('node:net').connect({ host: process.argv[1], port: 9000 })
const answer = (text) => { console.log(text); process.exit(0) }
socket.on('connect', () => answer('connected')); socket.on('error', () => answer('no answer')); setTimeout(answer, 1000, 'no answer')`

const node = (script: string, ...args: readonly string[]) => [process.execPath, '-e', script, ...args]

describe.skipIf(reason !== undefined)(`the lab${reason === undefined ? '' : `, skipped: ${reason}`}`, () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await Lab.create({ hosts: ['a', 'b', 'c'], mbit: 200 })
  })
  afterAll(() => lab.dispose())

  it("hosts hear each other's multicast", async () => {
    const heard = await Promise.all(['a', 'b'].map((name) => lab.host(name).run(node(caller, name))))
    expect(heard).toEqual(['b', 'a'])
  })

  it('a link is as fast as it was made, and not faster', async () => {
    const bytes = 12_500_000
    const [received] = await Promise.all([
      lab.host('b').run(node(sink)),
      lab.host('a').run(node(source, lab.host('b').address, String(bytes))),
    ])
    const took = JSON.parse(received) as { readonly bytes: number; readonly ms: number }
    expect(took.bytes).toBe(bytes)
    // 100 Mbit at 200 Mbit/s are half a second; a busy machine may take longer, a link without limit takes 10 ms.
    expect(took.ms).toBeGreaterThan(400)
  })

  it('an unplugged host is reached by nobody until it is plugged in again', async () => {
    const c = lab.host('c')
    const received = c.run(node(sink))
    await c.unplug()
    await expect(lab.host('b').run(node(attempt, c.address))).resolves.toBe('no answer')
    await c.plug()
    await lab.host('a').run(node(source, c.address, '10'))
    expect(JSON.parse(await received)).toMatchObject({ bytes: 10 })
  })

  it('nothing of it is seen outside', async () => {
    expect(lab.host('a').prefix().join(' ')).toContain('ip netns exec a')
    await expect(lab.host('a').run(['ip', 'route', 'get', '192.0.2.1'])).rejects.toThrow(/unreachable/i)
  })
})
