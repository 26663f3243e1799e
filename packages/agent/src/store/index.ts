export { readJson, syncFolder, writeJsonDurably } from './durable-json.js'
export { openStorePaths, type StorePaths } from './store-paths.js'
