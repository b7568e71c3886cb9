/** Hands a file to the browser to save. */
export type SavedFile = { readonly name: string; readonly type: string; readonly text: string }

export const saveFile = ({ name, type, text }: SavedFile): void => {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

/** A name in letters and figures alone. */
export const plainName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
