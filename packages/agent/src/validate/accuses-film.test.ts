import type { SheafError } from '@sheaf/protocol'
import { expect, it } from 'vitest'
import { toolFailed } from '../engine/tool-error.js'
import { accusesFilm } from './accuses-film.js'

const failed = (change: Partial<Parameters<typeof toolFailed>[0]>): SheafError =>
  toolFailed({
    start: { file: '/bin/ffmpeg', args: [], stdout: 'pipe' },
    ...{ exitCode: undefined, signal: undefined, code: undefined, cause: undefined, stderr: '' },
    ...change,
  })

it.each([
  ['an exit code', failed({ exitCode: 1, stderr: 'Invalid data found' }), true],
  ['a kill', failed({ signal: 'SIGKILL' }), false],
  ['a kill behind a wrapper', failed({ exitCode: 137 }), false],
  ['no file handle left', failed({ code: 'EMFILE', cause: 'spawn EMFILE' }), false],
  ['no process left', failed({ code: 'EAGAIN', cause: 'spawn EAGAIN' }), false],
  ['no memory', failed({ exitCode: 1, stderr: 'Cannot allocate memory' }), false],
  ['another error', new Error('gone'), false],
])('%s tells of the film or does not', (_name, error, accuses) => {
  expect(accusesFilm(error)).toBe(accuses)
})
