export { ingestEdit, type IngestedJob, type IngestPorts } from './ingest-edit.js'
