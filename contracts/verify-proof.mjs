/**
 * Verifies an account proof that the wallet has exported, without any of the wallet's code:
 *
 *   node contracts/verify-proof.mjs proof.json       exit status 0: proven, and what; 1: not proven, and why
 *
 * What the file claims is recomputed from the formats alone. Keccak-256 throughout; words are 32 bytes, big-endian.
 *
 *   frame     tagged("xln:account-frame:v1", RLP frame): height, time, chain height, hash of the frame before, by LEFT?,
 *             transactions, deltas, account state root, proof body hash
 *   digest    tagged("xln:dispute-proof:v1", chainId, depository, left, right, epoch, nonce, bodyHash, frameHash), which
 *             is what the Depository asks a signature for (libraries/Digests.sol); nonce = 4·height + (by LEFT ? 1 : 0)
 *   body      abi.encode(ProofBody) (types/Proof.sol): response times, tokens, locks, no swaps
 *   state     Merkle paths from the terms and from each token to the account state root: leaf keccak(0x00 ‖ u16 length ‖
 *             key ‖ value hash), branch keccak(0x01 ‖ u32 bit ‖ left ‖ right)
 *   entity    keccak(abi.encode(uint16 1, address[] [signer], uint16[] [1])): an entity is the board that signs for it
 *   tagged    keccak(keccak(tag) ‖ …)
 *
 * It does not say whether a newer frame exists, nor what the chain holds. Labels are signed by nobody.
 */
import { readFile } from 'node:fs/promises'
import { argv } from 'node:process'
import { pathToFileURL } from 'node:url'
import { keccak_256 } from '@noble/hashes/sha3.js'
import * as secp from '@noble/secp256k1'

/** What was found wrong; `reason` is one word for each kind. */
class NotProven extends Error {
  constructor(reason, detail) {
    super(detail)
    this.reason = reason
  }
}
const need = (holds, reason, detail) => {
  if (!holds) throw new NotProven(reason, detail)
}

// Bytes
const utf8 = (text) => new TextEncoder().encode(text)
const concat = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]))
const toHex = (bytes) => `0x${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
const fromHex = (text, size, what) => {
  const isHex = typeof text === 'string' && /^0x([0-9a-f]{2})*$/.test(text)
  need(isHex && (size === null || text.length === 2 + 2 * size), 'shape', `${what} is not what it should be`)
  return Uint8Array.from(text.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
const minimal = (value) => {
  if (value === 0n) return new Uint8Array()
  const digits = value.toString(16)
  return fromHex(`0x${digits.length % 2 === 0 ? digits : `0${digits}`}`, null, 'a number')
}
const word = (value) => {
  const wrapped = BigInt.asUintN(256, BigInt(value))
  return fromHex(`0x${wrapped.toString(16).padStart(64, '0')}`, 32, 'a word')
}
const toNumber = (bytes) => bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n)
const keccak = (bytes) => keccak_256(bytes)
const tagged = (tag, ...parts) => keccak(concat(keccak(utf8(tag)), ...parts))
const same = (a, b) => toHex(a) === toHex(b)

// Recursive length prefix (Ethereum Yellow Paper, appendix B)
const rlp = (value) => {
  const list = !(value instanceof Uint8Array)
  const content = list ? concat(...value.map(rlp)) : value
  if (!list && content.length === 1 && content[0] < 0x80) return content
  const base = list ? 0xc0 : 0x80
  if (content.length < 56) return concat([base + content.length], content)
  const length = minimal(BigInt(content.length))
  return concat([base + 55 + length.length], length, content)
}
const unrlp = (bytes, reason) => {
  const read = (at) => {
    need(at < bytes.length, reason, 'an encoding ends too early')
    const head = bytes[at]
    if (head < 0x80) return { value: bytes.slice(at, at + 1), end: at + 1 }
    const list = head >= 0xc0
    const short = head - (list ? 0xc0 : 0x80)
    const prefix = short < 56 ? 0 : short - 55
    const start = at + 1 + prefix
    const end = start + (short < 56 ? short : Number(toNumber(bytes.slice(at + 1, start))))
    need(end <= bytes.length, reason, 'an encoding ends too early')
    if (!list) return { value: bytes.slice(start, end), end }
    const items = []
    for (let next = start; next < end; ) {
      const item = read(next)
      items.push(item.value)
      next = item.end
    }
    return { value: items, end }
  }
  const { value } = read(0)
  need(same(rlp(value), bytes), reason, 'an encoding is not the canonical one')
  return value
}
const zigzag = (value) => minimal(value >= 0n ? 2n * value : -2n * value - 1n)

// What the file says
const whole = (value, what) => {
  need(Number.isSafeInteger(value) && value >= 0, 'shape', `${what} is not a whole number`)
  return BigInt(value)
}
const figure = (value, what) => {
  need(typeof value === 'string' && /^-?\d{1,78}$/.test(value), 'shape', `${what} is not a figure`)
  return BigInt(value)
}
const yesOrNo = (value, what) => {
  need(typeof value === 'boolean', 'shape', `${what} is neither true nor false`)
  return value
}
const items = (value, what) => {
  need(Array.isArray(value), 'shape', `${what} are not a list`)
  return value
}
const fields = (value, names, what) => {
  need(typeof value === 'object' && value !== null && !Array.isArray(value), 'shape', `${what} is missing`)
  const found = Object.keys(value)
  const unknown = found.find((name) => !names.includes(name))
  need(unknown === undefined, 'shape', `${what} has a field nobody knows: ${unknown}`)
  const missing = names.find((name) => !found.includes(name))
  need(missing === undefined, 'shape', `${what} lacks ${missing}`)
  return value
}

const FORMAT = 'xln-account-proof'
const FILE = ['format', 'version', 'nonce', 'terms', 'termsPath', 'deltasPath', 'frames', 'deltas', 'locks', 'payments']
const TERMS = ['left', 'right', 'chainId', 'depository', 'epoch', 'leftResponseSeconds', 'rightResponseSeconds']
const FIGURES = ['leftCreditLimit', 'rightCreditLimit', 'leftHold', 'rightHold', 'leftAllowance', 'rightAllowance']

const readTerms = (raw) => {
  const terms = fields(raw, [...TERMS, 'features', 'minVersion'], 'terms')
  const number = (name) => whole(terms[name], name)
  return {
    left: fromHex(terms.left, 32, 'the id of LEFT'),
    right: fromHex(terms.right, 32, 'the id of RIGHT'),
    chainId: figure(terms.chainId, 'chainId'),
    depository: fromHex(terms.depository, 20, 'the contract'),
    epoch: number('epoch'),
    leftResponseSeconds: number('leftResponseSeconds'),
    rightResponseSeconds: number('rightResponseSeconds'),
    features: number('features'),
    minVersion: number('minVersion'),
  }
}
const readPath = (raw, what) =>
  items(raw, what).map((step) => {
    const { bit, sibling, siblingIsRight } = fields(step, ['bit', 'sibling', 'siblingIsRight'], what)
    need(whole(bit, what) < 2n ** 32n, 'shape', `${what} has a step out of range`)
    return { bit, sibling: fromHex(sibling, 32, what), siblingIsRight: yesOrNo(siblingIsRight, what) }
  })
const readDelta = (raw) => {
  const delta = fields(raw, ['tokenId', 'collateral', 'ondelta', 'offdelta', ...FIGURES, 'path'], 'a token')
  const tokenId = whole(delta.tokenId, 'tokenId')
  need(tokenId < 2n ** 32n, 'shape', 'a token id is out of range')
  const named = ['collateral', 'ondelta', 'offdelta', ...FIGURES].map((name) => [name, figure(delta[name], name)])
  return { ...Object.fromEntries(named), tokenId, path: readPath(delta.path, 'the path of a token') }
}
const readLock = (raw) => {
  const names = ['hashlock', 'part', 'tokenId', 'amount', 'byLeft', 'expirySeconds']
  const { hashlock, part, tokenId, amount, byLeft, expirySeconds } = fields(raw, names, 'a lock')
  return {
    hashlock: fromHex(hashlock, 32, 'a hashlock'),
    part: whole(part, 'part'),
    tokenId: whole(tokenId, 'tokenId'),
    amount: figure(amount, 'amount'),
    byLeft: yesOrNo(byLeft, 'byLeft'),
    expirySeconds: whole(expirySeconds, 'expirySeconds'),
  }
}

const isBytes = (value) => value instanceof Uint8Array
const areBytes = (...values) => values.every(isBytes)
/** A transaction that ends a lock with its preimage: kind 5, [hashlock, part, [1, [preimage]]]; null for any other. */
const paymentOf = (tx) => {
  const [kind, content] = isBytes(tx) ? [] : tx
  const [hashlock, , outcome] = isBytes(kind) && Array.isArray(content) ? content : []
  const [how, what] = Array.isArray(outcome) ? outcome : []
  const [preimage] = Array.isArray(what) ? what : []
  const isPaid = areBytes(hashlock, how, preimage) && toNumber(kind) === 5n && toNumber(how) === 1n
  return isPaid ? { hashlock, preimage } : null
}

const readFrame = (raw, index) => {
  const { encoded, left, right } = fields(raw, ['encoded', 'left', 'right'], 'a frame')
  const bytes = fromHex(encoded, null, `frame ${index}`)
  const decoded = unrlp(bytes, 'frame')
  need(Array.isArray(decoded) && decoded.length === 9, 'frame', `frame ${index} does not have nine parts`)
  const isFrame = decoded.every((part, at) => isBytes(part) !== (at === 5 || at === 6))
  need(isFrame, 'frame', `frame ${index} is not laid out as one`)
  const [height, , , previous, byLeft, txs, , root, bodyHash] = decoded
  need(
    [previous, root, bodyHash].every((hash) => hash.length === 32),
    'frame',
    `frame ${index} has a bad hash`,
  )
  const payments = txs.map(paymentOf).filter((payment) => payment !== null)
  return {
    height: toNumber(height),
    byLeft: byLeft.length === 1,
    previous,
    root,
    bodyHash,
    payments,
    hash: tagged('xln:account-frame:v1', bytes),
    signatures: { left: fromHex(left, 65, 'a signature'), right: fromHex(right, 65, 'a signature') },
  }
}

// What is signed
const leaf = (key, valueHash) => keccak(concat([0, key.length >> 8, key.length & 255], utf8(key), valueHash))
const follow = (start, path) =>
  path.reduce((hash, { bit, sibling, siblingIsRight }) => {
    const children = siblingIsRight ? [hash, sibling] : [sibling, hash]
    return keccak(concat([1], word(bit).slice(28), ...children))
  }, start)

const termsHash = (terms) => {
  const { left, right, chainId, depository, epoch, leftResponseSeconds, rightResponseSeconds } = terms
  const rest = [epoch, leftResponseSeconds, rightResponseSeconds, terms.features, terms.minVersion]
  return keccak(rlp([left, right, minimal(chainId), depository, ...rest.map(minimal)]))
}
const deltaHash = (delta) => {
  const { tokenId, collateral, ondelta, offdelta } = delta
  const numbers = [minimal(tokenId), minimal(collateral), zigzag(ondelta), zigzag(offdelta)]
  return keccak(rlp([...numbers, ...FIGURES.map((name) => minimal(delta[name]))]))
}
const tokenKey = (tokenId) => tokenId.toString(16).padStart(8, '0')

/** abi.encode(ProofBody) */
export const proofBody = (terms, deltas, locks) => {
  const tokens = deltas.flatMap((d) => {
    return [d.tokenId, d.offdelta, d.leftAllowance + d.leftHold, d.rightAllowance + d.rightHold]
  })
  const clauses = locks.flatMap(({ hashlock, part, tokenId, amount, byLeft, expirySeconds }) => {
    return [tokenId, amount, byLeft ? 1n : 0n, expirySeconds, toNumber(hashlock), part]
  })
  const htlcsAt = 6 + tokens.length
  const swapsAt = htlcsAt + 1 + clauses.length
  const head = [32, terms.leftResponseSeconds, terms.rightResponseSeconds, 5 * 32, htlcsAt * 32, swapsAt * 32]
  const words = [...head, deltas.length, ...tokens, locks.length, ...clauses, 0]
  return concat(...words.map(word))
}

export const disputeDigest = (terms, { nonce, bodyHash, frameHash }) => {
  const place = [word(terms.chainId), word(toNumber(terms.depository)), terms.left, terms.right, word(terms.epoch)]
  return tagged('xln:dispute-proof:v1', ...place, word(nonce), bodyHash, frameHash)
}

/** The entity that whoever signed `digest` is, alone; null where nobody can have signed it like this. */
export const entityOf = (digest, signature) => {
  const v = signature[64]
  if (v !== 27 && v !== 28) return null
  try {
    const parsed = secp.Signature.fromBytes(signature.slice(0, 64)).addRecoveryBit(v - 27)
    if (parsed.hasHighS()) return null
    const options = { prehash: false, isCompressed: false }
    const point = secp.recoverPublicKey(parsed.toBytes('recovered'), digest, options)
    const full = point.length === 65 ? point : secp.Point.fromBytes(point).toBytes(false)
    const signer = toNumber(keccak(full.slice(1)).slice(12))
    return keccak(concat(...[1, 0x60, 0xa0, 1, signer, 1, 1].map(word)))
  } catch {
    return null
  }
}

// The proof, step by step
const checkFrames = (terms, frames) => {
  need(frames.length > 0, 'shape', 'there is no frame')
  for (const [i, frame] of frames.entries()) {
    const before = frames[i - 1]
    if (before === undefined) continue
    const follows = frame.height === before.height + 1n && same(frame.previous, before.hash)
    need(follows, 'chain', `frame ${frame.height} does not follow the one before it`)
  }
  for (const frame of frames) {
    const { height, byLeft, bodyHash, hash: frameHash, signatures } = frame
    const digest = disputeDigest(terms, { nonce: 4n * height + (byLeft ? 1n : 0n), bodyHash, frameHash })
    for (const side of ['left', 'right']) {
      const signer = entityOf(digest, signatures[side])
      const isTheirs = signer !== null && same(signer, terms[side])
      need(isTheirs, `signature-${side}`, `${side.toUpperCase()} did not sign frame ${height}`)
    }
  }
}
const checkState = ({ terms, termsPath, deltas, deltasPath, locks }, frame) => {
  const { root, bodyHash } = frame
  const identity = follow(leaf('identity', termsHash(terms)), termsPath)
  need(same(identity, root), 'terms', 'the terms (ids, chain, contract, epoch, response times) are not those signed')
  for (const delta of deltas) {
    const section = follow(leaf(tokenKey(delta.tokenId), deltaHash(delta)), delta.path)
    const isIn = same(follow(leaf('deltas', section), deltasPath), root)
    need(isIn, 'token', `the figures of token ${delta.tokenId} are not those signed`)
  }
  const isWhole = same(keccak(proofBody(terms, deltas, locks)), bodyHash)
  need(isWhole, 'body', 'the locks, or the list of tokens, are not those signed')
}
const checkPayments = (payments, frames) => {
  for (const { hashlock, preimage } of payments) {
    need(same(keccak(preimage), hashlock), 'preimage', 'a preimage does not open its hashlock')
    const isIn = frames.some((frame) =>
      frame.payments.some((paid) => same(paid.hashlock, hashlock) && same(paid.preimage, preimage)),
    )
    need(isIn, 'payment', 'a payment is in no frame of this file')
  }
}

const moneyIn = (amount, { symbol, decimals }) => {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, '0')
  const cents = digits.slice(digits.length - decimals).replace(/0+$/, '')
  const point = decimals === 0 || cents === '' ? '' : `.${cents}`
  return `${amount < 0n ? '-' : ''}${digits.slice(0, digits.length - decimals)}${point} ${symbol}`
}
const tell = ({ terms, deltas, locks, payments, labels, nonce }, frames) => {
  const newest = frames.at(-1)
  const names = { left: labels.left || 'LEFT', right: labels.right || 'RIGHT' }
  const lines = [
    `${names.left} and ${names.right} both signed: at height ${newest.height} of their account`,
    ...deltas.flatMap(({ tokenId, collateral, ondelta, offdelta }) => {
      const token = labels.tokens.find((one) => BigInt(one.tokenId) === tokenId)
      const held = (amount) =>
        `${token === undefined ? '' : `${moneyIn(amount, token)}, which is `}${amount} units of token ${tokenId}`
      const claim = ondelta + offdelta
      return [`  ${names.left} holds ${held(claim)}`, `  ${names.right} holds ${held(collateral - claim)}`]
    }),
    `  ${locks.length === 0 ? 'nothing is locked' : `${locks.length} payments are locked and still open`}`,
    ...payments.map(({ hashlock, preimage }) => `  paid: ${toHex(hashlock)} by its preimage ${toHex(preimage)}`),
    `It counts on chain ${terms.chainId} before the contract ${toHex(terms.depository)}, epoch ${terms.epoch}, nonce ${nonce}.`,
    `  ${names.left} is the entity ${toHex(terms.left)}`,
    `  ${names.right} is the entity ${toHex(terms.right)}`,
    ...frames.slice(0, -1).map(({ height }) => `Frame ${height} before it is signed by both, too.`),
    "Names, symbols and decimals are the exporter's words. A later frame, if there is one, replaces this.",
  ]
  return lines
}
const readLabels = (raw) => {
  const { left, right, tokens } = fields(raw, ['left', 'right', 'tokens'], 'labels')
  const isText = [left, right].every((text) => typeof text === 'string')
  need(isText, 'shape', 'a label is not text')
  for (const token of items(tokens, 'labels of tokens')) {
    const { tokenId, symbol, decimals } = fields(token, ['tokenId', 'symbol', 'decimals'], 'a token label')
    whole(tokenId, 'tokenId')
    need(whole(decimals, 'decimals') <= 77n && typeof symbol === 'string', 'shape', 'a token label is odd')
  }
  return { left, right, tokens }
}

/** Undefined for what is not JSON. */
const parse = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @returns what is proven, in lines. @throws NotProven */
export const verify = (text) => {
  const raw = parse(text)
  need(raw !== undefined, 'shape', 'this is not JSON')
  const file = fields(raw, [...FILE, 'labels', 'checksum'], 'the file')
  need(file.format === FORMAT && file.version === 1, 'format', 'this is not an account proof of version 1')
  const frames = items(file.frames, 'frames').map(readFrame)
  const proof = {
    nonce: whole(file.nonce, 'nonce'),
    terms: readTerms(file.terms),
    termsPath: readPath(file.termsPath, 'the path of the terms'),
    deltasPath: readPath(file.deltasPath, 'the path of the tokens'),
    deltas: items(file.deltas, 'tokens').map(readDelta),
    locks: items(file.locks, 'locks').map(readLock),
    payments: items(file.payments, 'payments').map((payment) => {
      const { hashlock, preimage } = fields(payment, ['hashlock', 'preimage'], 'a payment')
      return { hashlock: fromHex(hashlock, 32, 'a hashlock'), preimage: fromHex(preimage, 32, 'a preimage') }
    }),
    labels: readLabels(file.labels),
  }
  const newest = frames.at(-1)
  need(newest !== undefined, 'shape', 'there is no frame')
  checkState(proof, newest)
  checkFrames(proof.terms, frames)
  const nonce = 4n * newest.height + (newest.byLeft ? 1n : 0n)
  need(proof.nonce === nonce, 'nonce', `the nonce of this frame is ${nonce}`)
  checkPayments(proof.payments, frames)
  const { checksum, ...rest } = file
  const sum = keccak(utf8(JSON.stringify(rest)))
  need(same(sum, fromHex(checksum, 32, 'the checksum')), 'checksum', 'the labels, or the checksum, were changed')
  return tell(proof, frames)
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  try {
    for (const line of verify(await readFile(argv[2] ?? '', 'utf8'))) console.log(line)
  } catch (error) {
    console.error(`Not proven: ${error.message}`)
    process.exitCode = 1
  }
}
