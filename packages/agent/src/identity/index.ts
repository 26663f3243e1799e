export { Identity, verifySignature } from './identity.js'
export { StoreLock } from './store-lock.js'
export { storePlace } from './store-place.js'
