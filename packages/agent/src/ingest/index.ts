export { findPreset } from './find-preset.js'
export {
  ingestEdit,
  prepareJob,
  type IngestedJob,
  type IngestPorts,
  type PreparedJob,
  type PrepareRequest,
} from './ingest-edit.js'
export { presetViews } from './preset-views.js'
