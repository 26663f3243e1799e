/** Version of the agent, shown to people and exchanged in heartbeats. */
export const agentVersion = '0.1.0'
