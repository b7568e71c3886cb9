/**
 * A button, or a link that looks like one. `filled` is for the one action a screen is about; `quiet` has no edge;
 * `danger` is for what cannot be undone.
 */
import type { ComponentChildren, JSX } from 'preact'
import styles from './Button.module.css'

export type Look = 'filled' | 'plain' | 'quiet' | 'danger'

type Props = Omit<JSX.IntrinsicElements['button'], 'class'> & {
  readonly look?: Look
  readonly wide?: boolean
  readonly children: ComponentChildren
}

const classOf = (look: Look, wide: boolean): string => [styles.button, styles[look], wide ? styles.wide : ''].join(' ')

export const Button = ({ look = 'plain', wide = false, type = 'button', children, ...rest }: Props) => (
  <button type={type} class={classOf(look, wide)} {...rest}>
    {children}
  </button>
)

export const LinkButton = ({
  look = 'plain',
  wide = false,
  href,
  target,
  children,
}: {
  readonly look?: Look
  readonly wide?: boolean
  readonly href: string
  readonly target?: '_blank'
  readonly children: ComponentChildren
}) => (
  <a class={classOf(look, wide)} href={href} target={target}>
    {children}
  </a>
)
