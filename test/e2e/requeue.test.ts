import { chmod, rm, writeFile } from 'node:fs/promises'
import type { AgentProcess } from '@sheaf/cli'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FarmSandbox } from '../support/farm-sandbox.js'
import { runSheaf } from '../support/run-sheaf.js'
import { makeSmallFilm, quickPreset, type SmallFilm } from '../support/small-film.js'
import { untilClosed, untilCompleted } from '../support/wait-for.js'

const timeout = 240_000

/** An ffmpeg that fails at every encode while `brokenFile` exists. */
async function writeFragileFfmpeg(path: string, brokenFile: string): Promise<void> {
  const script = [
    '#!/bin/sh',
    `case "$*" in *rawvideo*libx264*) [ -e '${brokenFile}' ] && { echo "the encoder is broken" >&2; exit 1; };; esac`,
    'exec ffmpeg "$@"',
  ]
  await writeFile(path, `${script.join('\n')}\n`)
  await chmod(path, 0o755)
}

describe.skipIf(process.platform === 'win32')('a job that failed', () => {
  let sandbox: FarmSandbox
  let film: SmallFilm
  let agent: AgentProcess
  let brokenFile = ''
  beforeAll(async () => {
    sandbox = await FarmSandbox.create()
    film = await makeSmallFilm(sandbox.root, 72)
    brokenFile = sandbox.path('broken')
    const ffmpeg = sandbox.path('fragile-ffmpeg')
    await writeFragileFfmpeg(ffmpeg, brokenFile)
    agent = await sandbox.agent('agent', { env: { SHEAF_FFMPEG: ffmpeg } })
  }, timeout)
  afterAll(() => sandbox.dispose(), timeout)

  const submitFailing = async (file: string): Promise<string> => {
    // The fingerprint is measured with a working encoder first.
    const request = { editPath: film.editPath, outputPath: sandbox.path(file), preset: quickPreset, segmentFrames: 24 }
    await agent.client.pauseAgent()
    const { jobId } = await agent.client.submit(request)
    await writeFile(brokenFile, '')
    await agent.client.resumeAgent()
    const failed = await untilClosed(agent, jobId)
    expect(failed.status).toBe('failed')
    expect(failed.message).toContain('the encoder is broken')
    await rm(brokenFile)
    return jobId
  }
  const sheaf = (...args: readonly string[]) => runSheaf([...args, '--store', sandbox.storePath('agent')])

  it(
    'says why, and is rendered to its end after `sheaf requeue` once the cause is mended',
    async () => {
      const jobId = await submitFailing('requeued.mp4')
      const requeued = await sheaf('requeue', jobId)
      expect(requeued).toMatchObject({ exitCode: 0, stderr: '' })
      expect(requeued.stdout).toContain(`requeued requeued  ${jobId}`)
      await untilCompleted(agent, jobId)
      const again = await sheaf('requeue', jobId)
      expect(again.exitCode).toBe(1)
      expect(again.stderr).toContain('Only a failed job can be requeued')
    },
    timeout,
  )

  it(
    'can be canceled instead, and is then closed for good',
    async () => {
      const jobId = await submitFailing('given-up.mp4')
      expect(await sheaf('cancel', jobId)).toMatchObject({ exitCode: 0, stderr: '' })
      expect((await agent.client.job(jobId)).status).toBe('canceled')
      expect((await sheaf('requeue', jobId)).exitCode).toBe(1)
    },
    timeout,
  )
})
