import { jobIdFrom } from '@sheaf/protocol'
import { Identity } from '../../identity/index.js'
import { foundTestFarm } from '../../measuring/found-test-farm.js'
import { FactStore, openStoreDatabase } from '../index.js'

// Appends facts one after another and prints the farm's id, then how many are acknowledged, until somebody kills it.
const dir = process.argv[2] ?? '.'
const identity = await Identity.open(dir)
const credentials = (await foundTestFarm()).credentialsFor(identity)
const db = await openStoreDatabase(`${dir}/db`)
const store = await FactStore.open({ dir, db, identity, membership: { credentials } })
const jobId = jobIdFrom(0, new Uint8Array(11))
process.stdout.write(`${credentials.farmId}\n`)
for (let count = 1; ; count++) {
  await store.append([{ kind: 'job-canceled', payload: { jobId } }])
  process.stdout.write(`${count}\n`)
}
