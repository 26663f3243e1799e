export { MediaServer, type MediaReads, type ServedFile } from './media-server.js'
