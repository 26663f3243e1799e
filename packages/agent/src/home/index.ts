export { Landing, type LandingComponents } from './landing.js'
export type { AppendFacts, CheckSegment, HomeBytes, HomeFarm, HomeJob } from './ports.js'
export { Results, type ResultsInit } from './results.js'
