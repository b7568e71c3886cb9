/**
 * What can go wrong around the wallet, brought about for real: another window that holds the runtime, a database that
 * is gone. Each leaves a wallet that is unlocked, and a worker that starts with the next page.
 */
import type { Page } from '@playwright/test'
import type { Extension } from './support/browser.ts'

const WRITER_LOCK = 'xln-runtime-lock:simnet'
const DATABASE = 'xln-simnet'

type Holding = { release?: () => void }

/** A page of the extension that asks nothing of it: what it does, another window of the wallet could do. */
export const openBystander = async (extension: Extension): Promise<Page> => {
  const page = await extension.context().newPage()
  await page.goto(`chrome-extension://${extension.id}/icon/128.png`)
  return page
}

/** Nobody asks for the worker any more, and it is gone. */
const standStill = async (extension: Extension, bystander: Page): Promise<void> => {
  for (const page of extension.context().pages()) if (page !== bystander) await page.close()
  await extension.killWorker()
}

/** Every page is closed. @returns what gives the runtime free again */
export const holdRuntime = async (extension: Extension): Promise<() => Promise<void>> => {
  const bystander = await openBystander(extension)
  await standStill(extension, bystander)
  await bystander.evaluate(
    (name) =>
      new Promise<void>((held) => {
        void navigator.locks.request(name, () => {
          held()
          return new Promise<void>((release) => {
            ;(globalThis as Holding).release = release
          })
        })
      }),
    WRITER_LOCK,
  )
  return async () => {
    await bystander.evaluate(() => (globalThis as Holding).release?.())
    await bystander.close()
  }
}

/** Every page is closed, and a later version of the wallet has written the database. */
export const outdate = async (extension: Extension): Promise<void> => {
  const bystander = await openBystander(extension)
  await standStill(extension, bystander)
  await bystander.evaluate(
    (name) =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open(name, 1_000)
        request.onsuccess = () => {
          request.result.close()
          resolve()
        }
        request.onerror = () => reject(request.error)
      }),
    DATABASE,
  )
  await extension.open('welcome.html')
  await bystander.close()
}

/** Every page is closed, and the history of the wallet is no longer on this device. */
export const loseDatabase = async (extension: Extension): Promise<void> => {
  const bystander = await openBystander(extension)
  await standStill(extension, bystander)
  await bystander.evaluate(
    (name) =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.deleteDatabase(name)
        request.onsuccess = () => resolve()
        request.onerror = () => reject(request.error)
      }),
    DATABASE,
  )
  await extension.open('welcome.html')
  await bystander.close()
}
