/** Named facts, one per line: review, receipt, account. */
import type { ComponentChildren } from 'preact'
import styles from './Facts.module.css'

export type Fact = {
  readonly name: string
  readonly value: ComponentChildren /** Ids and hashes: their own line. */
  readonly long?: boolean
}

export const Facts = ({ facts }: { readonly facts: readonly Fact[] }) => (
  <dl class={styles.facts}>
    {facts.map(({ name, value, long = false }) => (
      <div key={name} class={long ? styles.long : styles.fact}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)
