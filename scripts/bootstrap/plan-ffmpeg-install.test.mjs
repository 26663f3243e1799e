import { describe, expect, it } from 'vitest'
import { planFfmpegInstall } from './plan-ffmpeg-install.mjs'

const apt = [
  ['apt-get', 'update'],
  ['apt-get', 'install', '-y', '--no-install-recommends', 'ffmpeg'],
]

/** @param {readonly string[]} commands */
function machine(...commands) {
  return { has: (/** @type {string} */ name) => commands.includes(name), root: false, consent: false, terminal: false }
}

describe('planFfmpegInstall', () => {
  it('installs at once as root, without sudo', () => {
    const plan = planFfmpegInstall({ ...machine('apt-get', 'sudo'), root: true })
    expect(plan).toMatchObject({ action: 'install', commands: apt })
  })

  it('with consent goes through sudo, which must not ask', () => {
    const plan = planFfmpegInstall({ ...machine('apt-get', 'sudo'), consent: true, terminal: true })
    expect(plan).toMatchObject({ action: 'install', commands: apt.map((command) => ['sudo', '-n', ...command]) })
  })

  it('asks at a terminal, and then sudo may ask too', () => {
    const plan = planFfmpegInstall({ ...machine('pacman', 'sudo'), terminal: true })
    expect(plan).toMatchObject({
      action: 'ask',
      commands: [['sudo', 'pacman', '-S', '--needed', '--noconfirm', 'ffmpeg']],
    })
  })

  it('else tells the exact command', () => {
    expect(planFfmpegInstall(machine('apt-get', 'sudo'))).toMatchObject({
      action: 'tell',
      shown: 'sudo apt-get update && sudo apt-get install -y --no-install-recommends ffmpeg',
    })
  })

  it('cannot install without sudo, whatever the consent', () => {
    const plan = planFfmpegInstall({ ...machine('dnf'), consent: true, terminal: true })
    expect(plan).toMatchObject({ action: 'tell', commands: [], shown: expect.stringMatching(/^sudo dnf install/) })
  })

  it.each(['brew', 'winget'])('needs no root for %s', (name) => {
    const plan = planFfmpegInstall({ ...machine(name), consent: true })
    expect(plan).toMatchObject({ action: 'install', manager: name })
    expect(planFfmpegInstall(machine(name))).toMatchObject({
      action: 'tell',
      shown: expect.stringMatching(`^${name} `),
    })
  })

  it('does not run Homebrew as root, which refuses', () => {
    expect(planFfmpegInstall({ ...machine('brew'), root: true })).toEqual({ action: 'give-up' })
  })

  it("prefers the system's own manager over Homebrew", () => {
    expect(planFfmpegInstall(machine('brew', 'apt-get', 'sudo'))).toMatchObject({ manager: 'apt-get' })
  })

  it('gives up where it knows no package manager', () => {
    expect(planFfmpegInstall({ ...machine(), root: true })).toEqual({ action: 'give-up' })
  })
})
