import { describe, expect, it } from 'vitest'
import { splitArguments } from './split-arguments.mjs'

describe('splitArguments', () => {
  it('keeps its own flags and hands on the rest in order', () => {
    expect(splitArguments(['bench', '--yes', 'facts', '--json', '--verbose'])).toMatchObject({
      target: 'bench',
      yes: true,
      verbose: true,
      rest: ['facts', '--json'],
    })
  })

  it('takes nothing after --', () => {
    expect(splitArguments(['test', '--', '--verbose'])).toMatchObject({ verbose: false, rest: ['--verbose'] })
  })

  it('takes nothing from the command of exec', () => {
    const command = ['pnpm', 'check', '--yes', '--', 'x']
    expect(splitArguments(['exec', ...command])).toMatchObject({ yes: false, rest: command })
  })

  it('tells a call for help from a call without a target', () => {
    expect(splitArguments(['--help'])).toMatchObject({ target: undefined, help: true })
    expect(splitArguments([])).toMatchObject({ target: undefined, help: false })
  })
})
