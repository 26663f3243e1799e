import { describe, expect, it } from 'vitest'
import { apiAddress } from './api-address.js'

describe('--listen', () => {
  it.each([
    ['10.0.0.7', { host: '10.0.0.7', port: 7436 }],
    ['10.0.0.7:9000', { host: '10.0.0.7', port: 9000 }],
    ['[fe80::1]:9000', { host: 'fe80::1', port: 9000 }],
    ['studio-7', { host: 'studio-7', port: 7436 }],
  ])('reads %s', (text, address) => expect(apiAddress(text)).toEqual(address))

  it.each(['', ':9000', '10.0.0.7:99999', 'fe80::1', 'http://10.0.0.7', '10.0.0.7:'])('refuses %j', (text) => {
    expect(() => apiAddress(text)).toThrow('address of this machine')
  })
})
