import type { Log } from '../log/index.js'

const nothing = (): void => undefined

/** A log that says nothing: what services use that were given none. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, scope: () => silentLog }
