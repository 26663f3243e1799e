import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isJsonObject, readJson } from './json-reader.js'

describe('readJson', () => {
  it('agrees with JSON.parse on plain JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        const value = readJson(text).value
        expect(JSON.parse(JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? Number(v) : v)))).toEqual(
          JSON.parse(JSON.stringify(JSON.parse(text))),
        )
      }),
    )
  })

  it('reads NaN, infinities and integers of any size', () => {
    const text =
      '\uFEFF{"a": NaN, "b": [Inf, -Infinity], "c": 18446744073709551616, "d": -1.5e3, "e": 9007199254740993}'
    expect(readJson(text).value).toEqual({
      a: Number.NaN,
      b: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      c: 18446744073709551616n,
      d: -1500,
      e: 9007199254740993n,
    })
  })

  it('keeps keys that mean something to JavaScript as plain keys', () => {
    const { value } = readJson('{"__proto__": {"polluted": true}, "toString": 1}')
    expect(Object.keys(value as object)).toEqual(['__proto__', 'toString'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('says where an object stands', () => {
    const document = readJson('{\n  "a": [1,\n    {"b": 2}]}')
    const list = isJsonObject(document.value) ? (document.value['a'] as unknown[]) : []
    expect(document.placeOf(list[1] as never)).toBe('line 3, column 5')
  })

  it.each([
    ['', 'line 1, column 1: the file is empty'],
    ['  \n ', 'line 2, column 2: the file is empty'],
    ['{"a": 1,\n "b" 2}', 'line 2, column 6: expected ":" after the key "b", found "2"'],
    ['{"a": nope}', 'line 1, column 7: expected a value, found "n"'],
    ['[1, 2', 'line 1, column 6: expected "," or "]", found the end of the file'],
    ['{"a": "x', 'line 1, column 9: a text is not closed'],
    ['{} {}', 'line 1, column 4: expected the end, found "{"'],
    ['🎬', 'line 1, column 1: expected a value, found "🎬"'],
    ['["\\x"]', 'line 1, column 4: unknown escape \\x'],
    ['{1: 2}', 'line 1, column 2: expected a key in quotes, found "1"'],
  ])('refuses %j', (text, message) => {
    expect(() => readJson(text)).toThrow(expect.objectContaining({ code: 'SHEAF_EDIT_NOT_JSON', message }) as Error)
  })

  it.each([1000, 100_000])('refuses %d levels without running out of stack', (levels) => {
    const refused = expect.objectContaining({
      code: 'SHEAF_EDIT_TOO_DEEP',
      message: 'line 1, column 201: more than 200 levels deep',
    }) as Error
    expect(() => readJson('['.repeat(levels))).toThrow(refused)
  })
})
