import { join } from 'node:path'

/** Where a system keeps its fonts, the user's own first. */
export function fontFolders(system: {
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
}): string[] {
  const { platform, home, env } = system
  if (platform === 'darwin') return [join(home, 'Library/Fonts'), '/Library/Fonts', '/System/Library/Fonts']
  if (platform === 'win32') {
    const local = env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local')
    return [join(local, 'Microsoft', 'Windows', 'Fonts'), join(env['WINDIR'] ?? 'C:\\Windows', 'Fonts')]
  }
  const data = env['XDG_DATA_HOME'] ?? join(home, '.local/share')
  return [join(data, 'fonts'), join(home, '.fonts'), '/usr/local/share/fonts', '/usr/share/fonts']
}
