export { FactStore, type FactsEvent, type FactStoreEvents, type FactStoreInit } from './fact-store.js'
export { FactSync, type FactSyncComponents, type FactSyncInit } from './fact-sync.js'
export { openStoreDatabase, type StoreDatabase } from './store-database.js'
