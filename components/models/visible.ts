/**
 * Text of strangers, made safe to look at: what has no shape of its own (controls, direction changes, zero-width and
 * other format characters, line and paragraph breaks, halves of pairs) is shown by its code point, so that it can
 * neither hide nor rearrange anything. https://www.unicode.org/reports/tr36/
 */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|[\u115f\u1160\u3164\uffa0]|\p{Variation_Selector}|\u034f|\u17b4|\u17b5/gu

/** `⟨U+202E⟩` for each. */
export const visible = (text: string): string =>
  text.replace(INVISIBLE, (character) => {
    const code = character.codePointAt(0) ?? 0
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
  })
