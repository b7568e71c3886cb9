/** Connected sites: what their owner is told of them, sending one away, and which of them hear what, when. */
import * as v from 'valibot'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { RESULTS } from '../../runtime/radapter/results.ts'
import { type Running, startTown } from '../support/running.ts'
import { ADDRESS, BREAD, connected, createDesktop, type Desktop, paymentsIn, rest, SITE, type Site } from './support.ts'

const OTHER = 'https://other.example'
const LOCKED = { error: { code: 'E_WALLET_LOCKED' } }

let town: Running
beforeAll(async () => {
  town = await startTown()
})

let running: Running
let desktop: Desktop
let site: Site
beforeEach(async () => {
  running = await town.fork()
  desktop = createDesktop(running)
  site = desktop.open()
})

const handlersOf = async () => (await desktop.worker().provider).handlers
const listed = async () => (await (await handlersOf())['sites.list']({})).sites
const origins = async () => (await listed()).map(({ origin }) => origin)
const revoke = async (origin: string): Promise<void> => {
  await (await handlersOf())['sites.revoke']({ origin })
  await rest()
}
const EVENTS = ['connect', 'disconnect', 'accountsChanged', 'chainChanged']
/** What this page hears from now on. */
const hearing = ({ provider }: Site): unknown[] => {
  const heard: unknown[] = []
  for (const name of EVENTS) provider.on(name, (value) => heard.push([name, value]))
  return heard
}
/** A page without a line hears nothing: it gets one by asking. */
const dialIn = (from: Site): Promise<unknown> => from.request('eth_accounts')

describe('the list', () => {
  test('says who, since when, how lately, and what each was given', async () => {
    const startMs = desktop.time.clock.now()
    await connected(desktop, site)
    desktop.time.advance(3_600_000)
    await connected(desktop, desktop.open({ origin: OTHER }))
    const given = {
      addresses: [ADDRESS],
      runtimeId: 'test',
      entityId: running.id('You'),
      chainId: 0x786c6en,
    }
    const first = { origin: SITE, firstSeen: startMs, lastUsed: startMs, ...given }
    const second = { origin: OTHER, firstSeen: startMs + 3_600_000, lastUsed: startMs + 3_600_000, ...given }
    expect(await listed()).toEqual([second, first])
    desktop.time.advance(60_000)
    await site.request('eth_chainId')
    await rest()
    const used = { ...first, lastUsed: startMs + 3_660_000 }
    expect(await listed()).toEqual([used, second])
    desktop.kill()
    expect(await listed()).toEqual([used, second])
  })

  test('a use within the same minute is not written down; a clock that was set back is believed', async () => {
    await connected(desktop, site)
    const before = desktop.rows.local.get('provider.sites')
    desktop.time.advance(59_999)
    await site.request('eth_accounts')
    await rest()
    expect(desktop.rows.local.get('provider.sites')).toBe(before)
  })

  test('travels to the page and comes out as it went in', async () => {
    await connected(desktop, site)
    const told = await (await handlersOf())['sites.list']({})
    const { write, schema } = RESULTS['sites.list']
    expect(v.parse(schema, JSON.parse(JSON.stringify(write(told))))).toEqual(told)
  })

  test('whoever was refused, and whoever only asked to be paid, is not in it', async () => {
    void site.request('eth_requestAccounts')
    await desktop.question()
    await desktop.closeWindow()
    void desktop.open({ origin: OTHER }).request('xln_pay', BREAD)
    await desktop.approve()
    await rest()
    expect(await listed()).toEqual([])
  })

  test('as an earlier version wrote it -- read, and its sites are still let in', async () => {
    const grant = { runtimeId: 'test', entityId: running.id('You'), chainId: String(0x786c6e) }
    desktop.rows.local.set('provider.sites', JSON.stringify([{ origin: SITE, atMs: 5, grant }]))
    desktop.kill()
    expect(await listed()).toMatchObject([{ origin: SITE, firstSeen: 5, lastUsed: 5 }])
    expect(await site.request('eth_accounts')).toEqual([ADDRESS])
  })

  test('locked -- nothing is listed and nobody sent away', async () => {
    await connected(desktop, site)
    desktop.setUnlocked(false)
    const handlers = await handlersOf()
    await expect(handlers['sites.list']({})).rejects.toMatchObject(LOCKED)
    await expect(handlers['sites.here']({})).rejects.toMatchObject(LOCKED)
    await expect(handlers['sites.revoke']({ origin: SITE })).rejects.toMatchObject(LOCKED)
    desktop.setUnlocked(true)
    expect(await origins()).toEqual([SITE])
  })
})

describe('the site in sight', () => {
  const here = async () => (await handlersOf())['sites.here']({})

  test('is named where it is connected; a stranger is not', async () => {
    await connected(desktop, site)
    desktop.lookAt(() => Promise.resolve(SITE))
    expect(await here()).toEqual({ origin: SITE, connected: 1 })
    desktop.lookAt(() => Promise.resolve(OTHER))
    expect(await here()).toEqual({ origin: null, connected: 1 })
  })

  test('a page that cannot be asked, or never answers -- nothing is known of it, and nobody waits for it', async () => {
    await connected(desktop, site)
    desktop.lookAt(() => Promise.reject(new Error('no relay there')))
    expect(await here()).toEqual({ origin: null, connected: 1 })
    desktop.lookAt(() => new Promise(() => undefined))
    const asked = here()
    await rest()
    desktop.time.advance(200)
    expect(await asked).toEqual({ origin: null, connected: 1 })
  })
})

describe('sending a site away', () => {
  test('its pages hear it at once, each once; eth_accounts is empty; others hear nothing', async () => {
    await connected(desktop, site)
    const tab = desktop.open()
    await dialIn(tab)
    const other = desktop.open({ origin: OTHER })
    await connected(desktop, other)
    const [heard, heardInTab, heardByOther] = [hearing(site), hearing(tab), hearing(other)]
    // No time passes: nothing is waited for.
    await revoke(SITE)
    expect([heard, heardInTab, heardByOther]).toEqual([[['accountsChanged', []]], [['accountsChanged', []]], []])
    expect(await site.request('eth_accounts')).toEqual([])
    expect(await origins()).toEqual([OTHER])
    await revoke(SITE)
    expect(heard).toHaveLength(1)
  })

  test('a page whose line is down hears it too, and one that was put aside when it is shown again', async () => {
    await connected(desktop, site)
    const aside = desktop.open()
    await dialIn(aside)
    const [heard, heardAside] = [hearing(site), hearing(aside)]
    desktop.kill()
    aside.relay.hide()
    await rest()
    await revoke(SITE)
    expect([heard, heardAside]).toEqual([[['accountsChanged', []]], []])
    aside.relay.show()
    await rest()
    expect(heardAside).toEqual([['accountsChanged', []]])
  })

  test('it asks again -- the owner is asked, as of one who was seen before', async () => {
    await connected(desktop, site)
    const [{ firstSeen } = { firstSeen: 0 }] = await listed()
    await revoke(SITE)
    desktop.time.advance(1_000)
    const asked = site.request('eth_requestAccounts')
    expect(await desktop.question()).toMatchObject({ origin: SITE, seenBefore: true })
    await desktop.approve()
    expect(await asked).toEqual([ADDRESS])
    expect(await listed()).toMatchObject([{ origin: SITE, firstSeen, lastUsed: firstSeen + 1_000 }])
  })

  test('what it was asking is refused, what others ask is not', async () => {
    await connected(desktop, site)
    const own = site.request('xln_pay', BREAD)
    await desktop.question()
    void desktop.open({ origin: OTHER }).request('xln_pay', BREAD)
    await rest()
    await revoke(SITE)
    expect(await own).toMatchObject({ code: 4001 })
    expect((await desktop.worker().provider).view()).toMatchObject([{ origin: OTHER }])
  })

  test('killed at every step -- gone for good once it was answered, and its pages have heard it', async () => {
    const steps = async (): Promise<number> => {
      const fresh = createDesktop(await town.fork())
      await connected(fresh, fresh.open())
      fresh.kill()
      await (await fresh.worker().provider).handlers['sites.revoke']({ origin: SITE })
      await rest()
      return fresh.worker().life.steps()
    }
    const count = await steps()
    expect(count).toBeGreaterThan(4)
    for (let step = 0; step < count; step++) {
      for (const isBefore of [true, false]) {
        desktop = createDesktop(await town.fork())
        const page = desktop.open()
        await connected(desktop, page)
        const heard = hearing(page)
        desktop.kill()
        desktop.doom({ step, isBefore })
        const where = `${isBefore ? 'before' : 'after'} step ${step}`
        // The owner's page asks until it is answered.
        for (let tries = 0; tries < 3; tries++) {
          const answered = handlersOf().then((handlers) => handlers['sites.revoke']({ origin: SITE }))
          if ((await Promise.race([answered, rest().then(() => null)])) !== null) break
        }
        await rest()
        desktop.kill()
        expect(await listed(), where).toEqual([])
        await rest()
        expect(heard, where).toEqual([['accountsChanged', []]])
        expect(await page.request('eth_accounts'), where).toEqual([])
      }
    }
  })
})

describe('what pages hear, and when', () => {
  test('locking and unlocking -- who is connected hears both, once; a stranger neither; nobody a disconnect', async () => {
    await connected(desktop, site)
    const stranger = desktop.open({ origin: OTHER })
    await dialIn(stranger)
    const [heard, heardByStranger] = [hearing(site), hearing(stranger)]
    desktop.setUnlocked(false)
    desktop.setUnlocked(false)
    await rest()
    desktop.kill()
    await desktop.worker().provider
    await rest()
    desktop.setUnlocked(true)
    desktop.setUnlocked(true)
    await rest()
    expect(heard).toEqual([
      ['accountsChanged', []],
      ['accountsChanged', [ADDRESS]],
    ])
    expect(heardByStranger).toEqual([])
  })

  test('a grant -- all pages of this origin hear it, no other', async () => {
    const [tab, other] = [desktop.open(), desktop.open({ origin: OTHER })]
    await dialIn(tab)
    await dialIn(other)
    const [heardInTab, heardByOther] = [hearing(tab), hearing(other)]
    desktop.kill()
    await connected(desktop, site)
    await rest()
    expect([heardInTab, heardByOther]).toEqual([[['accountsChanged', [ADDRESS]]], []])
  })

  test('another entity, another runtime -- nobody who was not let in there sees anything; back again, as before', async () => {
    await connected(desktop, site)
    const heard = hearing(site)
    desktop.move({ owner: running.id('Bob') })
    await rest()
    expect(heard).toEqual([['accountsChanged', []]])
    expect(await site.request('eth_accounts')).toEqual([])
    desktop.move({ owner: running.id('You'), runtimeId: 'another' })
    await rest()
    expect(await site.request('eth_accounts')).toEqual([])
    expect(await listed()).toMatchObject([{ origin: SITE, addresses: [], runtimeId: 'test' }])
    expect(heard).toHaveLength(1)
    desktop.move({ runtimeId: 'test' })
    await rest()
    expect(heard.slice(1)).toEqual([['accountsChanged', [ADDRESS]]])
    expect(await site.request('eth_accounts')).toEqual([ADDRESS])
    expect(heard).toHaveLength(2)
  })

  test('another runtime while the owner is asked -- refused; nothing is paid there, nor when it is back', async () => {
    await connected(desktop, site)
    const asked = site.request('xln_pay', BREAD).catch((error: unknown) => error)
    const { id } = await desktop.question()
    desktop.move({ runtimeId: 'another' })
    await rest()
    expect(await asked).toMatchObject({ code: 4001 })
    expect([desktop.badge(), desktop.window.isOpen]).toEqual([0, false])
    desktop.move({ runtimeId: 'test' })
    const terms = { to: running.id('Bakery'), amount: 1n, fee: 0n }
    await (await handlersOf())['approvals.approve']({ id, terms })
    await rest()
    expect(paymentsIn(running)).toEqual([])
  })

  test('a commit of the runtime -- nothing', async () => {
    await connected(desktop, site)
    const paid = site.request('xln_pay', BREAD)
    const heard = hearing(site)
    await desktop.approve()
    await paid
    expect(heard).toEqual([])
  })
})
