export { FarmSecret } from './farm-secret.js'
export { Identity, verifySignature } from './identity.js'
export { StoreLock } from './store-lock.js'
