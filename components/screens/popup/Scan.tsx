/** An invoice out of a picture: chosen, pasted, or seen by the camera. What is found fills the form, and pays nothing. */
import { useCallback, useEffect, useState } from 'preact/hooks'
import { useEscape } from '../../models/hooks.ts'
import { decodeImage, pastedImage } from '../../models/scan.ts'
import { ENGLISH_OWNER } from '../../models/text-en-owner.ts'
import { useUi } from '../../models/ui.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { Camera } from './Camera.tsx'
import styles from './Scan.module.css'
import screen from './Screen.module.css'

type Props = { readonly onFound: (found: string) => void; readonly onLeave: () => void }

export const Scan = ({ onFound, onLeave }: Props) => {
  const { text, host } = useUi(ENGLISH_OWNER)
  useEscape(onLeave)
  const [isFilming, setFilming] = useState(false)
  const [isEmpty, setEmpty] = useState(false)
  const look = useCallback(
    async (image: Blob): Promise<void> => {
      const found = await decodeImage(image)
      setEmpty(found === null)
      if (found !== null) onFound(found)
    },
    [onFound],
  )
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => {
      const image = pastedImage(event.clipboardData)
      if (image !== null) void look(image)
    }
    document.addEventListener('paste', paste)
    return () => document.removeEventListener('paste', paste)
  }, [look])
  const film = (): void => {
    // The browser shows its question for the camera only in a tab.
    if (host.isPopup) host.openTab('/popup.html#scan')
    else setFilming(true)
  }
  return (
    <main class={screen.screen}>
      <PageHead title={text('scan.heading')} onBack={onLeave} />
      <p class={screen.muted}>{text('scan.lead')}</p>
      <label class={styles.file}>
        {text('scan.choose')}
        <input
          type="file"
          accept="image/*"
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? []
            if (file !== undefined) void look(file)
          }}
        />
      </label>
      {isFilming ? (
        <Camera onFound={onFound} />
      ) : (
        <Button wide onClick={film}>
          {text('scan.camera')}
        </Button>
      )}
      <div class={screen.refusal}>{isEmpty && <Alert>{text('scan.nothing')}</Alert>}</div>
    </main>
  )
}
