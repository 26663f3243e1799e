/**
 * One package manager: how it installs ffmpeg, and whether that needs root.
 * @typedef {{ name: string, rights: 'root' | 'user', commands: readonly (readonly string[])[], note?: string }} PackageManager
 */

/** In the order of preference, should a machine have several. */
const managers = /** @type {readonly PackageManager[]} */ ([
  {
    name: 'apt-get',
    rights: 'root',
    commands: [
      ['apt-get', 'update'],
      ['apt-get', 'install', '-y', '--no-install-recommends', 'ffmpeg'],
    ],
  },
  {
    name: 'dnf',
    rights: 'root',
    commands: [['dnf', 'install', '-y', '--allowerasing', 'ffmpeg']],
    note: "Fedora's own ffmpeg-free lacks libx264: enable the RPM Fusion free repository first",
  },
  { name: 'pacman', rights: 'root', commands: [['pacman', '-S', '--needed', '--noconfirm', 'ffmpeg']] },
  { name: 'brew', rights: 'user', commands: [['brew', 'install', 'ffmpeg']] },
  {
    name: 'winget',
    rights: 'user',
    commands: [
      ['winget', 'install', '--id', 'Gyan.FFmpeg', '-e', '--accept-package-agreements', '--accept-source-agreements'],
    ],
    note: 'a new PATH is seen only by a new terminal: open one and run the same command again',
  },
])

/** The package managers this set-up knows, for messages. */
export const knownManagers = managers.map(({ name }) => name)

/**
 * What set-up knows about the machine and the person before it installs a system package.
 * @typedef {object} InstallSituation
 * @property {(command: string) => boolean} has whether a command is on PATH
 * @property {boolean} root runs as root
 * @property {boolean} consent CI, or --yes
 * @property {boolean} terminal somebody can answer a question
 *
 * @typedef {{ action: 'install' | 'ask' | 'tell', manager: string, commands: readonly (readonly string[])[],
 *             shown: string, note: string | undefined }
 *   | { action: 'give-up' }} InstallPlan
 */

/**
 * Whether to install ffmpeg at once, to ask first, or only to tell how: at once as root or with
 * consent, after asking at a terminal, else the exact command is told.
 * @param {InstallSituation} situation
 * @returns {InstallPlan}
 */
export function planFfmpegInstall({ has, root, consent, terminal }) {
  // Homebrew refuses to run as root.
  const manager = managers.find(({ name }) => has(name) && !(root && name === 'brew'))
  if (manager === undefined) return { action: 'give-up' }

  const raise = manager.rights === 'root' && !root
  const shown = showCommands(manager.commands, raise ? ['sudo'] : [])
  const base = { manager: manager.name, shown, note: manager.note }
  const mayNow = root || consent
  if (raise && !has('sudo')) return { ...base, action: 'tell', commands: [] }
  if (mayNow) return { ...base, action: 'install', commands: prefix(manager.commands, raise ? ['sudo', '-n'] : []) }
  return { ...base, action: terminal ? 'ask' : 'tell', commands: prefix(manager.commands, raise ? ['sudo'] : []) }
}

/**
 * @param {readonly (readonly string[])[]} commands
 * @param {readonly string[]} words
 */
function prefix(commands, words) {
  return commands.map((command) => [...words, ...command])
}

/**
 * @param {readonly (readonly string[])[]} commands
 * @param {readonly string[]} words
 */
function showCommands(commands, words) {
  return prefix(commands, words)
    .map((command) => command.join(' '))
    .join(' && ')
}
