export { BulkLanes, type BulkLanesComponents, type BulkLanesInit } from './bulk-lanes.js'
export type { LaneNetwork } from './ports.js'
