import { posix, win32 } from 'node:path'

/** What the default depends on; `env` as in `process.env`. */
export interface StorePathInputs {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly homeDir: string
}

/**
 * Where the agent of this user keeps its things: `SHEAF_STORE`, else the platform's folder for an
 * application's data. Absolute unless `SHEAF_STORE` is not.
 */
export function defaultStorePath({ env, platform, homeDir }: StorePathInputs): string {
  const chosen = env['SHEAF_STORE']
  if (chosen !== undefined && chosen !== '') return chosen
  switch (platform) {
    case 'win32':
      return win32.join(env['LOCALAPPDATA'] ?? win32.join(homeDir, 'AppData', 'Local'), 'Sheaf')
    case 'darwin':
      return posix.join(homeDir, 'Library', 'Application Support', 'Sheaf')
    default: {
      const data = env['XDG_DATA_HOME']
      // The specification of XDG asks to ignore a relative path.
      const isSet = data !== undefined && posix.isAbsolute(data)
      return posix.join(isSet ? data : posix.join(homeDir, '.local', 'share'), 'sheaf')
    }
  }
}
