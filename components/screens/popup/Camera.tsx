/** What the camera sees, looked through for a code a few times a second. Asked for at the press, ended with the screen. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { decodePixels, pixelsOf } from '../../models/scan.ts'
import { useUi } from '../../models/ui.ts'
import { Alert } from '../../primitives/Alert.tsx'
import styles from './Scan.module.css'

const LOOK_EVERY_MS = 150

export const Camera = ({ onFound }: { readonly onFound: (found: string) => void }) => {
  const { text } = useUi()
  const video = useRef<HTMLVideoElement>(null)
  const [isRefused, setRefused] = useState(false)
  useEffect(() => {
    const end = new AbortController()
    const look = (): void => {
      const seen = video.current
      const pixels = seen === null ? null : pixelsOf(seen, seen.videoWidth, seen.videoHeight)
      const found = pixels === null ? null : decodePixels(pixels)
      if (found !== null) onFound(found)
    }
    const watch = async (): Promise<void> => {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
      const stop = (): void => {
        for (const track of stream.getTracks()) track.stop()
      }
      if (end.signal.aborted || video.current === null) return stop()
      video.current.srcObject = stream
      await video.current.play()
      const timer = setInterval(look, LOOK_EVERY_MS)
      end.signal.addEventListener('abort', () => {
        clearInterval(timer)
        stop()
      })
    }
    watch().catch(() => setRefused(!end.signal.aborted))
    return () => end.abort()
  }, [onFound])
  if (isRefused) return <Alert>{text('scan.noCamera')}</Alert>
  return <video ref={video} class={styles.video} aria-label={text('scan.video')} muted playsInline />
}
