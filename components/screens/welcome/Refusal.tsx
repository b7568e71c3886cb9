/** What is wrong with a step, in one alert; room for it is kept, so that it moves nothing. */
import type { WelcomeModel } from '../../models/welcome.ts'
import { Alert } from '../../primitives/Alert.tsx'
import styles from './Welcome.module.css'

export const Refusal = ({ welcome, id }: { readonly welcome: WelcomeModel; readonly id: string }) => {
  const message = welcome.faults.value[0]?.message
  return <div class={styles.refusal}>{message !== undefined && <Alert id={id}>{message}</Alert>}</div>
}

export const isFaulty = (welcome: WelcomeModel, field: string): boolean =>
  welcome.faults.value.some((fault) => fault.field === field)
