export { FakeAgent, type FakeRequest, type FakeResponse } from './fake-agent.js'
export { aFarm, aJob, aPeer, anAgent } from './views.js'
