import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline/promises'
import { judgeFfmpeg, leastFfmpegVersion } from './judge-ffmpeg.mjs'
import { knownManagers, planFfmpegInstall } from './plan-ffmpeg-install.mjs'
import { runCommand, runInteractively } from './run-command.mjs'
import { SetupError } from './setup-error.mjs'

/** @typedef {import('./setup-context.mjs').SetupContext} SetupContext */
/** @typedef {Extract<import('./plan-ffmpeg-install.mjs').InstallPlan, { manager: string }>} KnownPlan */

/**
 * Finds a suitable ffmpeg and ffprobe on this system, or installs them with its package manager.
 * @param {SetupContext} context
 * @returns {Promise<{ version: string }>}
 */
export async function ensureFfmpeg(context) {
  const before = await probeFfmpeg(context.env)
  if (before.status === 'ready') return before

  const plan = planFfmpegInstall({
    has: (command) => isOnPath(command, context.env),
    root: process.getuid?.() === 0,
    consent: context.yes || isSet(context.env['CI']),
    terminal: process.stdin.isTTY && process.stderr.isTTY,
  })
  if (plan.action === 'give-up') {
    throw new SetupError({
      message: before.reason,
      hint: `install ffmpeg ${leastFfmpegVersion} or newer with libx264, so that ffmpeg and ffprobe are on PATH (none of ${knownManagers.join(', ')} was found here)`,
    })
  }
  if (plan.action === 'tell' || (plan.action === 'ask' && !(await ask(before.reason, plan.shown)))) {
    throw new SetupError({
      message: before.reason,
      hint: withNote(`run this, then the same command again:\n    ${plan.shown}`, plan),
    })
  }
  return install(context, plan, before.reason)
}

/**
 * @param {SetupContext} context
 * @param {KnownPlan} plan
 * @param {string} reason
 */
async function install(context, plan, reason) {
  const env = { ...context.env, DEBIAN_FRONTEND: 'noninteractive' }
  return context.report.step(`ffmpeg from ${plan.manager} (${reason})`, async () => {
    for (const command of plan.commands) {
      // Who was asked may have to type a password for sudo.
      const { status, output } =
        plan.action === 'ask'
          ? await runInteractively(command, { env })
          : await runCommand(command, { env, verbose: context.verbose })
      if (status !== 0) {
        throw new SetupError({
          message: `could not install ffmpeg: \`${command.join(' ')}\` failed`,
          hint: withNote(`run this yourself, then the same command again:\n    ${plan.shown}`, plan),
          output,
        })
      }
    }
    const after = await probeFfmpeg(context.env)
    if (after.status === 'ready') return after
    throw new SetupError({ message: `${plan.manager} installed ffmpeg, but ${after.reason}`, hint: withNote('', plan) })
  })
}

/** @param {NodeJS.ProcessEnv} env */
async function probeFfmpeg(env) {
  const [ffmpeg, encoders, ffprobe] = await Promise.all(
    [
      ['ffmpeg', '-hide_banner', '-version'],
      ['ffmpeg', '-hide_banner', '-encoders'],
      ['ffprobe', '-hide_banner', '-version'],
    ].map(async (command) => {
      const { status, output } = await runCommand(command, { env })
      return status === 0 ? output : null
    }),
  )
  return judgeFfmpeg({ ffmpeg: ffmpeg ?? null, encoders: encoders ?? null, ffprobe: ffprobe ?? null })
}

/**
 * @param {string} reason
 * @param {string} shown
 */
async function ask(reason, shown) {
  const dialog = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await dialog.question(`${reason}. Install it now with\n    ${shown}\n[Y/n] `)
    return /^(|y|yes)$/i.test(answer.trim())
  } finally {
    dialog.close()
  }
}

/**
 * @param {string} command
 * @param {NodeJS.ProcessEnv} env
 */
function isOnPath(command, env) {
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(path.delimiter)
  const names = process.platform === 'win32' ? [`${command}.exe`, `${command}.cmd`] : [command]
  return folders.some((folder) => names.some((name) => isExecutable(path.join(folder, name))))
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** @param {string | undefined} value */
function isSet(value) {
  return value !== undefined && !['', '0', 'false'].includes(value.toLowerCase())
}

/**
 * @param {string} hint
 * @param {KnownPlan} plan
 */
function withNote(hint, plan) {
  return [hint, plan.note].filter((part) => part !== undefined && part !== '').join('\n  ')
}
