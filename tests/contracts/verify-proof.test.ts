/**
 * Proofs as the wallet exports them, checked by the script that has none of its code: verified as they are; refused, and
 * for the right reason, as soon as anything in them is different; its arithmetic is the runtime's and the contracts'.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { disputeDigest } from '../../runtime/account/proof.ts'
import { encodeProofBody } from '../../runtime/account/proof-body.ts'
import type { AccountReplica } from '../../runtime/account/types.ts'
import { present } from '../../runtime/lib/assert.ts'
import { type Bytes, fromHex, toHex, utf8 } from '../../runtime/lib/bytes.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import { sign } from '../../runtime/lib/secp.ts'
import { commandHandlers } from '../../runtime/radapter/commands.ts'
import { proofFile } from '../../runtime/radapter/proof-file.ts'
import { drawBody, drawCourt, drawPair } from '../reference/cases.ts'
import { bodyBytes, disputeProofDigest } from '../reference/digests.ts'
import { createRandom } from '../simulation/random.ts'
import { type Running, startTown } from '../support/running.ts'
import { keysOf } from '../support/signer.ts'
import { paymentIdOf, TUSD, usd } from '../support/world.ts'

const SCRIPT = new URL('../../contracts/verify-proof.mjs', import.meta.url)
type Script = {
  readonly verify: (text: string) => readonly string[]
  readonly proofBody: (terms: unknown, deltas: readonly unknown[], locks: readonly unknown[]) => Bytes
  readonly disputeDigest: (terms: unknown, proof: unknown) => Bytes
  readonly entityOf: (digest: Bytes, signature: Bytes) => Bytes | null
}
let script: Script
let town: Running
let accounts: readonly AccountReplica[]

const LABELS = { left: 'Left', right: 'Right', tokens: [{ tokenId: TUSD, symbol: 'tUSD', decimals: 6 }] }

/** The same account at every height at which something was signed: with a lock in it, and after the payment. */
const accountsOf = async (running: Running): Promise<readonly AccountReplica[]> => {
  const found: AccountReplica[] = []
  for (let height = 1; height <= running.host.env().height; height++) {
    const env = present(await running.host.envAt(height), 'a height that is kept')
    const account = env.eReplicas.get(running.id('You'))?.state.accounts.get(running.id('Hub'))
    if (account !== undefined && account.state.height > (found.at(-1)?.state.height ?? 0)) found.push(account)
  }
  return found
}

beforeAll(async () => {
  script = (await import(SCRIPT.href)) as Script
  town = await startTown()
  const pay = (n: number) =>
    town.run('You', {
      type: 'pay',
      paymentId: paymentIdOf(n),
      to: town.id('Bob'),
      invoice: null,
      offerId: null,
      payee: null,
      tokenId: TUSD,
      amount: usd(n),
      memo: '',
      maxFee: usd(1),
    })
  await pay(3)
  await pay(4)
  accounts = await accountsOf(town)
})

const exported = (account: AccountReplica, since = 0): string => present(proofFile(account, since, LABELS), 'a proof')
const newest = (): AccountReplica => present(accounts.at(-1), 'an account')
const withLock = (): AccountReplica =>
  present(
    accounts.find(({ state }) => state.locks.size > 0),
    'a lock',
  )
const reasonOf = (text: string): string => {
  try {
    script.verify(text)
    return 'proven'
  } catch (error) {
    const { reason } = error as { reason?: string }
    if (reason === undefined) throw error
    return reason
  }
}

describe('what was exported', () => {
  test('is proven at every height, alone and with the frames before it', () => {
    expect(accounts.length).toBeGreaterThan(4)
    for (const account of accounts) {
      const { height } = account.state
      for (const since of [height - 1, height - 2, 0]) {
        const lines = script.verify(exported(account, since))
        expect(lines[0]).toBe(`Left and Right both signed: at height ${height} of their account`)
        expect(JSON.parse(exported(account, since)).frames).toHaveLength(
          Math.min(Math.max(height - Math.max(since, 0), 1), account.frames.length),
        )
      }
    }
  })

  test('says in words who holds how much, what is locked and what was paid', () => {
    const said = script.verify(exported(newest())).join('\n')
    const { left, right } = newest().state.terms
    const delta = present(newest().state.deltas.first(), 'a token')[1]
    const claim = delta.ondelta + delta.offdelta
    expect(said).toContain(`Left holds ${claim < 0n ? '-' : ''}`)
    expect(said).toContain(`which is ${claim} units of token ${TUSD}`)
    expect(said).toContain(`which is ${delta.collateral - claim} units of token ${TUSD}`)
    expect(said).toContain(`Left is the entity ${left}`)
    expect(said).toContain(`Right is the entity ${right}`)
    expect(said).toContain('nothing is locked')
    expect(said.match(/paid: 0x/g)).toHaveLength(2)
    expect(script.verify(exported(withLock())).join('\n')).toContain('1 payments are locked')
  })

  test('by a command, of now and of the past', async () => {
    const call = commandHandlers(() => town.host)
    const params = { entityId: town.id('You'), counterpartyId: town.id('Hub'), since: 0 }
    const { file } = await call['account.proof']({ ...params, height: null })
    expect(script.verify(file)[0]).toMatch(/^(You and Hub|Hub and You) both signed/)
    const height = town.host.env().height
    const past = await call['account.proof']({ ...params, height: height - 6 })
    expect(script.verify(past.file)[0]).not.toBe(script.verify(file)[0])
    for (const odd of [{ height: height + 1 }, { counterpartyId: town.id('Bob') }])
      await expect(call['account.proof']({ ...params, height: null, ...odd })).rejects.toMatchObject({
        error: { code: 'E_NOT_FOUND' },
      })
  })

  test('on the command line -- 0 and what is proven, 1 and why not', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'proof-'))
    const file = join(folder, 'proof.json')
    const run = () => promisify(execFile)(process.execPath, [fileURLToPath(SCRIPT), file])
    await writeFile(file, exported(newest()))
    expect((await run()).stdout).toContain('both signed')
    await writeFile(file, exported(newest()).replace('"version": 1', '"version": 2'))
    await expect(run()).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Not proven') })
    await rm(folder, { recursive: true })
  })
})

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
type Path = readonly (string | number)[]

const leavesOf = (value: Json, path: Path = []): readonly Path[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => leavesOf(inner as Json, [...path, name]))
    : [path]

const changed = (value: Json): Json => {
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value + 1
  const text = String(value)
  if (/^0x/.test(text)) return `${text.slice(0, -1)}${text.endsWith('7') ? '8' : '7'}`
  return /^-?\d+$/.test(text) ? String(BigInt(text) + 1n) : `${text}!`
}
const replaced = (value: Json, [first, ...rest]: Path, to: (value: Json) => Json): Json => {
  if (first === undefined) return to(value)
  if (Array.isArray(value)) return value.map((one, i) => (String(i) === String(first) ? replaced(one, rest, to) : one))
  return Object.fromEntries(
    Object.entries(value as object).map(([name, one]) => [name, name === first ? replaced(one, rest, to) : one]),
  )
}
/** As a forger would, who knows how the checksum is made. */
const forged = (value: Json): string => {
  const { checksum: _, ...rest } = value as { readonly [name: string]: Json }
  return JSON.stringify({ ...rest, checksum: toHex(keccak(utf8(JSON.stringify(rest)))) })
}

/** Why a change in a place is refused. */
const EXPECTED: { readonly [place: string]: readonly string[] } = {
  format: ['format'],
  version: ['format'],
  nonce: ['nonce'],
  terms: ['terms'],
  termsPath: ['terms'],
  deltasPath: ['token'],
  deltas: ['token'],
  locks: ['body'],
  payments: ['preimage'],
  // What a frame says is bound by its hash, and so by the signatures under it, if not by what it must agree with.
  'frames.encoded': ['frame', 'chain', 'terms', 'body', 'signature-left'],
  'frames.left': ['signature-left'],
  'frames.right': ['signature-right'],
}
const placeOf = (path: Path): string => (path[0] === 'frames' ? `frames.${path[2]}` : String(path[0]))

describe('anything else', () => {
  test.each(['newest', 'with a lock'])(
    '%s -- every single field changed: refused, each for its own reason',
    (which) => {
      const value = JSON.parse(exported(which === 'newest' ? newest() : withLock())) as Json
      const leaves = leavesOf(value)
      expect(leaves.length).toBeGreaterThan(50)
      for (const path of leaves) {
        const other = replaced(value, path, changed)
        const place = placeOf(path)
        const reason = reasonOf(JSON.stringify(other))
        if (place === 'labels' || place === 'checksum')
          expect([path.join('.'), reason]).toEqual([path.join('.'), 'checksum'])
        else {
          expect([path.join('.'), EXPECTED[place]]).toEqual([path.join('.'), expect.arrayContaining([reason])])
          // The checksum hides nothing: whoever makes it anew is refused all the same.
          expect(EXPECTED[place]).toContain(reasonOf(forged(other)))
        }
      }
    },
  )

  test('a byte of a frame changed, anywhere -- refused', () => {
    const value = JSON.parse(exported(newest(), newest().state.height - 1)) as Json
    const { encoded } = (value as { frames: readonly [{ encoded: string }] }).frames[0]
    for (let at = 2; at < encoded.length; at += 7) {
      const digit = ((Number.parseInt(encoded[at] ?? '0', 16) + 1) % 16).toString(16)
      const other = `${encoded.slice(0, at)}${digit}${encoded.slice(at + 1)}`
      const reason = reasonOf(forged(replaced(value, ['frames', 0, 'encoded'], () => other)))
      expect([...(EXPECTED['frames.encoded'] ?? []), 'payment', 'shape']).toContain(reason)
    }
  })

  test.each(['deltas', 'frames', 'locks'])('one of the %s left out -- refused', (list) => {
    const value = JSON.parse(exported(withLock())) as Json
    const without = replaced(value, [list], (all) => (all as readonly Json[]).slice(0, -1))
    const expected = { deltas: ['body'], frames: ['terms', 'token', 'body'], locks: ['body'] }
    expect(expected[list as 'locks']).toContain(reasonOf(forged(without)))
  })

  test('a payment that was made elsewhere -- refused', () => {
    const preimage = `0x${'12'.repeat(32)}`
    const payment = { hashlock: toHex(keccak(fromHex(preimage))), preimage }
    const value = JSON.parse(exported(newest())) as Json
    expect(reasonOf(forged(replaced(value, ['payments'], () => [payment])))).toBe('payment')
  })

  test('the same signatures for a pair of other keys -- refused', () => {
    const value = JSON.parse(exported(newest())) as { terms: { left: string; right: string } } & {
      [name: string]: Json
    }
    const { left, right } = value.terms
    const turned = { ...value, terms: { ...value.terms, left: right, right: left } }
    expect(reasonOf(forged(turned as Json))).toBe('terms')
  })

  test('one side’s signature in the place of both -- refused, whichever and in whatever frame', () => {
    const value = JSON.parse(exported(newest())) as { frames: readonly { left: string; right: string }[] }
    expect(value.frames.length).toBeGreaterThan(1)
    for (const [at, { left, right }] of value.frames.entries()) {
      const signedBy = (side: string): string =>
        forged(replaced(value as unknown as Json, ['frames', at, side], () => (side === 'left' ? right : left)))
      expect([reasonOf(signedBy('left')), reasonOf(signedBy('right'))]).toEqual(['signature-left', 'signature-right'])
    }
  })

  test.each(['', '{}', '[]', 'null', '{"format":"xln-account-proof","version":1}'])('%j -- refused', (text) => {
    expect(reasonOf(text)).toBe('shape')
  })

  test('a field more or less, anywhere -- refused', () => {
    const value = JSON.parse(exported(withLock())) as Json
    for (const path of [[], ['terms'], ['frames', 0], ['deltas', 0], ['locks', 0], ['labels'], ['termsPath', 0]]) {
      const more = replaced(value, path, (one) => ({ ...(one as object), extra: 1 }))
      const less = replaced(value, path, (one) => Object.fromEntries(Object.entries(one as object).slice(1)))
      expect([reasonOf(forged(more)), reasonOf(forged(less))]).toEqual(['shape', 'shape'])
    }
  })
})

describe('its arithmetic', () => {
  test("is the runtime's, for real accounts", () => {
    for (const { state } of accounts) {
      const [terms, deltas, locks] = [
        {
          ...state.terms,
          left: fromHex(state.terms.left),
          right: fromHex(state.terms.right),
          depository: fromHex(state.terms.depository),
        },
        [...state.deltas.values()],
        [...state.locks.values()],
      ]
      expect(toHex(script.proofBody(terms, deltas, locks))).toBe(toHex(encodeProofBody(state)))
      const proof = { nonce: 77, bodyHash: keccak(utf8('body')), frameHash: keccak(utf8('frame')) }
      expect(toHex(script.disputeDigest(terms, proof))).toBe(toHex(disputeDigest({ terms: state.terms, ...proof })))
    }
  })

  test('is that of the model the contracts are held to, for bodies drawn at random', () => {
    const random = createRandom(7, 'proofs')
    for (let i = 0; i < 100; i++) {
      const drawn = { ...drawBody(random, { tokens: 5, clauses: 6, wild: false }), swaps: [] }
      const deltas = drawn.tokens.map((token) => ({ ...token, leftHold: 0n, rightHold: 0n }))
      const locks = drawn.htlcs.map((htlc) => ({
        ...htlc,
        byLeft: htlc.byLeft === 1n,
        hashlock: fromHex(htlc.hashlock),
      }))
      expect(toHex(script.proofBody(drawn, deltas, locks))).toBe(bodyBytes(drawn))
      const [court, pair] = [drawCourt(random), drawPair(random)]
      const terms = {
        chainId: court.chainId,
        depository: fromHex(court.contract),
        left: fromHex(pair.left),
        right: fromHex(pair.right),
        epoch: pair.epoch,
      }
      const [bodyHash, frameHash] = [toHex(keccak(utf8(`b${i}`))), toHex(keccak(utf8(`f${i}`)))]
      const digest = script.disputeDigest(terms, {
        nonce: BigInt(i),
        bodyHash: fromHex(bodyHash),
        frameHash: fromHex(frameHash),
      })
      expect(toHex(digest)).toBe(disputeProofDigest(court, pair, { nonce: BigInt(i), bodyHash, frameHash }))
    }
  })

  test('knows an entity by its signature alone, and no other spelling of it', () => {
    const { secret, entityId } = keysOf('Entity 1')
    const digest = keccak(utf8('anything'))
    const signature = sign(secret, digest)
    expect(toHex(present(script.entityOf(digest, signature), 'a signer'))).toBe(entityId)
    const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const s = BigInt(toHex(signature.slice(32, 64)))
    const high = fromHex(`0x${(ORDER - s).toString(16).padStart(64, '0')}`)
    const twin = Uint8Array.from([...signature.slice(0, 32), ...high, (signature[64] ?? 27) === 27 ? 28 : 27])
    expect(script.entityOf(digest, twin)).toBe(null)
    expect(script.entityOf(digest, signature.with(64, 0))).toBe(null)
    expect(script.entityOf(digest, new Uint8Array(65))).toBe(null)
  })
})
