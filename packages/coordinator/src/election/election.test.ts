import { describe, expect, it, vi } from 'vitest'
import { play } from '../testing/scenario.js'

// Simulated time and counted runs: how long it takes on a loaded machine says nothing.
vi.setConfig({ testTimeout: 120_000 })

const seeds = Array.from({ length: 6 }, (_, at) => at + 1)
const scenarios = {
  'an agent alone leads at once and leases': `
    0.0 A up
    0.1 A submit 20
    0.6 expect nobody
    1.0 expect coordinator A
    1.0 expect leasing A`,
  'two that start together agree': `
    0.0 A up
    0.0 B up
    2.5 expect coordinator A
    9.0 expect coordinator A`,
  'a better-placed agent that comes later leaves the coordinator in place': `
    0.0 B up
    2.0 expect coordinator B
    2.0 A up
    3.5 expect coordinator B
    9.0 expect coordinator B`,
  'the coordinator is killed': `
    0.0 A up
    0.0 B up
    0.0 C up
    0.5 C submit 400
    5.0 expect coordinator A
    5.0 A crash
    5.15 expect coordinator B
    5.5 expect leasing B
    9.0 expect coordinator B`,
  'the coordinator is killed while agents hold many leases, and comes back': `
    0.0 A up
    0.0 B up
    0.0 C up
    0.5 C submit 400
    5.0 A crash
    7.0 A up
    9.0 expect coordinator B`,
  'the coordinator stops in order': `
    0.0 A up
    0.0 B up
    0.0 C up
    5.0 expect coordinator A
    5.0 A stop
    6.0 expect coordinator B`,
  'the cable of the coordinator is pulled': `
    0.0 A up
    0.0 B up
    0.0 C up
    5.0 expect coordinator A
    5.0 A unplug
    6.0 expect leader A
    7.5 expect leader A B
    12.0 A plug
    13.5 expect coordinator B`,
  'the network splits and heals': `
    0.0 A up
    0.0 B up
    0.0 C up
    0.0 D up
    5.0 expect coordinator A
    5.0 A cut C
    5.0 A cut D
    5.0 B cut C
    5.0 B cut D
    9.5 expect leader A C
    12.0 A heal C
    12.0 A heal D
    12.0 B heal C
    12.0 B heal D
    13.5 expect coordinator C`,
  'two that led the same count apart meet': `
    0.0 A cut B
    0.0 A up
    0.0 B up
    0.5 A submit 100
    4.0 expect leader A B
    4.0 A heal B
    5.5 expect coordinator B
    9.0 expect coordinator B`,
  'the coordinator freezes and thaws': `
    0.0 A up
    0.0 B up
    0.0 C up
    5.0 expect coordinator A
    5.0 A freeze
    9.0 expect leader B
    15.0 A thaw
    15.001 expect leader B
    17.0 expect coordinator B`,
  'a short hiccup changes nothing': `
    0.0 A up
    0.0 B up
    5.0 expect coordinator A
    5.0 A freeze
    6.2 A thaw
    6.3 expect coordinator A
    9.0 expect coordinator A`,
  'three in a row with B between are one farm': `
    0.0 A cut C
    0.0 A up
    0.0 B up
    0.0 C up
    4.0 expect leader A
    6.0 expect coordinator A
    20.0 expect coordinator A
    20.0 A crash
    21.5 expect coordinator B`,
  'three in a row that lose the middle are two, and one again': `
    0.0 A cut C
    0.0 A up
    0.0 B up
    0.0 C up
    6.0 expect coordinator A
    6.0 B crash
    9.0 expect leader A C
    9.0 B up
    13.0 expect coordinator C
    20.0 expect coordinator C`,
} as const

describe.each(Object.entries(scenarios))('%s', (_name, text) => {
  it.each(seeds)('seed %i', (seed) => {
    expect(play(text, seed).doubleMs()).toBeLessThan(1000)
  })
})
