/** Passes a text on, where the system can; nowhere else a button for it. */
import { useUi } from '../../models/ui.ts'
import { Button } from '../../primitives/Button.tsx'

export const Share = ({ value }: { readonly value: string }) => {
  const { text } = useUi()
  // Absent in some browsers, whatever the types say.
  if (!('share' in navigator)) return null
  // Whoever closes the sheet again has shared nothing, and sees that.
  const share = (): void => void navigator.share({ text: value }).catch(() => undefined)
  return <Button onClick={share}>{text('receive.share')}</Button>
}
