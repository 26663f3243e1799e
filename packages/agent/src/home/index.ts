export { Landing, type LandingComponents } from './landing.js'
export type {
  AppendFacts,
  CheckedBorders,
  CheckSegment,
  FilmFinding,
  FilmWatch,
  HomeBytes,
  HomeFarm,
  HomeJob,
  WatchFilm,
} from './ports.js'
export { Results, type ResultsInit } from './results.js'
