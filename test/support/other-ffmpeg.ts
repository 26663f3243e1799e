import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const changes = {
  /** Another x264, in a build with another version: what it decodes and composes is the same. */
  encodes: `for arg; do shift; case $arg in cpu-independent=1*) arg="$arg:deblock=-2,-2";; esac; set -- "$@" "$arg"; done`,
  /** Moving pictures are laid out otherwise. */
  composes: `for arg; do case $arg in */graph-*.txt) sed -i s/interpolation=cubic/interpolation=linear/ "$arg";; esac; done`,
} as const

/** Makes an ffmpeg in `folder` that differs from the one of this machine; for the environment of an agent. */
export async function makeOtherFfmpeg(
  folder: string,
  { differs, version }: { readonly differs: keyof typeof changes; readonly version: string },
): Promise<Readonly<Record<string, string>>> {
  const real = process.env['SHEAF_FFMPEG'] ?? (await promisify(execFile)('which', ['ffmpeg'])).stdout.trim()
  const wrapper = join(folder, `ffmpeg-${differs}`)
  const banner = `if [ "$1" = -version ]; then '${real}' -version | sed '1s/version [^ ]*/version ${version}/'; exit; fi`
  // `exec` keeps the process number: the agent kills what it started.
  const lines = ['#!/bin/sh', banner, changes[differs], `exec '${real}' "$@"`]
  await writeFile(wrapper, `${lines.join('\n')}\n`, { mode: 0o755 })
  return { SHEAF_FFMPEG: wrapper }
}
