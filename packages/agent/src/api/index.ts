export { ApiServer, type ApiServerInit } from './api-server.js'
export { openApiToken } from './api-token.js'
export type { ApiAgent, ApiMembership } from './ports.js'
export { openApiPlace, unencryptedRisk, type ApiPlace, type ApiTls } from './api-place.js'
