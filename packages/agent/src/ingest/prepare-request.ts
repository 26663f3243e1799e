import type { SubmitRequest } from '@sheaf/protocol'

/** What is to be rendered, without where it goes. */
export type PrepareRequest = Omit<SubmitRequest, 'outputPath' | 'overwrite' | 'name' | 'priority'>
