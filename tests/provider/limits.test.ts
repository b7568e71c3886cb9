/** How much a site may ask, at once, in a second and of the owner; what is too much is refused with a code, at once. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BURST, createPace, REQUESTS_PER_SECOND } from '../../entrypoints/background/provider/pace.ts'
import { MAX_PER_ORIGIN } from '../../entrypoints/background/provider/queue.ts'
import { MAX_UNDER_WAY } from '../../entrypoints/background/provider/router.ts'
import { type Running, startTown } from '../support/running.ts'
import { ADDRESS, BREAD, createDesktop, type Desktop, rest, SITE, type Site } from './support.ts'

let town: Running
beforeAll(async () => {
  town = await startTown()
})

let desktop: Desktop
let site: Site
beforeEach(async () => {
  desktop = createDesktop(await town.fork())
  site = desktop.open()
})

const REJECTED = expect.objectContaining({ code: 4001 })
const handlersOf = async () => (await desktop.worker().provider).handlers

describe('limits', () => {
  test('a hundred at once -- so many wait, the others are refused with -32005', async () => {
    const asked = Array.from({ length: 100 }, () => site.request('xln_pay', BREAD))
    await rest()
    expect((await desktop.worker().provider).view()).toHaveLength(MAX_PER_ORIGIN)
    await (await handlersOf())['approvals.rejectAll']({})
    const codes = (await Promise.all(asked)).map((error) => (error as { readonly code: number }).code)
    expect(codes.filter((code) => code === 4001)).toHaveLength(MAX_PER_ORIGIN)
    expect(codes.filter((code) => code === -32005)).toHaveLength(100 - MAX_PER_ORIGIN)
  })

  const reads = (count: number, from = site): Promise<readonly unknown[]> =>
    Promise.all(Array.from({ length: count }, () => from.request('eth_chainId')))
  const CHAIN = '0x786c6e'

  test('a hundred reads at once are all answered', async () => {
    expect(new Set(await reads(100))).toEqual(new Set([CHAIN]))
  })

  test('so many requests under way -- one more is refused with -32005, and others may ask', async () => {
    const other = desktop.open({ origin: 'https://other.example' })
    const [own, foreign] = await Promise.all([reads(MAX_UNDER_WAY + 1), reads(1, other)])
    expect(own.slice(0, MAX_UNDER_WAY)).toEqual(Array(MAX_UNDER_WAY).fill(CHAIN))
    expect(own.at(-1)).toMatchObject({ code: -32005 })
    expect(foreign).toEqual([CHAIN])
    expect(await reads(1)).toEqual([CHAIN])
  })

  test('requests a second -- a burst is served, more is refused in words and with a wait, and the wait is the truth', async () => {
    const tab = desktop.open()
    await reads(BURST / 2)
    expect(await reads(BURST / 2, tab)).toEqual(Array(BURST / 2).fill(CHAIN))
    expect(await reads(1)).toEqual([
      expect.objectContaining({
        code: -32005,
        message: 'Too much was asked. Wait, then ask again. 100 requests a second are served.',
        data: { waitMs: 1_000 / REQUESTS_PER_SECOND },
      }),
    ])
    expect(await reads(1, desktop.open({ origin: 'https://other.example' }))).toEqual([CHAIN])
    desktop.time.advance(1_000 / REQUESTS_PER_SECOND - 1)
    expect(await reads(1, tab)).toMatchObject([{ code: -32005, data: { waitMs: 1 } }])
    desktop.time.advance(1)
    expect(await reads(2)).toEqual([CHAIN, expect.objectContaining({ code: -32005 })])
    desktop.time.advance(1_000)
    const second = await reads(REQUESTS_PER_SECOND + 1)
    expect(second.filter((answer) => answer === CHAIN)).toHaveLength(REQUESTS_PER_SECOND)
  })

  test('a question that waits is asked again on a new line, however much else was asked', async () => {
    const asked = site.request('eth_requestAccounts')
    await desktop.question()
    await reads(100)
    await reads(100)
    expect(await reads(1)).toMatchObject([{ code: -32005 }])
    site.relay.hide()
    site.relay.show()
    await rest()
    await desktop.approve()
    expect(await asked).toEqual([ADDRESS])
  })

  test('three refusals within a minute -- the site waits, others do not, and after the minute it may ask again', async () => {
    const refuse = async (): Promise<void> => {
      const asked = site.request('xln_pay', BREAD)
      await desktop.question()
      await desktop.closeWindow()
      expect(await asked).toEqual(REJECTED)
      desktop.time.advance(1_000)
    }
    await refuse()
    await refuse()
    await refuse()
    desktop.kill()
    expect(await site.request('xln_pay', BREAD)).toMatchObject({ code: -32005, data: { waitMs: 57_000 } })
    void desktop.open({ origin: 'https://other.example' }).request('xln_pay', BREAD)
    expect((await desktop.question()).origin).toBe('https://other.example')
    desktop.time.advance(57_000)
    void site.request('xln_pay', BREAD)
    await rest()
    expect((await desktop.worker().provider).view()).toHaveLength(2)
  })

  test('Reject all -- every question is answered, and counts as one refusal', async () => {
    const asked = [site.request('xln_pay', BREAD), site.request('xln_pay', BREAD), site.request('xln_pay', BREAD)]
    await desktop.question()
    expect(desktop.badge()).toBe(3)
    await (await handlersOf())['approvals.rejectAll']({})
    expect(await Promise.all(asked)).toEqual([REJECTED, REJECTED, REJECTED])
    void site.request('xln_pay', BREAD)
    expect((await desktop.question()).origin).toBe(SITE)
  })

  test('more than a mebibyte -- refused by the page\u2019s object, by its relay and by the worker, each alone', async () => {
    const params = 'x'.repeat(1_048_577)
    const request = JSON.stringify({ method: 'eth_chainId', params })
    const refused = { type: 'answer', id: 'big', answer: { error: { code: -32602 } } }
    expect(await site.request('eth_chainId', params)).toMatchObject({ code: -32602 })
    expect(site.told).toEqual([])
    site.relay.fromPage(JSON.stringify({ id: 'big', request }))
    expect(site.told).toMatchObject([refused])
    const line = desktop.dial()
    line.send({ id: 'big', request })
    await rest()
    expect(line.told).toMatchObject([{ type: 'state' }, { type: 'ack', id: 'big' }, refused])
  })

  test.each(['null', '{', '{"method":1}', '[]', '"x"'])('a request that is none (%s) -- -32602', async (request) => {
    site.relay.fromPage(JSON.stringify({ id: 'odd', request }))
    await rest()
    expect(site.told.at(-1)).toMatchObject({ id: 'odd', answer: { error: { code: -32602 } } })
  })
})

describe('pace', () => {
  test('a clock that is set back fills nothing, and takes nothing', () => {
    const now = { ms: 1_000_000 }
    const pace = createPace({ now: () => now.ms })
    const taken = Array.from({ length: BURST }, () => pace.take(SITE))
    expect(taken).toEqual(Array(BURST).fill(0))
    now.ms -= 500_000
    expect(pace.take(SITE)).toBe(10)
    now.ms += 10
    expect(pace.take(SITE)).toBe(0)
  })

  test('thousands of origins -- each has its own bucket, and the full ones are forgotten', () => {
    const now = { ms: 0 }
    const pace = createPace({ now: () => now.ms })
    for (let i = 0; i < BURST; i++) pace.take(SITE)
    for (let i = 0; i < 5_000; i++) {
      expect(pace.take(`https://${i}.example`)).toBe(0)
      now.ms += 1
      if (i % 10 === 9) expect(pace.take(SITE)).toBe(0)
    }
    expect(pace.take(SITE)).toBeGreaterThan(0)
  })
})
