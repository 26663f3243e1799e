import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parsePreset, presetFileText } from '@sheaf/timeline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findPreset } from './find-preset.js'
import { presetViews } from './preset-views.js'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sheaf-own-presets-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const write = (file: string, text: string): Promise<void> => writeFile(join(folder, file), text)
const named = (name: string): string => presetFileText({ ...parsePreset('h264:crf=30'), name })

describe('presets of a studio', () => {
  it('that cannot be read break no preset whose name theirs ends in', async () => {
    await write('our-h264.json', '{')
    expect(await findPreset('h264', folder)).toEqual(parsePreset('h264'))
    await expect(findPreset('our-h264', folder)).rejects.toMatchObject({ code: 'SHEAF_PRESET_INVALID' })
  })

  it('are taken by the name that they say', async () => {
    await write('a.json', named('ours'))
    expect(await findPreset('ours:crf=31', folder)).toMatchObject({ name: 'ours', pictures: { crf: 31 } })
  })

  it('with the name of a shipped one, or of each other, are refused by file and name', async () => {
    await write('x.json', named('h264'))
    const refused = findPreset('h264:crf=23', folder)
    await expect(refused).rejects.toMatchObject({ code: 'SHEAF_PRESET_INVALID' })
    await expect(refused).rejects.toThrow(/x\.json: its name "h264" is that of a preset that Sheaf ships/)
    expect(await findPreset('h265', folder)).toEqual(parsePreset('h265'))
    await write('y.json', named('ours'))
    await write('z.json', named('ours'))
    await expect(findPreset('ours', folder)).rejects.toThrow(/z\.json: its name "ours" is that of .*y\.json/)
    const views = (await presetViews(folder, new Set(['libx264']))).filter(({ path }) => path !== undefined)
    expect(views.map(({ name, problem }) => [name, problem !== undefined])).toEqual([
      ['h264', true],
      ['ours', false],
      ['ours', true],
    ])
  })
})
