import { describe, expect, it } from 'vitest'
import { defaultStorePath } from './store-path.js'

describe('defaultStorePath', () => {
  it.each([
    ['linux', '/home/ada', {}, '/home/ada/.local/share/sheaf'],
    ['linux', '/home/ada', { XDG_DATA_HOME: '/data' }, '/data/sheaf'],
    ['linux', '/home/ada', { XDG_DATA_HOME: 'data' }, '/home/ada/.local/share/sheaf'],
    ['darwin', '/Users/ada', {}, '/Users/ada/Library/Application Support/Sheaf'],
    ['win32', 'C:\\Users\\ada', {}, 'C:\\Users\\ada\\AppData\\Local\\Sheaf'],
    ['win32', 'C:\\Users\\ada', { LOCALAPPDATA: 'D:\\Local' }, 'D:\\Local\\Sheaf'],
    ['linux', '/home/ada', { SHEAF_STORE: '/mnt/sheaf' }, '/mnt/sheaf'],
  ] as const)('%s %s %j is %s', (platform, homeDir, env, expected) => {
    expect(defaultStorePath({ platform, homeDir, env })).toBe(expected)
  })
})
