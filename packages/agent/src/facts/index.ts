export {
  FactStore,
  type FactsEvent,
  type FactStoreEvents,
  type FactStoreInit,
  type IngestOutcome,
} from './fact-store.js'
export { FactSync, type FactSyncComponents, type FactSyncInit } from './fact-sync.js'
export { requireRight } from './own-papers.js'
export { openStoreDatabase, type StoreDatabase } from './store-database.js'
