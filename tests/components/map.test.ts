/** The network map without a screen: where everybody stands, what the camera sees, and how accounts are drawn. */
import { describe, expect, test } from 'vitest'
import {
  type Camera,
  homeCamera,
  orbit,
  pan,
  projection,
  readCamera,
  writeCamera,
  zoom,
} from '../../components/models/map-camera.ts'
import { drawingOf, labelsOf, thicknessOf } from '../../components/models/map-drawing.ts'
import {
  accountsOf,
  choiceOf,
  mirrored,
  type NetworkMap,
  orbitPlace,
  sceneOf,
} from '../../components/models/map-layout.ts'
import { IDS, networkMap, position } from '../support/fixture-frames.ts'

const SCREEN = { width: 600, height: 400 }
const CAMERA: Camera = { position: { x: 0, y: 0, z: 500 }, target: { x: 0, y: 0, z: 0 } }
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)

describe('places around a hub', () => {
  test('the first in front, the second behind, then right and left', () => {
    const rounded = numbers(4)
      .map(orbitPlace)
      .map(({ x, z }) => [Math.round(x) + 0, Math.round(z) + 0])
    expect(rounded).toEqual([
      [0, 200],
      [0, -200],
      [200, 0],
      [-200, 0],
    ])
  })

  test('a hundred -- no two closer than a disc is wide, each circle filled before the next', () => {
    const places = numbers(100).map(orbitPlace)
    const distances = places.flatMap((a, i) => places.slice(i + 1).map((b) => Math.hypot(a.x - b.x, a.z - b.z)))
    expect(Math.min(...distances)).toBeGreaterThan(32)
    expect(places.map(({ radius }) => radius)).toEqual([...places.map(({ radius }) => radius)].sort((a, b) => a - b))
  })

  test('whoever comes later moves nobody', () => {
    const map = networkMap()
    const fewer: NetworkMap = { ...map, entities: map.entities.slice(0, 3), accounts: [] }
    expect(sceneOf(fewer).entities).toEqual(sceneOf(map).entities.slice(0, 3))
  })

  test('the hub stands below its jurisdiction, in the middle', () => {
    const map = networkMap()
    const scene = sceneOf(map)
    const hub = map.entities.findIndex(({ isHub }) => isHub)
    expect(scene.jurisdictions[0]?.at).toEqual({ x: 0, y: 300, z: 0 })
    expect(scene.entities[hub]).toEqual({ x: 0, y: 150, z: 0 })
    expect(scene.jurisdictions[0]?.radii).toEqual([200])
  })
})

describe('the camera', () => {
  test('what it looks at is in the middle, right is right, up is up, and nearer is larger', () => {
    const see = projection(CAMERA, SCREEN)
    expect(see(CAMERA.target)).toEqual({ x: 300, y: 200, scale: 1 })
    expect(see({ x: 100, y: 0, z: 0 })?.x).toBeCloseTo(300 + 100)
    expect(see({ x: 0, y: 100, z: 0 })?.y).toBeCloseTo(200 - 100)
    expect(see({ x: 0, y: 0, z: 250 })?.scale).toBe(2)
  })

  test('nothing behind it is seen', () => {
    expect(projection(CAMERA, SCREEN)({ x: 0, y: 0, z: 600 })).toBe(null)
  })

  test('turned around -- right is left, at the same distance', () => {
    const see = projection(orbit(CAMERA, Math.PI, 0), SCREEN)
    expect(see({ x: 100, y: 0, z: 0 })?.x).toBeLessThan(300)
    expect(see(CAMERA.target)?.scale).toBeCloseTo(1)
  })

  test('it never stands on its head, nor below the ground', () => {
    const { target } = CAMERA
    for (const turn of [-9, 9]) {
      const { position: at } = orbit(CAMERA, 0, turn)
      expect(at.y).toBeGreaterThan(target.y)
      expect(projection(orbit(CAMERA, 0, turn), SCREEN)(target)).not.toBe(null)
    }
  })

  test('moved -- the ground follows the hand', () => {
    const home = homeCamera({ x: 0, y: 0, z: 0 }, 200)
    const seen = projection(pan(home, 40, 0, SCREEN), SCREEN)({ x: 0, y: 0, z: 0 })
    expect(seen?.x).toBeCloseTo(340, 0)
    expect(projection(pan(home, 0, 30, SCREEN), SCREEN)({ x: 0, y: 0, z: 0 })?.y).toBeGreaterThan(215)
  })

  test('closer and back again, within bounds', () => {
    expect(zoom(zoom(CAMERA, 2), 0.5).position.z).toBeCloseTo(zoom(CAMERA, 1).position.z)
    expect(Math.hypot(...Object.values(zoom(CAMERA, 1e9).position))).toBeCloseTo(120)
    expect(Math.hypot(...Object.values(zoom(CAMERA, 1e-9).position))).toBeCloseTo(12_000)
  })

  test('home shows everybody, on a wide screen and on a narrow one', () => {
    const scene = sceneOf(networkMap())
    for (const screen of [SCREEN, { width: 280, height: 320 }, { width: 900, height: 300 }]) {
      const see = projection(homeCamera(scene.centre, scene.radius), screen)
      for (const at of scene.entities) {
        const { x, y } = see(at) ?? { x: -1, y: -1 }
        expect([x > 0, x < screen.width, y > 0, y < screen.height]).toEqual([true, true, true, true])
      }
    }
  })

  test('kept as text and read back; anything else is no camera', () => {
    const camera = homeCamera({ x: 10, y: 20, z: -30 }, 200)
    const text = writeCamera(camera)
    expect(writeCamera(readCamera(text) ?? CAMERA)).toBe(text)
    for (const wrong of [
      undefined,
      '',
      '1 2 3',
      `${text} 4`,
      'a b c d e f',
      '0 0 0 0 0 0',
      '0 -500 0 0 0 0',
      '1e9 0 0 0 0 0',
    ])
      expect(readCamera(wrong)).toBe(null)
  })
})

describe('accounts', () => {
  test('each doubling of the capacity is a pixel, from five to fourteen; none is a line', () => {
    expect([1_024n, 512n, 256n, 1n, 0n].map((capacity) => thicknessOf(capacity, 1_024n))).toEqual([14, 13, 12, 5, 1])
  })

  test('seen from the other side and back again', () => {
    const seen = position({ held: 7n, ownDebt: 3n })
    expect(mirrored(mirrored(seen))).toEqual(seen)
    expect(mirrored(seen)).toMatchObject({ outbound: seen.inbound, inbound: seen.outbound, heldInbound: 7n })
  })

  test('drawn between its two sides, LEFT’s share first, no slice beside it', () => {
    const map = networkMap()
    const scene = sceneOf(map)
    const drawing = drawingOf(map, scene, homeCamera(scene.centre, scene.radius), SCREEN)
    expect(drawing.discs).toHaveLength(5)
    expect(drawing.ribbons).toHaveLength(4)
    expect(drawing.discs.map(({ scale }) => scale)).toEqual([...drawing.discs.map(({ scale }) => scale)].sort())
    for (const { slices, length, seam } of drawing.ribbons) {
      expect(slices[0]?.from).toBe(0)
      expect(slices.at(-1)?.to).toBe(length)
      expect(slices.map(({ kind }) => kind)).toEqual(['outCredit', 'outCollateral', 'inCollateral', 'inCredit'])
      expect(seam).toBe(slices[2]?.from)
    }
  })

  test('names -- on the screen, not over each other, the important ones first', () => {
    const map = networkMap()
    const scene = sceneOf(map)
    const drawing = drawingOf(map, scene, homeCamera(scene.centre, scene.radius), SCREEN)
    expect(labelsOf(map, drawing, SCREEN, [2]).map(({ index }) => index)[0]).toBe(2)
    const large = { width: 900, height: 640 }
    const roomy = drawingOf(map, scene, homeCamera(scene.centre, scene.radius), large)
    expect(
      labelsOf(map, roomy, large, [])
        .map(({ text }) => text)
        .sort(),
    ).toEqual(['Alice', 'Bakery', 'Bob', 'Hub', 'You'])
    const tiny = { width: 60, height: 400 }
    const crowded = labelsOf(map, drawingOf(map, scene, homeCamera(scene.centre, scene.radius), tiny), tiny, [0])
    expect(crowded.length).toBeLessThan(5)
    expect(crowded[0]?.index).toBe(0)
  })

  test('of one entity -- all of them, as it sees them', () => {
    const map = networkMap()
    const hub = map.entities.findIndex(({ isHub }) => isHub)
    const you = map.entities.findIndex(({ isOwn }) => isOwn)
    expect(accountsOf(map, hub).map(({ other }) => other.label)).toEqual(['You', 'Bob', 'Alice', 'Bakery'])
    const [own] = accountsOf(map, you)
    expect(own?.position).toEqual(mirrored(accountsOf(map, hub)[0]?.position ?? position()))
  })

  test('chosen from the side of whoever is selected, else the owner’s, else of somebody who lives here', () => {
    const map = networkMap()
    const [account] = map.accounts
    const last = map.accounts.at(-1)
    if (account === undefined || last === undefined) throw new Error('the fixture has accounts')
    const mine = { selectedEntityId: IDS.you, selectedAccountId: IDS.hub }
    expect(choiceOf(map, account, undefined)).toEqual(mine)
    expect(choiceOf(map, account, IDS.you)).toEqual(mine)
    expect(choiceOf(map, account, IDS.hub)).toEqual({ selectedEntityId: IDS.hub, selectedAccountId: IDS.you })
    expect(choiceOf(map, last, IDS.you)).toEqual({ selectedEntityId: IDS.hub, selectedAccountId: IDS.bakery })
    const strangers = { ...map, entities: map.entities.map((entity) => ({ ...entity, isHere: false, isOwn: false })) }
    expect(choiceOf(strangers, account, undefined)).toBe(null)
  })
})
