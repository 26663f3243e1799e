import path from 'node:path'

/**
 * The environment for everything the bootstrap starts: folders first on PATH, and without what
 * an outer npm or pnpm says about *its* run. `npm_config_*` stays, since it holds registry and
 * proxy, except where npm turned the target's own flags into settings.
 * @param {NodeJS.ProcessEnv} outer
 * @param {readonly string[]} pathFolders
 * @returns {NodeJS.ProcessEnv}
 */
export function childEnvironment(outer, pathFolders) {
  const dropped =
    /^(npm_(lifecycle|package|command|execpath|node_execpath)|npm_config_(local_prefix|json|yes|list)$|INIT_CWD$)/i
  const kept = Object.entries(outer).filter(([name]) => !dropped.test(name))
  // Windows spells it `Path`; two spellings in one environment would hide each other.
  const pathName = kept.find(([name]) => name.toUpperCase() === 'PATH')?.[0] ?? 'PATH'
  const folders = [...pathFolders, ...(outer[pathName] ?? '').split(path.delimiter)]
  return {
    ...Object.fromEntries(kept),
    [pathName]: [...new Set(folders.filter((folder) => folder !== ''))].join(path.delimiter),
  }
}
