/**
 * The page's half of the pipe: the object dApps hold, how it is announced, the line between the worlds, the relay.
 *
 * @vitest-environment happy-dom
 */
import { describe, expect, test, vi } from 'vitest'
import { announce, takeEthereum, uuid } from '../../entrypoints/inpage/announce.ts'
import { joinChannel, offerChannel } from '../../entrypoints/inpage/channel.ts'
import { createProvider } from '../../entrypoints/inpage/provider.ts'
import { createRelay, type RelayPort } from '../../entrypoints/inpage/relay.ts'
import { type Ask, isTooLarge, MAX_REQUEST_BYTES, type Told } from '../../entrypoints/inpage/wire.ts'
import { manualTime } from '../support/manual-time.ts'

const page = () => {
  const sent: string[] = []
  const thrown: unknown[] = []
  let ids = 0
  const made = createProvider({
    send: (text) => void sent.push(text),
    newId: () => `id-${++ids}`,
    report: (error) => void thrown.push(error),
  })
  return { ...made, sent, thrown, tell: (told: Told) => made.receive(JSON.stringify(told)) }
}

describe('request', () => {
  test('works without its object, and is answered by its own answer', async () => {
    const { provider, sent, tell } = page()
    const { request } = provider
    const [first, second] = [request({ method: 'a', params: [1] }), request({ method: 'b' })]
    expect(sent.map((text) => JSON.parse(text))).toEqual([
      { id: 'id-1', request: '{"method":"a","params":[1]}' },
      { id: 'id-2', request: '{"method":"b"}' },
    ])
    tell({ type: 'answer', id: 'id-2', answer: { result: 2 } })
    tell({ type: 'answer', id: 'id-2', answer: { result: 3 } })
    tell({ type: 'answer', id: 'id-1', answer: { result: 1 } })
    expect(await Promise.all([first, second])).toEqual([1, 2])
  })

  test('an error is an Error with an integer code, and its data', async () => {
    const { provider, tell } = page()
    const asked = provider.request({ method: 'a' }).catch((error: unknown) => error)
    tell({ type: 'answer', id: 'id-1', answer: { error: { code: 4001, message: 'no', data: { type: 'x' } } } })
    expect(await asked).toBeInstanceOf(Error)
    expect(await asked).toMatchObject({ code: 4001, message: 'no', data: { type: 'x' } })
  })

  const loop: Record<string, unknown> = {}
  loop.self = loop
  test.each([
    undefined,
    null,
    'eth_accounts',
    {},
    { method: '' },
    { method: 1 },
    { method: 'a', params: 1n },
    { method: 'a', params: loop },
  ])('what cannot be sent (%#) is refused with -32602, here', async (args) => {
    const { provider, sent } = page()
    await expect(provider.request(args)).rejects.toMatchObject({ code: -32602 })
    expect(sent).toEqual([])
  })

  test('the limit counts bytes, not characters', () => {
    expect(isTooLarge('x'.repeat(MAX_REQUEST_BYTES))).toBe(false)
    expect(isTooLarge('x'.repeat(MAX_REQUEST_BYTES + 1))).toBe(true)
    expect(isTooLarge('€'.repeat(MAX_REQUEST_BYTES / 2))).toBe(true)
  })

  test('the wallet gone -- what is open and what comes later is refused with 4900, said once', async () => {
    const { provider, tell } = page()
    const gone = vi.fn()
    provider.on('disconnect', gone)
    const asked = provider.request({ method: 'a' })
    tell({ type: 'gone' })
    tell({ type: 'gone' })
    await expect(asked).rejects.toMatchObject({ code: 4900 })
    await expect(provider.request({ method: 'b' })).rejects.toMatchObject({ code: 4900 })
    expect(gone).toHaveBeenCalledOnce()
  })
})

describe('events', () => {
  test('connect first, then changes and nothing else; a listener that throws is in nobody\u2019s way', () => {
    const { provider, thrown, tell } = page()
    const heard: unknown[] = []
    const failing = (): void => {
      throw new Error('of the page')
    }
    provider.on('accountsChanged', failing)
    for (const name of ['connect', 'accountsChanged', 'chainChanged'])
      provider.on(name, (value) => heard.push([name, value]))
    tell({ type: 'state', accounts: ['0x1'], chainId: '0x1' })
    tell({ type: 'state', accounts: ['0x1'], chainId: '0x1' })
    tell({ type: 'state', accounts: [], chainId: '0x1' })
    provider.removeListener('accountsChanged', failing)
    tell({ type: 'state', accounts: [], chainId: '0x2' })
    expect(heard).toEqual([
      ['connect', { chainId: '0x1' }],
      ['accountsChanged', []],
      ['chainChanged', '0x2'],
    ])
    expect(thrown).toHaveLength(1)
  })
})

describe('announcement', () => {
  const seen = (target: EventTarget): CustomEvent[] => {
    const found: CustomEvent[] = []
    target.addEventListener('eip6963:announceProvider', (event) => found.push(event as CustomEvent))
    return found
  }

  test('at once and whenever it is asked for; frozen, and the same object', () => {
    const target = new EventTarget()
    const found = seen(target)
    const { provider } = page()
    announce(target, provider, 'id')
    target.dispatchEvent(new Event('eip6963:requestProvider'))
    expect(found).toHaveLength(2)
    expect(found[0]?.detail).toBe(found[1]?.detail)
    const info: object = found[0]?.detail.info ?? {}
    expect(info).toMatchObject({ uuid: 'id', name: 'xln wallet', rdns: 'network.xln.wallet' })
    expect(info).toHaveProperty('icon', expect.stringMatching(/^data:image\/svg\+xml,/))
    expect([found[0]?.detail, info].every(Object.isFrozen)).toBe(true)
    expect(found[0]?.detail.provider).toBe(provider)
  })

  test('a UUID is of version 4', () => {
    const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    expect(uuid((bytes) => crypto.getRandomValues(bytes))).toMatch(pattern)
    expect(uuid((bytes) => bytes.fill(255))).toMatch(pattern)
  })

  test('window.ethereum -- taken where it is free, left where it is not, never by force', () => {
    const { provider } = page()
    const free: { ethereum?: unknown } = {}
    takeEthereum(free, provider)
    expect(free.ethereum).toBe(provider)
    expect(provider).not.toHaveProperty('isMetaMask')
    const taken = { ethereum: undefined }
    takeEthereum(taken, provider)
    expect(taken.ethereum).toBeUndefined()
    expect(() => takeEthereum(Object.freeze({}), provider)).not.toThrow()
  })
})

describe('the line between the worlds', () => {
  test.each(['relay', 'page'])('joined whoever is first (%s), and told to nobody later', (first) => {
    const target = new EventTarget()
    const [up, down, overheard]: [string[], string[], string[]] = [[], [], []]
    const ends: { relay: (text: string) => void; page: (text: string) => void } = {
      relay: () => undefined,
      page: () => undefined,
    }
    const join = {
      relay: () => Object.assign(ends, { relay: offerChannel(target, 'secret', (text) => up.push(text)) }),
      page: () => Object.assign(ends, { page: joinChannel(target, (text) => down.push(text)) }),
    }
    if (first === 'relay') join.relay()
    join.page()
    if (first === 'page') join.relay()
    ends.page('ask')
    ends.relay('tell')
    expect([up, down]).toEqual([['ask'], ['tell']])
    joinChannel(target, (text) => overheard.push(text))
    target.dispatchEvent(new CustomEvent('xln-wallet:offered', { detail: 'another', cancelable: true }))
    ends.relay('tell')
    ends.page('ask')
    expect([up, down, overheard]).toEqual([['ask', 'ask'], ['tell', 'tell'], []])
  })
})

describe('relay', () => {
  type Line = { readonly sent: Ask[]; readonly say: (told: Told) => void; readonly end: () => void; isClosed: boolean }
  const world = () => {
    const time = manualTime(0)
    const lines: Line[] = []
    const heard: Told[] = []
    const state = { isInstalled: true }
    const connect = (): RelayPort => {
      if (!state.isInstalled) throw new Error('Extension context invalidated.')
      const line: Line = { sent: [], isClosed: false, say: () => undefined, end: () => undefined }
      lines.push(line)
      return {
        postMessage: (ask) => void line.sent.push(ask),
        disconnect: () => {
          line.isClosed = true
        },
        onMessage: { addListener: (listener) => Object.assign(line, { say: listener }) },
        onDisconnect: { addListener: (listener) => Object.assign(line, { end: listener }) },
      }
    }
    const relay = createRelay({
      connect,
      schedule: time.schedule,
      toPage: (text) => heard.push(JSON.parse(text) as Told),
    })
    const ask = (id: string): void => relay.fromPage(JSON.stringify({ id, request: '{}' }))
    return { time, lines, heard, relay, ask, state }
  }

  test('a page that never asks has no line, whatever happens', () => {
    const { lines, relay } = world()
    relay.poke()
    relay.hide()
    relay.show()
    relay.fromPage('nonsense')
    expect(lines).toEqual([])
  })

  test('no sign within a second -- another line and the same id; each wait is longer', () => {
    const { time, lines, ask } = world()
    ask('a')
    time.advance(999)
    expect(lines).toHaveLength(1)
    time.advance(1)
    expect(lines.map(({ sent, isClosed }) => [sent.map(({ id }) => id), isClosed])).toEqual([
      [['a'], true],
      [['a'], false],
    ])
    time.advance(1_999)
    expect(lines).toHaveLength(2)
    time.advance(1)
    expect(lines).toHaveLength(3)
    lines[2]?.say({ type: 'ack', id: 'a' })
    time.advance(60_000)
    expect(lines).toHaveLength(3)
  })

  test('a lost line -- what is unanswered is asked again at once; what was answered is not', () => {
    const { lines, heard, ask } = world()
    ask('a')
    ask('b')
    lines[0]?.say({ type: 'ack', id: 'a' })
    lines[0]?.say({ type: 'answer', id: 'a', answer: { result: 1 } })
    lines[0]?.end()
    expect(lines[1]?.sent.map(({ id }) => id)).toEqual(['b'])
    lines[0]?.say({ type: 'answer', id: 'b', answer: { result: 'late' } })
    lines[1]?.say({ type: 'answer', id: 'b', answer: { result: 2 } })
    lines[1]?.end()
    expect(lines).toHaveLength(2)
    expect(heard).toEqual([
      { type: 'answer', id: 'a', answer: { result: 1 } },
      { type: 'answer', id: 'b', answer: { result: 2 } },
    ])
  })

  test('poked, and the line is lost before its first word -- one more is tried, and no third', () => {
    const { lines, relay, ask } = world()
    ask('a')
    lines[0]?.say({ type: 'answer', id: 'a', answer: { result: 1 } })
    lines[0]?.end()
    expect(lines).toHaveLength(1)
    relay.poke()
    lines[1]?.end()
    expect(lines).toHaveLength(3)
    lines[2]?.end()
    expect(lines).toHaveLength(3)
    relay.poke()
    lines[3]?.say({ type: 'state', accounts: [], chainId: '0x1' })
    lines[3]?.end()
    expect(lines).toHaveLength(4)
  })

  test('put aside -- the line is closed; shown again, the question is asked again', () => {
    const { lines, relay, ask } = world()
    ask('a')
    relay.hide()
    expect(lines[0]?.isClosed).toBe(true)
    relay.poke()
    expect(lines).toHaveLength(1)
    relay.show()
    expect(lines[1]?.sent.map(({ id }) => id)).toEqual(['a'])
  })

  test('the extension is replaced -- 4900 for what is open', () => {
    const { lines, heard, ask, state } = world()
    ask('a')
    state.isInstalled = false
    lines[0]?.say({ type: 'ack', id: 'a' })
    lines[0]?.end()
    expect(heard).toMatchObject([{ type: 'answer', id: 'a', answer: { error: { code: 4900 } } }, { type: 'gone' }])
  })
})
