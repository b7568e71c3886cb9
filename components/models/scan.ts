/** QR codes (ISO/IEC 18004) out of pictures: a file, something pasted, or what a camera sees. */
import decodeQR from 'qr/decode.js'

export type Pixels = { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray }

/** More pixels only take longer. */
const LONGEST_SIDE = 1_280

/** The text of the code in the picture; null when there is none that can be read. */
export const decodePixels = (pixels: Pixels): string | null => {
  try {
    return decodeQR(pixels)
  } catch {
    return null
  }
}

/** @param source anything a canvas can draw, with its size */
export const pixelsOf = (source: CanvasImageSource, width: number, height: number): Pixels | null => {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height))
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)]
  if (w < 1 || h < 1) return null
  const context = new OffscreenCanvas(w, h).getContext('2d', { willReadFrequently: true })
  if (context === null) return null
  context.drawImage(source, 0, 0, w, h)
  return context.getImageData(0, 0, w, h)
}

/** Null for a file that is no picture, and for a picture without a code. */
export const decodeImage = async (image: Blob): Promise<string | null> => {
  const bitmap = await createImageBitmap(image).catch(() => null)
  if (bitmap === null) return null
  const pixels = pixelsOf(bitmap, bitmap.width, bitmap.height)
  bitmap.close()
  return pixels === null ? null : decodePixels(pixels)
}

/** The first picture among what was pasted. */
export const pastedImage = (clipboard: DataTransfer | null): File | null =>
  [...(clipboard?.files ?? [])].find(({ type }) => type.startsWith('image/')) ?? null
