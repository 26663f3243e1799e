export { AgentLog, type Log } from './log.js'
