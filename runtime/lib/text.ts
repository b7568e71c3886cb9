/**
 * Text that people write and other people read: memos, labels, reasons.
 *
 * Contract: readable text is well-formed Unicode without control characters (Cc) and without the bidirectional
 * formatting characters of Unicode Annex 9 that change the order of what surrounds them (U+202A–202E, U+2066–2069):
 * a stranger's memo must not be able to rearrange the amount beside it. Direction marks that only state their own
 * direction stay allowed, and right-to-left scripts need nothing else.
 */
import { isWellFormed } from './bytes.ts'

const REORDERS = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u

export const isReadable = (text: string): boolean => isWellFormed(text) && !REORDERS.test(text)
