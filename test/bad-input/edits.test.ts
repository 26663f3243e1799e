import { readFile, writeFile } from 'node:fs/promises'
import type { AgentProcess } from '@sheaf/cli'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { FarmSandbox } from '../support/farm-sandbox.js'
import { expectRefusal, type ExpectedRefusal } from '../support/refusal.js'
import { runSheaf } from '../support/run-sheaf.js'
import { makeSmallFilm } from '../support/small-film.js'

const timeout = 240_000
vi.setConfig({ testTimeout: timeout })

interface BadEdit extends ExpectedRefusal {
  readonly what: string
  /** Makes the bad edit from the good one. */
  readonly spoil: (otio: string) => string
}

interface OtioEdit {
  OTIO_SCHEMA: string
  tracks: { children: { children: { source_range: { start_time: OtioTime; duration: OtioTime } }[] }[] }
}
interface OtioTime {
  value: number
  rate: number
}

const changed = (otio: string, change: (edit: OtioEdit) => void): string => {
  const edit = JSON.parse(otio) as OtioEdit
  change(edit)
  return JSON.stringify(edit, null, 1)
}
const secondShot = (edit: OtioEdit) => {
  const range = edit.tracks.children[0]?.children[1]?.source_range
  if (range === undefined) throw new Error('no second shot')
  return range
}

const badEdits: readonly BadEdit[] = [
  {
    what: 'is not JSON',
    spoil: () => '{\n  "OTIO_SCHEMA": "Timeline.1",\n  "name": oops\n}',
    code: 'SHEAF_EDIT_NOT_JSON',
    says: [/bad\.otio/, /line 3/, /column 11/],
    hint: /OpenTimelineIO/,
  },
  {
    what: 'ends too early',
    spoil: (otio) => otio.slice(0, otio.length / 2),
    code: 'SHEAF_EDIT_NOT_JSON',
    says: [/bad\.otio/, /line \d+/, /column \d+/],
    hint: /Export it again/,
  },
  {
    what: 'holds nothing at all',
    spoil: () => '',
    code: 'SHEAF_EDIT_NOT_JSON',
    says: [/bad\.otio/, /line 1/],
    hint: /OpenTimelineIO/,
  },
  {
    what: 'is JSON, but not OTIO',
    spoil: () => '{"clips": [1, 2, 3]}',
    code: 'SHEAF_EDIT_NOT_OTIO',
    says: [/bad\.otio/, /OTIO_SCHEMA/],
    hint: /Export/,
  },
  {
    what: 'is of an unknown version',
    spoil: (otio) => otio.replace('"Timeline.1"', '"Timeline.99"'),
    code: 'SHEAF_EDIT_VERSION',
    says: [/bad\.otio/, /Timeline\.99/, /Timeline\.1/],
    hint: /older OpenTimelineIO|update/,
  },
  {
    what: 'has no clips',
    spoil: (otio) => changed(otio, (edit) => (edit.tracks.children = [])),
    code: 'SHEAF_EDIT_EMPTY',
    says: [/bad\.otio/, /empty/],
    hint: /clip/,
  },
  {
    what: 'has a negative duration',
    spoil: (otio) => changed(otio, (edit) => (secondShot(edit).duration.value = -12)),
    code: 'SHEAF_EDIT_UNSUPPORTED',
    says: [/bad\.otio/, /shot_0020/, /-12|negative/],
    hint: /./,
  },
  {
    what: 'has a time that is not a number',
    spoil: (otio) => changed(otio, (edit) => (secondShot(edit).duration.value = 777_777)).replace('777777', 'NaN'),
    code: 'SHEAF_EDIT_UNSUPPORTED',
    says: [/bad\.otio/, /shot_0020/, /NaN|not a number/],
    hint: /./,
  },
  {
    what: 'has a rate of zero',
    spoil: (otio) => changed(otio, (edit) => (secondShot(edit).duration.rate = 0)),
    code: 'SHEAF_EDIT_UNSUPPORTED',
    says: [/bad\.otio/, /shot_0020/],
    hint: /./,
  },
  {
    what: 'is a thousand levels deep',
    spoil: () => `{"OTIO_SCHEMA": "Timeline.1", "metadata": ${'['.repeat(1000)}${']'.repeat(1000)}}`,
    code: 'SHEAF_EDIT_TOO_DEEP',
    says: [/bad\.otio/, /levels deep/, /line 1/],
    hint: /Export/,
  },
]

describe('an edit that cannot be read is refused before anything is rendered', () => {
  let sandbox: FarmSandbox
  let agent: AgentProcess
  let good: string
  beforeAll(async () => {
    sandbox = await FarmSandbox.create()
    agent = await sandbox.agent('agent')
    good = await readFile((await makeSmallFilm(sandbox.root, 100)).editPath, 'utf8')
  }, timeout)
  afterAll(() => sandbox.dispose(), timeout)

  it.each(badEdits)('that $what', async ({ spoil, ...expected }) => {
    const editPath = sandbox.path('bad.otio')
    await writeFile(editPath, spoil(good))
    await expectRefusal(agent.client.submit({ editPath, outputPath: sandbox.path('film.mp4') }), expected)
    expect(await agent.client.jobs()).toEqual([])
  })

  it('that does not exist, or is a folder', async () => {
    const outputPath = sandbox.path('film.mp4')
    const hint = /\.otio/
    const missing = sandbox.path('nowhere.otio')
    await expectRefusal(agent.client.submit({ editPath: missing, outputPath }), {
      code: 'SHEAF_EDIT_NOT_FOUND',
      says: [missing, /does not exist/],
      hint,
    })
    await expectRefusal(agent.client.submit({ editPath: sandbox.root, outputPath }), {
      code: 'SHEAF_EDIT_NOT_FOUND',
      says: [sandbox.root, /not a file/],
      hint,
    })
  })

  it(
    'and the command says it in the same words, with exit code 1',
    async () => {
      await writeFile(sandbox.path('bad.otio'), '{"OTIO_SCHEMA": ]')
      const args = ['render', 'bad.otio', '-o', 'film.mp4', '--store', sandbox.storePath('agent')]
      const { exitCode, stdout, stderr } = await runSheaf(args, { cwd: sandbox.root })
      expect(exitCode).toBe(1)
      expect(stdout).toBe('')
      expect(stderr).toMatch(/^✗ .*bad\.otio.*line 1, column 17/)
      expect(stderr).toMatch(/\n {2}An edit is an OpenTimelineIO JSON file/)
    },
    timeout,
  )
})
