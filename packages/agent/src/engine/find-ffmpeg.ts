import { existsSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { SheafError } from '@sheaf/protocol'
import { runTool } from './run-tool.js'

/** The commands that the engine runs, found and checked. */
export interface FfmpegTools {
  /** Absolute path of `ffmpeg`. */
  readonly ffmpeg: string
  /** Absolute path of `ffprobe`. */
  readonly ffprobe: string
  /** `5.1.9-0+deb12u1`, as the command says it. */
  readonly version: string
  /** All of `ffmpeg -version`: version, configuration, library versions. Part of the fingerprint. */
  readonly banner: string
  /** Encoders that this build has; those of chips may still not work on this machine. */
  readonly encoders: ReadonlySet<string>
}

/** Where to look; the process's own environment unless a test says otherwise. */
export interface FindFfmpegOptions {
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly platform?: NodeJS.Platform | undefined
  readonly signal?: AbortSignal | undefined
}

/** The oldest ffmpeg whose results Sheaf has been tested with. */
const OLDEST = [5, 1] as const
const ENCODERS = ['libx264', 'ffv1', 'aac'] as const

/**
 * Finds ffmpeg and ffprobe: SHEAF_FFMPEG and SHEAF_FFPROBE, else PATH. They must be 5.1 or newer
 * and have libx264, FFV1 and AAC. Throws SHEAF_TOOL_MISSING with the command that installs them here.
 */
export async function findFfmpeg(options: FindFfmpegOptions = {}): Promise<FfmpegTools> {
  const { env = process.env, platform = process.platform, signal } = options
  const ffmpeg = await locate('ffmpeg', env['SHEAF_FFMPEG'], env['PATH'] ?? env['Path'], platform)
  const ffprobe = await locate('ffprobe', env['SHEAF_FFPROBE'], env['PATH'] ?? env['Path'], platform)
  const [banner, encoders] = await Promise.all([
    run(ffmpeg, ['-version'], platform, signal),
    run(ffmpeg, ['-hide_banner', '-encoders'], platform, signal),
    run(ffprobe, ['-version'], platform, signal),
  ])
  const version = /^ffmpeg version (\S+)/.exec(banner)?.[1]
  if (version === undefined) throw missing(`${ffmpeg} is not ffmpeg`, platform)
  if (isTooOld(version, banner)) {
    throw missing(`${ffmpeg} is version ${version}, Sheaf needs ${OLDEST.join('.')} or newer`, platform)
  }
  const built = new Set([...encoders.matchAll(/^ [A-Z.]{6} (\S+) /gm)].map(([, name = '']) => name))
  for (const name of ENCODERS) {
    if (!built.has(name)) throw missing(`${ffmpeg} ${version} was built without the encoder ${name}`, platform)
  }
  return { ffmpeg, ffprobe, version, banner, encoders: built }
}

/** The exact command that installs ffmpeg on this kind of machine. */
export function installCommand(platform: NodeJS.Platform, present: (file: string) => boolean): string {
  if (platform === 'darwin') return 'brew install ffmpeg'
  if (platform === 'win32') return 'winget install --id Gyan.FFmpeg -e'
  for (const [manager, command] of linuxManagers) if (present(manager)) return command
  return 'sudo apt-get install -y ffmpeg'
}

const linuxManagers = [
  ['apt-get', 'sudo apt-get install -y ffmpeg'],
  ['dnf', 'sudo dnf install -y ffmpeg'],
  ['pacman', 'sudo pacman -S --noconfirm ffmpeg'],
  ['zypper', 'sudo zypper install -y ffmpeg'],
  ['apk', 'sudo apk add ffmpeg'],
] as const

async function locate(
  name: string,
  override: string | undefined,
  path: string | undefined,
  platform: NodeJS.Platform,
): Promise<string> {
  if (override !== undefined && override !== '') {
    if (await isExecutable(override)) return resolve(override)
    throw missing(`SHEAF_${name.toUpperCase()} is ${override}, which is not a program`, platform)
  }
  const endings = platform === 'win32' ? ['.exe', '.cmd', ''] : ['']
  for (const folder of (path ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue
    for (const ending of endings) {
      const file = join(folder, name + ending)
      if (await isExecutable(file)) return file
    }
  }
  throw missing(`${name} was not found on the PATH`, platform)
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}

async function run(
  file: string,
  args: readonly string[],
  platform: NodeJS.Platform,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    return (await runTool({ file, args, signal })).stdout.toString('utf8')
  } catch (error) {
    signal?.throwIfAborted()
    throw missing(`${file} does not run`, platform, error)
  }
}

/** Builds from source say `N-109…` or `git-2024…`: their libraries tell the age (5.1 has libavcodec 59.37). */
function isTooOld(version: string, banner: string): boolean {
  const release = /^n?(\d+)\.(\d+)/.exec(version)
  if (release) {
    const [major, minor] = [Number(release[1]), Number(release[2])]
    return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])
  }
  const library = /^libavcodec\s+(\d+)\.\s*(\d+)/m.exec(banner)
  const [major, minor] = [Number(library?.[1] ?? 0), Number(library?.[2] ?? 0)]
  return major < 59 || (major === 59 && minor < 37)
}

function missing(problem: string, platform: NodeJS.Platform, cause?: unknown): SheafError {
  const command = installCommand(platform, isOnSystem)
  return new SheafError({
    code: 'SHEAF_TOOL_MISSING',
    message: problem,
    hint: `Install ffmpeg ${OLDEST.join('.')} or newer: ${command}`,
    cause,
    details: { install: command },
  })
}

function isOnSystem(file: string): boolean {
  return ['/usr/bin', '/bin', '/sbin', '/usr/sbin'].some((folder) => existsSync(join(folder, file)))
}
