/**
 * The worker dies, at every step it takes outside itself, before it and after it: one effect, one answer.
 *
 * The owner sees the question again when his word was lost with the worker, and gives it again; the page keeps asking
 * under the same id. The runtime beneath survives, because its own deaths are tested where it is.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { type Running, startTown } from '../support/running.ts'
import { ADDRESS, BREAD, connected, createDesktop, type Desktop, paymentsIn, rest, type Site } from './support.ts'

let town: Running
beforeAll(async () => {
  town = await startTown()
})

type Story = { readonly method: string; readonly params: unknown }
const STORIES: readonly Story[] = [
  { method: 'eth_requestAccounts', params: undefined },
  { method: 'xln_pay', params: BREAD },
]

/** The word that may die on its way, and is given again as long as the question stands. */
const decide = async (desktop: Desktop, word: 'approve' | 'reject'): Promise<void> => {
  for (let tries = 0; tries < 4; tries++) {
    await rest()
    const provider = await Promise.race([desktop.worker().provider, rest().then(() => null)])
    const [first] = provider?.view() ?? []
    if (provider === null || first === undefined) continue
    const given = word === 'approve' ? desktop.approve() : provider.handlers['approvals.reject']({ id: first.id })
    await Promise.race([given.then(() => undefined), rest()])
  }
  await rest()
}

/** @returns how many steps a worker takes from its start to its answer, when nobody kills it. */
const stepsOf = async (story: Story, word: 'approve' | 'reject'): Promise<number> => {
  const desktop = createDesktop(await town.fork())
  void desktop.open().request(story.method, story.params)
  await decide(desktop, word)
  return desktop.worker().life.steps()
}

const answersOf = (site: Site): number => site.told.filter(({ type }) => type === 'answer').length

describe.each(STORIES)('$method', ({ method, params }) => {
  test.each(['approve', 'reject'] as const)('%s -- killed at every step, one effect and one answer', async (word) => {
    const steps = await stepsOf({ method, params }, word)
    expect(steps).toBeGreaterThan(6)
    for (let step = 0; step < steps; step++) {
      for (const isBefore of [true, false]) {
        const running = await town.fork()
        const desktop = createDesktop(running)
        // The first worker is of no interest: the next one lives until its step has come.
        desktop.kill()
        desktop.doom({ step, isBefore })
        const site = desktop.open()
        const answered = site.request(method, params)
        await decide(desktop, word)
        const where = `${isBefore ? 'before' : 'after'} step ${step}`
        expect(answersOf(site), where).toBe(1)
        const answer = await answered
        if (word === 'reject') expect(answer, where).toMatchObject({ code: 4001 })
        else if (method === 'xln_pay') expect(answer, where).toMatchObject({ amount: '5', isProof: true })
        else expect(answer, where).toEqual([ADDRESS])
        expect(paymentsIn(running), where).toHaveLength(word === 'approve' && method === 'xln_pay' ? 1 : 0)
        expect(desktop.badge(), where).toBe(0)
        expect(desktop.window.isOpen, where).toBe(false)
        // What was answered stays answered.
        desktop.kill()
        expect((await desktop.worker().provider).view(), where).toEqual([])
        await rest()
        expect(answersOf(site), where).toBe(1)
      }
    }
  })
})

describe('a worker that starts anew', () => {
  test('asks again nothing it was told, and has the question as it was', async () => {
    const desktop = createDesktop(await town.fork())
    const site = desktop.open()
    void site.request('xln_pay', BREAD)
    const before = await desktop.question()
    desktop.kill()
    await rest()
    expect(await desktop.question()).toEqual(before)
    expect(desktop.window.shown).toBe(1)
  })

  test('the window was closed meanwhile -- refused', async () => {
    const desktop = createDesktop(await town.fork())
    const site = desktop.open()
    const asked = site.request('eth_requestAccounts')
    await desktop.question()
    Object.assign(desktop.window, { isOpen: false })
    desktop.kill()
    expect(await asked).toMatchObject({ code: 4001 })
  })

  test('killed and locked after the payment was made -- the receipt at the next unlocking, no second question', async () => {
    const running = await town.fork()
    const desktop = createDesktop(running)
    const site = desktop.open()
    await connected(desktop, site)
    const paid = site.request('xln_pay', BREAD)
    const { id } = await desktop.question()
    const { handlers } = await desktop.worker().provider
    const { to, amount, fee } = await handlers['approvals.quote']({ id })
    await handlers['approvals.approve']({ id, terms: { to, amount, fee } })
    desktop.kill()
    desktop.setUnlocked(false)
    await rest()
    expect((await desktop.worker().provider).view()).toEqual([])
    await desktop.closeWindow()
    desktop.setUnlocked(true)
    expect(await paid).toMatchObject({ amount: '5' })
    expect(paymentsIn(running)).toHaveLength(1)
  })

  test('permissions that cannot be read grant nothing', async () => {
    const desktop = createDesktop(await town.fork())
    const site = desktop.open()
    await connected(desktop, site)
    desktop.rows.local.set('provider.sites', JSON.stringify([{ origin: 'https://bakery.example', grant: 'all' }]))
    desktop.kill()
    expect(await site.request('eth_accounts')).toEqual([])
  })
})
