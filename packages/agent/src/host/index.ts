export { CoreHost, type CoreHostComponents, type CoreHostInit, type SelfReport } from './core-host.js'
