import { describe, expect, it } from 'vitest'
import { SheafError } from '@sheaf/protocol'
import { FakeTerminal } from '../testing/test-environment.js'
import { printError } from './print-error.js'
import { colourStyle, plainStyle, styleFor } from './style.js'
import { tableLines } from './table.js'
import { padText, safeText, textWidth, truncate, truncateStart } from './text.js'

const printed = (error: unknown, json = false, debug = false): string => {
  const stderr = new FakeTerminal()
  printError(error, { stderr, style: plainStyle, json, debug })
  return stderr.text
}
const error = new SheafError({
  code: 'SHEAF_OUTPUT_EXISTS',
  message: 'a.mp4 exists',
  hint: 'add --overwrite',
  cause: new Error('EEXIST'),
})

describe('errors', () => {
  it('message, then what to do', () => expect(printed(error)).toBe('✗ a.mp4 exists\n  add --overwrite\n'))
  it('as JSON', () =>
    expect(JSON.parse(printed(error, true))).toEqual({
      code: 'SHEAF_OUTPUT_EXISTS',
      message: 'a.mp4 exists',
      hint: 'add --overwrite',
    }))
  it('several lines stay in line, and cannot move the cursor', () => {
    expect(printed(new SheafError({ code: 'SHEAF_INTERNAL', message: 'x\ny\u001b[A' }))).toBe('✗ x\n  y?[A\n')
  })
  it('the unforeseen is told as a defect', () =>
    expect(printed(new TypeError('oops'))).toMatch(/^✗ unexpected: oops\n {2}This is a defect/))
  it('SHEAF_DEBUG shows the causes', () => expect(printed(error, false, true)).toContain('caused by Error: EEXIST'))
})

describe('colours', () => {
  it.each([
    [true, {}, true, true],
    [false, {}, true, false],
    [true, { NO_COLOR: '1' }, true, false],
    [true, { NO_COLOR: '' }, true, true],
    [true, { TERM: 'dumb' }, true, false],
    [true, {}, false, false],
  ])('terminal %s, %j, wanted %s: %s', (isTty, env, wanted, expected) => {
    expect(styleFor({ isTty }, env, wanted).enabled).toBe(expected)
  })
  it('take no columns', () => expect(textWidth(colourStyle.red('abc'))).toBe(3))
})

describe('text', () => {
  it.each([
    ['film', 4, 'film'],
    ['films', 4, 'fil…'],
    ['東京スタジオ', 6, '東京…'],
    ['👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 4, '👩‍👩‍👧…'],
    ['x', 0, ''],
  ])('%s in %i columns is %s', (text, width, expected) => expect(truncate(text, width)).toBe(expected))
  it('pads by columns, not by letters', () => {
    expect(padText('東', 4)).toBe('東  ')
    expect(padText('7', 3, 'left')).toBe('  7')
  })
  it('keeps letters and emoji as they are', () => expect(safeText('Küche 👩‍👩‍👧 東京')).toBe('Küche 👩‍👩‍👧 東京'))
})

it.each([
  ['/films/a.mp4', 7, '…/a.mp4'],
  ['a.mp4', 5, 'a.mp4'],
  ['東京.mp4', 6, '….mp4'],
])('%s cut from its beginning to %i columns is %s', (text, width, expected) =>
  expect(truncateStart(text, width)).toBe(expected),
)

describe('tables', () => {
  const columns = [
    { title: 'NAME', shrinks: 'end' },
    { title: 'N', align: 'right' },
  ] as const
  it('line up', () =>
    expect(
      tableLines(
        columns,
        [
          ['a', '1'],
          ['bcdef', '22'],
        ],
        80,
      ),
    ).toEqual(['NAME    N', 'a       1', 'bcdef  22']))
  it('are not cut where lines have no end', () =>
    expect(tableLines(columns, [['x'.repeat(200), '1']], Number.POSITIVE_INFINITY)[1]).toBe(`${'x'.repeat(200)}  1`))
  it('go on below, between words, or are cut where least is lost', () => {
    const wrapping = [{ title: 'N' }, { title: 'WHAT', shrinks: 'wrap' }] as const
    const row = ['a', 'two of them supercalifragilistic']
    expect(tableLines(wrapping, [row], 14)).toEqual(['N  WHAT', 'a  two of them', '   supercalifr', '   agilistic'])
    const middle = [{ title: 'N', shrinks: 'middle' }] as const
    expect(tableLines(middle, [['episode-12-reel-3']], 11)).toEqual(['N', 'episo…eel-3'])
    expect(tableLines(middle, [['東京東京東京']], 8)).toEqual(['N', '東…東京'])
  })
  it('shrink where they may', () =>
    expect(tableLines(columns, [['abcdefghij', '1']], 11)).toEqual(['NAME      N', 'abcdefg…  1']))
})
