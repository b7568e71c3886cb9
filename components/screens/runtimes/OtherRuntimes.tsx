/** Where the runtime of a page is not there: the others, the one used last first. */
import { useAction } from '../../models/action.ts'
import { RUNTIME_WORDS } from '../../models/runtimes.ts'
import { ENGLISH_RUNTIMES } from '../../models/text-en-runtimes.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import styles from './Runtimes.module.css'

export const OtherRuntimes = () => {
  const { session, host, text } = useUi(ENGLISH_RUNTIMES)
  const choosing = useAction(RUNTIME_WORDS)
  const choose = (id: string): void =>
    void choosing.run(
      () => session.rpc('runtime.select', { id }),
      () => host.showRuntime(id),
    )
  return (
    <>
      <ul class={styles.others} aria-label={text('runtimes.menu')}>
        {session.hostStatus.value?.runtimes.map(({ id, name }, index) => (
          <li key={id}>
            <Button
              look={index === 0 ? 'filled' : 'plain'}
              wide
              disabled={choosing.busy.value}
              onClick={() => choose(id)}
            >
              {text('runtimes.open', { name })}
            </Button>
          </li>
        ))}
      </ul>
      {choosing.refusal.value !== null && <Alert>{inOneLine(choosing.refusal.value)}</Alert>}
    </>
  )
}
