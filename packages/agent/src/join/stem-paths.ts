import { basename, dirname, extname, join } from 'node:path'
import { type Manifest, stemNames } from '@sheaf/timeline'

/** Where a job's stems go, in the order of its audio tracks; none when they were not asked for. */
export function stemPaths({ edit, sound }: Manifest, outputPath: string): readonly string[] {
  if (sound?.stems !== true) return []
  const film = basename(outputPath, extname(outputPath))
  return stemNames(film, edit.audio).map((name) => join(dirname(outputPath), name))
}
