/** A screen whose code is fetched when it is first shown: what most visits never open does not slow them down. */
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** Shows nothing for the moment the code takes, and nothing at all should it never come. */
export const lazy = <P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> => {
  const code: { shown: ComponentType<P> | null } = { shown: null }
  return (props: P) => {
    const [, redraw] = useState(false)
    useEffect(() => {
      if (code.shown !== null) return
      load().then(
        (Screen) => {
          code.shown = Screen
          redraw(true)
        },
        () => undefined,
      )
    }, [])
    const Screen = code.shown
    return Screen === null ? null : <Screen {...props} />
  }
}
