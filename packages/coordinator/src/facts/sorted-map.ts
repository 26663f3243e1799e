/** What a {@link SortedMap} can be keyed by; keys of one map are all of one kind. */
export type SortedKey = number | string

/**
 * An immutable map in key order whose versions share what they have in common: `set` and `remove`
 * cost O(log n). It is a treap whose ranks are hashes of the keys, so its shape depends on the
 * keys alone, never on the order in which they came. `undefined` is the empty map.
 */
export type SortedMap<K extends SortedKey, V> = SortedMapNode<K, V> | undefined

/** One entry of a {@link SortedMap} with the entries below it; not to be built by hand. */
export interface SortedMapNode<K extends SortedKey, V> {
  readonly key: K
  readonly value: V
  readonly rank: number
  readonly size: number
  readonly left: SortedMap<K, V>
  readonly right: SortedMap<K, V>
}

/** Number of entries. */
export function mapSize<K extends SortedKey, V>(map: SortedMap<K, V>): number {
  return map?.size ?? 0
}

/** The value of `key`, or `undefined`. */
export function mapGet<K extends SortedKey, V>(map: SortedMap<K, V>, key: K): V | undefined {
  let node = map
  while (node) {
    if (key === node.key) return node.value
    node = key < node.key ? node.left : node.right
  }
  return undefined
}

/** The map with `key` bound to `value`. */
export function mapSet<K extends SortedKey, V>(map: SortedMap<K, V>, key: K, value: V): SortedMapNode<K, V> {
  const rank = rankOf(key)
  return insert(map, { key, value, rank })
}

/** The map without `key`; the same map when it is not there. */
export function mapRemove<K extends SortedKey, V>(map: SortedMap<K, V>, key: K): SortedMap<K, V> {
  if (!map) return undefined
  if (key === map.key) return join(map.left, map.right)
  if (key < map.key) {
    const left = mapRemove(map.left, key)
    return left === map.left ? map : node(map, left, map.right)
  }
  const right = mapRemove(map.right, key)
  return right === map.right ? map : node(map, map.left, right)
}

/** Calls `visit` for each entry in key order. */
export function mapEach<K extends SortedKey, V>(map: SortedMap<K, V>, visit: (value: V, key: K) => void): void {
  if (!map) return
  mapEach(map.left, visit)
  visit(map.value, map.key)
  mapEach(map.right, visit)
}

/** All values in key order. */
export function mapValues<K extends SortedKey, V>(map: SortedMap<K, V>): readonly V[] {
  const values: V[] = []
  mapEach(map, (value) => values.push(value))
  return values
}

interface Entry<K, V> {
  readonly key: K
  readonly value: V
  readonly rank: number
}

function insert<K extends SortedKey, V>(map: SortedMap<K, V>, entry: Entry<K, V>): SortedMapNode<K, V> {
  if (!map) return node(entry, undefined, undefined)
  if (entry.key === map.key) return node(entry, map.left, map.right)
  if (outranks(entry, map)) {
    const [left, right] = split(map, entry.key)
    return node(entry, left, right)
  }
  return entry.key < map.key
    ? node(map, insert(map.left, entry), map.right)
    : node(map, map.left, insert(map.right, entry))
}

/** Entries below `key` and entries above it. A `key` that is in the map is in neither. */
function split<K extends SortedKey, V>(map: SortedMap<K, V>, key: K): [SortedMap<K, V>, SortedMap<K, V>] {
  if (!map) return [undefined, undefined]
  if (key === map.key) return [map.left, map.right]
  if (key < map.key) {
    const [left, right] = split(map.left, key)
    return [left, node(map, right, map.right)]
  }
  const [left, right] = split(map.right, key)
  return [node(map, map.left, left), right]
}

function join<K extends SortedKey, V>(left: SortedMap<K, V>, right: SortedMap<K, V>): SortedMap<K, V> {
  if (!left) return right
  if (!right) return left
  return outranks(left, right)
    ? node(left, left.left, join(left.right, right))
    : node(right, join(left, right.left), right.right)
}

function node<K extends SortedKey, V>(
  { key, value, rank }: Entry<K, V>,
  left: SortedMap<K, V>,
  right: SortedMap<K, V>,
): SortedMapNode<K, V> {
  return { key, value, rank, size: 1 + mapSize(left) + mapSize(right), left, right }
}

function outranks<K extends SortedKey>(a: Entry<K, unknown>, b: Entry<K, unknown>): boolean {
  return a.rank === b.rank ? a.key < b.key : a.rank > b.rank
}

/** FNV-1a over the key, then the finalizer of MurmurHash3, for an even spread of neighbours. */
function rankOf(key: SortedKey): number {
  let hash = 0x811c9dc5
  const text = typeof key === 'number' ? undefined : key
  if (text === undefined) hash ^= key as number
  else for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
