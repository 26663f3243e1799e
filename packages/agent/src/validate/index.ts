export { BorderWatch, type FilmWatchInit } from './film-watch.js'
export {
  type FilmReport,
  type KnownRenders,
  type VerifyDepth,
  verifyFilm,
  type VerifyFilmOptions,
  type VerifyRequest,
  verifyWithTools,
} from './verify-film.js'
