/**
 * Packs the built extension for a store: the same build gives the same archive, byte for byte.
 *
 *   node .ci/zip.mjs     writes .output/<name>-<version>-chrome.zip, prints its size and SHA-256
 *
 * Plain ZIP (PKWARE APPNOTE 6.3), deflated, entries in code-point order, every date the earliest the format knows.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32, deflateRawSync } from 'node:zlib'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
export const BUILD = join(ROOT, '.output', 'chrome-mv3')
/** 1980-01-01, 00:00. */
const DOS_DATE = 0x21
const DEFLATED = 8
const VERSION = 20

/** @returns {readonly string[]} paths inside the folder, `/`-separated, sorted */
export const filesOf = (/** @type {string} */ folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()

/** What the local header and the central directory have in common. @param {string} name @param {Buffer} content @param {Buffer} packed */
const commonHeader = (name, content, packed) => {
  const header = Buffer.alloc(26)
  header.writeUInt16LE(VERSION, 0)
  header.writeUInt16LE(0x0800, 2)
  header.writeUInt16LE(DEFLATED, 4)
  header.writeUInt16LE(DOS_DATE, 8)
  header.writeUInt32LE(crc32(content), 10)
  header.writeUInt32LE(packed.length, 14)
  header.writeUInt32LE(content.length, 18)
  header.writeUInt16LE(Buffer.byteLength(name), 22)
  return header
}

const signature = (/** @type {number} */ value) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** @returns {Buffer} the archive of a folder */
export const zipOf = (/** @type {string} */ folder) => {
  const locals = []
  const directory = []
  let offset = 0
  for (const name of filesOf(folder)) {
    const content = readFileSync(join(folder, name))
    const packed = deflateRawSync(content, { level: 9 })
    const common = commonHeader(name, content, packed)
    const local = Buffer.concat([signature(0x04034b50), common, Buffer.from(name), packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([signature(0x02014b50), Buffer.from([VERSION, 0]), common, tail, Buffer.from(name)]))
    locals.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(directory.length, 4)
  end.writeUInt16LE(directory.length, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...locals, central, signature(0x06054b50), end])
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const archive = zipOf(BUILD)
  const path = join(ROOT, '.output', `${name}-${version}-chrome.zip`)
  writeFileSync(path, archive)
  console.log(
    `${relative(ROOT, path)}  ${archive.length} bytes  sha256 ${createHash('sha256').update(archive).digest('hex')}`,
  )
}
