import { describe, expect, it } from 'vitest'
import { parseArguments } from './parse-arguments.js'

const names = ['overhead', 'facts']
const parse = (...args: string[]) => parseArguments(args, names)

describe('parseArguments', () => {
  it('runs the named bench with its own number of runs and seed 1', () => {
    const plain = { kind: 'run', name: 'facts', json: false, quick: false, seed: 1, runs: undefined }
    expect(parse('facts')).toEqual(plain)
    expect(parse('facts', '--json', '--quick', '--seed', '42', '--runs=5')).toEqual({
      ...plain,
      json: true,
      quick: true,
      seed: 42,
      runs: 5,
    })
  })

  it('lists and helps, whatever else is there', () => {
    expect(parse('--list')).toEqual({ kind: 'list' })
    expect(parse('facts', '--list', '--json')).toEqual({ kind: 'list' })
    expect(parse('nonsense', '-h')).toEqual({ kind: 'help' })
  })

  it.each([
    [[], 'Which bench? One of: overhead, facts'],
    [['speed'], 'There is no bench "speed". One of: overhead, facts'],
    [['facts', 'overhead'], 'One bench at a time'],
    [['facts', '--fast'], "'--fast'"],
    [['facts', '--seed', '1.5'], '--seed 1.5'],
    [['facts', '--seed', '4294967296'], '--seed 4294967296'],
    [['facts', '--runs', '0'], '--runs 0'],
    [['facts', '--runs', 'many'], '--runs many'],
  ])('says what is wrong with %j', (args, message) => {
    const command = parseArguments(args, names)
    expect(command.kind === 'wrong' ? command.message : command).toContain(message)
  })
})
