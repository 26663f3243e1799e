import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeAgent } from '@sheaf/client/testing'
import { TestCli } from '../testing/test-environment.js'

let cli: TestCli
let agent: FakeAgent
const file = '{\n  "name": "h264"\n}\n'
const h264 = { name: 'h264', summary: 'H.264', endings: ['.mp4', '.mov'], options: ['crf=0-51 (20)'], file }
const broken = {
  name: 'ours',
  summary: '',
  endings: [],
  options: [],
  file: '',
  path: '/s/ours.json',
  problem: 'no JSON',
}
beforeEach(async () => {
  cli = await TestCli.create()
  agent = await FakeAgent.start()
  await agent.writeRunFiles(cli.storePath)
  agent.on('GET /v1/presets', { json: [h264, broken] })
})
afterEach(async () => {
  await agent.stop()
  await cli.dispose()
})

describe('presets', () => {
  it('lists them, those too that cannot be used', async () => {
    const { exitCode, stdout } = await cli.run(['presets'])
    expect(exitCode).toBe(0)
    expect(stdout.lines).toEqual([
      'NAME  FILES      WHAT IT GIVES',
      'h264  .mp4 .mov  H.264',
      'ours             cannot be used: no JSON',
    ])
  })

  it('says in full why one cannot be used, on a narrow terminal too', async () => {
    const problem = `${'a field is wrong; '.repeat(8)}the end`
    agent.on('GET /v1/presets', { json: [{ ...broken, problem }] })
    const { stdout } = await cli.run(['presets'])
    expect(stdout.text.replace(/\s+/g, ' ')).toContain(`cannot be used: ${problem}`)
    expect(Math.max(...stdout.lines.map(({ length }) => length))).toBeLessThanOrEqual(80)
  })

  it.each([[['presets', 'show', 'h264']], [['presets', 'h264']]])('%j prints the file, to be copied', async (argv) => {
    const { exitCode, stdout, stderr } = await cli.run(argv)
    expect(exitCode).toBe(0)
    expect(stdout.text).toBe(file)
    expect(stderr.lines).toEqual(['Options, such as --preset h264:crf=20', '  crf=0-51 (20)'])
  })

  it('--json is the whole list; an unknown name is an error', async () => {
    const run = await cli.run(['presets', '--json'])
    expect(JSON.parse(run.stdout.text)).toEqual([h264, broken])
    const unknown = await cli.run(['presets', 'show', 'av2'])
    expect(unknown.exitCode).toBe(2)
    expect(unknown.stderr.text).toContain('there is no preset "av2"')
  })
})
