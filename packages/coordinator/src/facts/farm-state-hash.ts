import type { FarmState, JobState } from './farm-state.js'
import { mapEach, mapValues } from './sorted-map.js'

/**
 * 16 hex digits that are equal when two farm states hold the same records and derived the same
 * from them. For comparing agents and for tests; not cryptographic. O(everything).
 */
export function farmStateHash(farm: FarmState): string {
  const text = JSON.stringify([mapValues(farm.jobs).map(jobText), mapValues(farm.open)])
  return fnv(text, 0x811c9dc5) + fnv(text, 0x9747b28c)
}

/** Maps become lists in key order; the key order inside objects is made canonical. */
function jobText(job: JobState): string {
  const cells: unknown[] = []
  mapEach(job.cells, (cell, index) => cells.push([index, cell]))
  const plain = { ...job, cells, strikes: mapValues(job.strikes) }
  return JSON.stringify(plain, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

/** 32-bit FNV-1a from a given basis, over UTF-16 units. */
function fnv(text: string, basis: number): string {
  let hash = basis
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
