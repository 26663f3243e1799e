import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { SheafError } from '@sheaf/protocol'
import {
  BUILT_IN_PRESETS,
  parsePreset,
  parsePresetFile,
  splitPresetText,
  withOptions,
  type Preset,
} from '@sheaf/timeline'

/** Files of a studio's own presets that are read at most. */
const MOST_FILES = 200

/** A studio's preset in its folder: read, or why it cannot be. */
export type OwnPreset =
  | { readonly kind: 'preset'; readonly path: string; readonly preset: Preset }
  /** `name` is what it would be asked for by: its own, or its file's where that cannot be read. */
  | { readonly kind: 'broken'; readonly path: string; readonly name: string; readonly error: SheafError }

/** The presets in a folder, by file name; none when there is no such folder. One with a name that is taken is broken. */
export async function listOwnPresets(folder: string): Promise<OwnPreset[]> {
  const names = await readdir(folder).catch(() => [])
  const paths = names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .slice(0, MOST_FILES)
    .map((name) => join(folder, name))
  const own = await Promise.all(paths.map(readOwnPreset))
  const owners = new Map(BUILT_IN_PRESETS.map(({ name }) => [name, 'a preset that Sheaf ships']))
  return own.map((one) => {
    if (one.kind === 'broken') return one
    const { path, preset } = one
    const owner = owners.get(preset.name)
    owners.set(preset.name, owner ?? path)
    return owner === undefined ? one : { kind: 'broken', path, name: preset.name, error: nameTaken(one, owner) }
  })
}

async function readOwnPreset(path: string): Promise<OwnPreset> {
  try {
    return { kind: 'preset', path, preset: await readPresetFile(path) }
  } catch (error) {
    if (!(error instanceof SheafError)) throw error
    return { kind: 'broken', path, name: basename(path, '.json'), error }
  }
}

/** Whichever of two were taken, somebody would get another film than the name says. */
function nameTaken({ path, preset }: Extract<OwnPreset, { kind: 'preset' }>, owner: string): SheafError {
  return new SheafError({
    code: 'SHEAF_PRESET_INVALID',
    message: `${path}: its name "${preset.name}" is that of ${owner}`,
    hint: 'Give it another "name", or take the file out of the folder.',
  })
}

/**
 * The preset that `h264`, `h264:crf=23`, the name of one in the studio's folder, or the path of a `.json` file
 * asks for. Throws SHEAF_PRESET_UNKNOWN or SHEAF_PRESET_INVALID.
 */
export async function findPreset(text: string, folder?: string): Promise<Preset> {
  const { name, options } = splitPresetText(text)
  if (name.toLowerCase().endsWith('.json')) return withOptions(await readPresetFile(name), options)
  const own = folder === undefined ? [] : await listOwnPresets(folder)
  const broken = own.find((one) => one.kind === 'broken' && one.name === name)
  if (broken?.kind === 'broken') throw broken.error
  return parsePreset(
    text,
    own.flatMap((one) => (one.kind === 'preset' ? [one.preset] : [])),
  )
}

async function readPresetFile(path: string): Promise<Preset> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SheafError({
      code: 'SHEAF_PRESET_UNKNOWN',
      message: `the preset file ${path} does not exist or cannot be read`,
      hint: 'See what there is with: sheaf presets',
      cause,
    })
  })
  return parsePresetFile(text, path)
}
