import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findExceptions, findNameHoles } from './purity-fence.mjs'

let root = ''
let folder = ''

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'sheaf-fence-'))
  folder = path.join(root, 'packages/coordinator')
  await mkdir(path.join(folder, 'src'), { recursive: true })
  await writeFile(path.join(folder, 'src/index.ts'), 'export const a = 1\n')
})

afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

/** @param {object} compilerOptions */
async function writeConfig(compilerOptions) {
  const base = { target: 'ES2023', module: 'NodeNext', lib: ['ES2023'], types: [], strict: true }
  const config = { compilerOptions: { ...base, ...compilerOptions }, include: ['src'] }
  await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(config))
}

describe('findNameHoles', () => {
  it('finds none where the library is ES2023 alone', async () => {
    await writeConfig({})
    expect(findNameHoles(root, 'coordinator')).toEqual([])
  })

  it('finds what a wider library lets in', async () => {
    await writeConfig({ lib: ['ES2023', 'DOM'] })
    const holes = findNameHoles(root, 'coordinator')
    expect(holes).toContain('packages/coordinator: a file that names `fetch` compiles, but must not')
    expect(holes).toContain('packages/coordinator: a file that names `setTimeout` compiles, but must not')
    expect(holes.filter((hole) => hole.includes('`process`'))).toEqual([])
  })

  it('finds what a single source brings along', async () => {
    await writeConfig({})
    await writeFile(path.join(folder, 'src/leak.ts'), 'declare global { var process: object }\nexport {}\n')
    expect(findNameHoles(root, 'coordinator')).toEqual([
      'packages/coordinator: a file that names `process` compiles, but must not',
    ])
  })
})

describe('findExceptions', () => {
  it.each([
    '// eslint-disable-next-line no-restricted-globals',
    '/* eslint-disable no-console, no-restricted-syntax */',
    '/* eslint-disable */',
    '// eslint-disable-line',
    '// eslint-disable-next-line -- because',
  ])('finds %s', async (comment) => {
    await writeFile(path.join(folder, 'src/index.ts'), `${comment}\nexport const a = 1\n`)
    expect(findExceptions(root, 'coordinator')).toHaveLength(1)
  })

  it('leaves other rules to their owners', async () => {
    const comment = '// eslint-disable-next-line @typescript-eslint/no-non-null-assertion -- checked above'
    await writeFile(path.join(folder, 'src/index.ts'), `${comment}\nexport const a = 1\n`)
    expect(findExceptions(root, 'coordinator')).toEqual([])
  })
})
