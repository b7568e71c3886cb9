/**
 * MerkleMap: a persistent (immutable, structure-sharing) map from text keys to values that carries its own
 * keccak-256 commitment.
 *
 * Why one structure: an old version stays valid at no cost, so a refused input is simply dropped; two versions are
 * compared in time proportional to their difference, which drives checkpoints and index updates; iteration is in
 * code-point order; and the root proves any one entry.
 *
 * Shape: a crit-bit (binary PATRICIA) tree over the keys' UTF-16 units, so the tree, and with it the root, depends
 * on the entries alone and not on the order they were written in. Hashes follow RFC 9162's domain separation:
 *   leaf   = keccak(0x00 ‖ u16 key length ‖ key ‖ value hash)
 *   branch = keccak(0x01 ‖ u32 critical bit ‖ left ‖ right)
 *   empty  = 32 zero bytes
 * Keys are ASCII without NUL, 1–128 characters.
 */
import { type Bytes, utf8, ZERO_32 } from './bytes.ts'
import { keccak } from './hash.ts'

/**
 * A value as it was written, read when it is first asked for: of the many that a map is restored with, few ever are.
 * `bytes` must be what the map's hash of a value is the keccak of.
 */
export class Unread<V> {
  constructor(
    readonly bytes: Bytes,
    readonly read: (bytes: Bytes) => V,
  ) {}
}

type Leaf<V> = { readonly key: string; value: V | Unread<V>; hash: Bytes | null }
type Branch<V> = {
  readonly bit: number
  readonly left: Node<V>
  readonly right: Node<V>
  readonly size: number
  hash: Bytes | null
}
type Node<V> = Leaf<V> | Branch<V>

export type MerkleStep = { readonly bit: number; readonly sibling: Bytes; readonly siblingIsRight: boolean }
/** From the leaf up to the root. */
export type MerkleProof = readonly MerkleStep[]
export type Change<V> = { readonly key: string; readonly before: V | undefined; readonly after: V | undefined }

const BITS_PER_UNIT = 16
const isLeaf = <V>(node: Node<V>): node is Leaf<V> => 'key' in node
const sizeOf = <V>(node: Node<V>): number => (isLeaf(node) ? 1 : node.size)

const valueIn = <V>(leaf: Leaf<V>): V => {
  const { value } = leaf
  if (!(value instanceof Unread)) return value
  const read = value.read(value.bytes)
  leaf.value = read
  return read
}
const valueHashOf = <V>({ value }: Leaf<V>, hashValue: (value: V) => Bytes): Bytes =>
  value instanceof Unread ? keccak(value.bytes) : hashValue(value)

/** Past its end a key counts as zeros, so a key sorts before those it is a prefix of. */
const unitAt = (key: string, unit: number): number => (unit < key.length ? key.charCodeAt(unit) : 0)
const bitAt = (key: string, bit: number): boolean =>
  ((unitAt(key, bit >> 4) >> (BITS_PER_UNIT - 1 - (bit & 15))) & 1) === 1

/** The first bit in which two different keys differ. */
const criticalBit = (a: string, b: string): number => {
  let unit = 0
  while (unitAt(a, unit) === unitAt(b, unit)) unit++
  return unit * BITS_PER_UNIT + Math.clz32(unitAt(a, unit) ^ unitAt(b, unit)) - BITS_PER_UNIT
}

const branch = <V>(bit: number, left: Node<V>, right: Node<V>): Branch<V> => ({
  bit,
  left,
  right,
  size: sizeOf(left) + sizeOf(right),
  hash: null,
})

const find = <V>(root: Node<V> | null, key: string): Leaf<V> | null => {
  let node = root
  while (node !== null && !isLeaf(node)) node = bitAt(key, node.bit) ? node.right : node.left
  return node
}

const insert = <V>(node: Node<V>, leaf: Leaf<V>, bit: number): Node<V> => {
  if (isLeaf(node) ? node.key === leaf.key : false) return leaf
  if (isLeaf(node) || node.bit > bit) return bitAt(leaf.key, bit) ? branch(bit, node, leaf) : branch(bit, leaf, node)
  return bitAt(leaf.key, node.bit)
    ? branch(node.bit, node.left, insert(node.right, leaf, bit))
    : branch(node.bit, insert(node.left, leaf, bit), node.right)
}

const remove = <V>(node: Node<V>, key: string): Node<V> | null => {
  if (isLeaf(node)) return null
  const right = bitAt(key, node.bit)
  const rest = remove(right ? node.right : node.left, key)
  if (rest === null) return right ? node.left : node.right
  return right ? branch(node.bit, node.left, rest) : branch(node.bit, rest, node.right)
}

/** Of leaves in ascending order, `from` up to `behind`: each branch is made once, where setting one by one makes a path. */
const grow = <V>(leaves: readonly Leaf<V>[], from: number, behind: number): Node<V> => {
  const first = leaves[from] as Leaf<V>
  if (behind - from === 1) return first
  const bit = criticalBit(first.key, (leaves[behind - 1] as Leaf<V>).key)
  let [low, high] = [from + 1, behind - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (bitAt((leaves[middle] as Leaf<V>).key, bit)) high = middle
    else low = middle + 1
  }
  return branch(bit, grow(leaves, from, low), grow(leaves, low, behind))
}

/** In ascending order, the last one of each key. */
const inOrder = <V>(leaves: readonly Leaf<V>[]): readonly Leaf<V>[] =>
  [...new Map(leaves.map((leaf) => [leaf.key, leaf])).values()].sort((a, b) => (a.key < b.key ? -1 : 1))

/** One generator over a stack: a generator for each branch would cost every leaf its depth. */
function* walk<V>(from: Node<V> | null): Generator<Leaf<V>> {
  const rest: Node<V>[] = []
  let node = from
  while (node !== null) {
    if (isLeaf(node)) {
      yield node
      node = rest.pop() ?? null
    } else {
      rest.push(node.right)
      node = node.left
    }
  }
}

function* compare<V>(before: Node<V> | null, after: Node<V> | null): Generator<Change<V>> {
  if (before === after) return
  if (before !== null && after !== null && !isLeaf(before) && !isLeaf(after) && before.bit === after.bit) {
    yield* compare(before.left, after.left)
    yield* compare(before.right, after.right)
    return
  }
  // Different shapes: list both (they are small, or the maps have little in common).
  const old = new Map<string, Leaf<V>>()
  for (const leaf of walk(before)) old.set(leaf.key, leaf)
  for (const leaf of walk(after)) {
    const was = old.get(leaf.key)
    old.delete(leaf.key)
    if (was !== leaf && was?.value !== leaf.value)
      yield { key: leaf.key, before: was && valueIn(was), after: valueIn(leaf) }
  }
  for (const leaf of old.values()) yield { key: leaf.key, before: valueIn(leaf), after: undefined }
}

const HASH_BYTES = 32
/** Kind and key length; kind and critical bit. */
const [LEAF_HEAD, BRANCH_HEAD] = [3, 5]

// Most of what is ever hashed. Each is written whole before it is read, and a hasher keeps nothing of what it is given;
// to make these anew for every hash would cost half as much as the hash.
const leafInput = new Uint8Array(LEAF_HEAD + 128 + HASH_BYTES)
const branchInput = new Uint8Array(BRANCH_HEAD + 2 * HASH_BYTES)

const isAscii = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

const leafHash = (key: string, valueHash: Bytes): Bytes => {
  // As keys are, so that nothing is made of them on the way.
  const encoded = isAscii(key) ? null : utf8(key)
  const { length } = encoded ?? key
  const size = LEAF_HEAD + length + valueHash.length
  const input = size <= leafInput.length ? leafInput.subarray(0, size) : new Uint8Array(size)
  input[0] = 0
  input[1] = length >> 8
  input[2] = length & 0xff
  if (encoded === null) for (let i = 0; i < length; i++) input[LEAF_HEAD + i] = key.charCodeAt(i)
  else input.set(encoded, LEAF_HEAD)
  input.set(valueHash, LEAF_HEAD + length)
  return keccak(input)
}
const branchHash = (bit: number, left: Bytes, right: Bytes): Bytes => {
  const size = BRANCH_HEAD + left.length + right.length
  // In a proof that is none a hash may have any length.
  const input = size === branchInput.length ? branchInput : new Uint8Array(size)
  input[0] = 1
  input[1] = bit >>> 24
  input[2] = (bit >> 16) & 0xff
  input[3] = (bit >> 8) & 0xff
  input[4] = bit & 0xff
  input.set(left, BRANCH_HEAD)
  input.set(right, BRANCH_HEAD + left.length)
  return keccak(input)
}

const hashOf = <V>(node: Node<V>, hashValue: (value: V) => Bytes): Bytes => {
  node.hash ??= isLeaf(node)
    ? leafHash(node.key, valueHashOf(node, hashValue))
    : branchHash(node.bit, hashOf(node.left, hashValue), hashOf(node.right, hashValue))
  return node.hash
}

/**
 * Immutable; `set` and `delete` return a new map and share what did not change. `hashValue` must be a pure function
 * of the value, the same for every version of the map.
 */
export class MerkleMap<V> {
  private constructor(
    private readonly node: Node<V> | null,
    private readonly hashValue: (value: V) => Bytes,
  ) {}

  static empty<V>(hashValue: (value: V) => Bytes): MerkleMap<V> {
    return new MerkleMap<V>(null, hashValue)
  }

  /** Of two entries with one key the later counts. Many are best given in the order of their keys. */
  static from<V>(entries: Iterable<readonly [string, V | Unread<V>]>, hashValue: (value: V) => Bytes): MerkleMap<V> {
    const leaves: Leaf<V>[] = []
    let isAscending = true
    for (const [key, value] of entries) {
      const last = leaves.at(-1)
      if (last !== undefined && last.key >= key) isAscending = false
      leaves.push({ key, value, hash: null })
    }
    return MerkleMap.of(isAscending ? leaves : inOrder(leaves), hashValue)
  }

  private static of<V>(leaves: readonly Leaf<V>[], hashValue: (value: V) => Bytes): MerkleMap<V> {
    return new MerkleMap<V>(leaves.length === 0 ? null : grow(leaves, 0, leaves.length), hashValue)
  }

  get size(): number {
    return this.node === null ? 0 : sizeOf(this.node)
  }

  get(key: string): V | undefined {
    const leaf = find(this.node, key)
    return leaf?.key === key ? valueIn(leaf) : undefined
  }

  has(key: string): boolean {
    return find(this.node, key)?.key === key
  }

  set(key: string, value: V | Unread<V>): MerkleMap<V> {
    const leaf: Leaf<V> = { key, value, hash: null }
    const nearest = find(this.node, key)
    if (this.node === null || nearest === null) return new MerkleMap<V>(leaf, this.hashValue)
    if (nearest.key === key && nearest.value === value) return this
    const bit = nearest.key === key ? Number.MAX_SAFE_INTEGER : criticalBit(nearest.key, key)
    return new MerkleMap<V>(insert(this.node, leaf, bit), this.hashValue)
  }

  /** Each in its turn; undefined takes the entry away. Into an empty map, many are best given in the order of their keys. */
  setAll(entries: readonly (readonly [string, V | Unread<V> | undefined])[]): MerkleMap<V> {
    if (this.node === null) {
      const there = entries.filter((entry): entry is readonly [string, V | Unread<V>] => entry[1] !== undefined)
      if (there.length === entries.length) return MerkleMap.from(there, this.hashValue)
    }
    return entries.reduce<MerkleMap<V>>(
      (map, [key, value]) => (value === undefined ? map.delete(key) : map.set(key, value)),
      this,
    )
  }

  delete(key: string): MerkleMap<V> {
    if (this.node === null || !this.has(key)) return this
    return new MerkleMap<V>(remove(this.node, key), this.hashValue)
  }

  /** Entries in code-point order of their keys. */
  *entries(): Generator<readonly [string, V]> {
    for (const leaf of walk(this.node)) yield [leaf.key, valueIn(leaf)]
  }

  *keys(): Generator<string> {
    for (const leaf of walk(this.node)) yield leaf.key
  }

  *values(): Generator<V> {
    for (const leaf of walk(this.node)) yield valueIn(leaf)
  }

  /** The entry with the smallest key. */
  first(): readonly [string, V] | undefined {
    for (const leaf of walk(this.node)) return [leaf.key, valueIn(leaf)]
    return undefined
  }

  /** 32 bytes; computed once per version and shared between versions. */
  root(): Bytes {
    return this.node === null ? ZERO_32 : hashOf(this.node, this.hashValue)
  }

  /** What must be done to `before` to get this map; `===` values count as unchanged. */
  changesSince(before: MerkleMap<V>): Generator<Change<V>> {
    return compare(before.node, this.node)
  }

  /** The path that ties `key` to `root()`, or null when the key is absent. */
  prove(key: string): MerkleProof | null {
    if (!this.has(key)) return null
    const steps: MerkleStep[] = []
    let node = this.node
    while (node !== null && !isLeaf(node)) {
      const right = bitAt(key, node.bit)
      steps.push({
        bit: node.bit,
        sibling: hashOf(right ? node.left : node.right, this.hashValue),
        siblingIsRight: !right,
      })
      node = right ? node.right : node.left
    }
    return steps.reverse()
  }
}

/** The root that `proof` leads to from (key, valueHash); needs nothing but its arguments. */
export const merkleRootFrom = (
  entry: { readonly key: string; readonly valueHash: Bytes },
  proof: MerkleProof,
): Bytes => {
  let hash = leafHash(entry.key, entry.valueHash)
  for (const step of proof)
    hash = step.siblingIsRight ? branchHash(step.bit, hash, step.sibling) : branchHash(step.bit, step.sibling, hash)
  return hash
}
