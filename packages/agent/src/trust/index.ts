export { FarmTrust, type FarmTrustComponents, type FarmTrustEvents } from './farm-trust.js'
