export { ApiServer, type ApiServerInit } from './api-server.js'
export { openApiToken } from './api-token.js'
export type { ApiAgent } from './ports.js'
