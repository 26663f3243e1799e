import type { StoreDatabase } from '../facts/index.js'

/** What an agent remembers of itself. */
export interface Settings {
  readonly highestCounter: number
  readonly paused: boolean
  readonly benchmark: { readonly key: string; readonly score: number; readonly framesPerS: number } | undefined
}

const initial: Settings = { highestCounter: 0, paused: false, benchmark: undefined }

/** The agent's settings in its database; a change is on disk when `set` resolves. */
export interface SettingsStore {
  get(): Settings
  set(change: Partial<Settings>): Promise<void>
}

/** Reads the settings; a new store has the defaults. */
export async function openSettings(db: StoreDatabase): Promise<SettingsStore> {
  const table = db.sublevel<string, Settings>('settings', { valueEncoding: 'json' })
  let settings: Settings = { ...initial, ...(await table.get('agent')) }
  return {
    get: () => settings,
    set: async (change) => {
      settings = { ...settings, ...change }
      // Through the root database: only there a write can be synced.
      await db.batch([{ type: 'put', sublevel: table, key: 'agent', value: settings }], { sync: true })
    },
  }
}
