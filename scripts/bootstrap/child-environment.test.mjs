import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { childEnvironment } from './child-environment.mjs'

describe('childEnvironment', () => {
  it('puts the folders first on PATH, each once', () => {
    const env = childEnvironment({ PATH: ['/usr/bin', '/tools'].join(path.delimiter) }, ['/tools'])
    expect(env).toEqual({ PATH: ['/tools', '/usr/bin'].join(path.delimiter) })
  })

  it('keeps the spelling that Windows has', () => {
    expect(childEnvironment({ Path: 'C' }, ['D'])).toEqual({ Path: ['D', 'C'].join(path.delimiter) })
  })

  it('drops what an outer npm says of itself, and keeps registry and proxy', () => {
    const outer = { npm_lifecycle_event: 'test', npm_config_json: 'true', npm_config_registry: 'r', HTTPS_PROXY: 'p' }
    expect(childEnvironment(outer, ['/a'])).toEqual({ npm_config_registry: 'r', HTTPS_PROXY: 'p', PATH: '/a' })
  })
})
