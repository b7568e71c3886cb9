/**
 * Every primitive in every state, in light and in dark, for those who work on them: development builds only. Its words
 * are for them and no part of the wallet's own, so they stand here and not in the table.
 */
import { Search } from 'lucide'
import type { ComponentChildren } from 'preact'
import { useId, useState } from 'preact/hooks'
import type { Precision } from '../../models/format.ts'
import { ENGLISH_OWNER } from '../../models/text-en-owner.ts'
import { type Ui, UiContext } from '../../models/ui.ts'
import { AccountChip } from '../../primitives/AccountChip.tsx'
import { Address } from '../../primitives/Address.tsx'
import { Alert } from '../../primitives/Alert.tsx'
import { Amount } from '../../primitives/Amount.tsx'
import { Button, LinkButton, type Look } from '../../primitives/Button.tsx'
import { CopyButton } from '../../primitives/CopyButton.tsx'
import { Dialog } from '../../primitives/Dialog.tsx'
import { Disclosure } from '../../primitives/Disclosure.tsx'
import { EntityId } from '../../primitives/EntityId.tsx'
import { Facts } from '../../primitives/Facts.tsx'
import { Figure } from '../../primitives/Figure.tsx'
import { Icon } from '../../primitives/Icon.tsx'
import { Identicon } from '../../primitives/Identicon.tsx'
import { Key } from '../../primitives/Key.tsx'
import { LongId } from '../../primitives/LongId.tsx'
import { Mark } from '../../primitives/Mark.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { Pages } from '../../primitives/Pages.tsx'
import { Qr } from '../../primitives/Qr.tsx'
import { RowButton } from '../../primitives/RowButton.tsx'
import { Seam } from '../../primitives/Seam.tsx'
import { Select } from '../../primitives/Select.tsx'
import { Skeleton } from '../../primitives/Skeleton.tsx'
import { Sparkline } from '../../primitives/Sparkline.tsx'
import { Status } from '../../primitives/Status.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import { Toggle } from '../../primitives/Toggle.tsx'
import { TokenIcon } from '../../primitives/TokenIcon.tsx'
import { PhraseWords } from '../../primitives/Words.tsx'
import styles from './Gallery.module.css'
import { States } from './States.tsx'
import { AMOUNT, FIGURES, HASH, KNOWN, LINK, PEOPLE, POSITIONS, TEST_DOLLAR, TINY, UNKNOWN } from './samples.ts'

const LOOKS: readonly Look[] = ['filled', 'plain', 'quiet', 'danger']
const PRECISIONS: readonly Precision[] = ['down', 'up', 'exact', 'short']
const SIGNS = ['plus', 'minus', 'none'] as const
const TONES = ['danger', 'caution'] as const
const WORDS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']

const Primitive = ({ name, children }: { readonly name: string; readonly children: ComponentChildren }) => (
  <section class={styles.primitive} aria-label={name}>
    <h2>{name}</h2>
    {children}
  </section>
)

const State = ({ name, children }: { readonly name: string; readonly children: ComponentChildren }) => (
  <div class={`${styles.state} ${styles.fills}`}>
    <p class={styles.name}>{name}</p>
    <div>{children}</div>
  </div>
)

const Buttons = () => (
  <Primitive name="Button">
    {LOOKS.map((look) => (
      <State key={look} name={look}>
        <Button look={look}>Press</Button>{' '}
        <Button look={look} disabled>
          Disabled
        </Button>
      </State>
    ))}
    <State name="wide">
      <Button wide>Wide</Button>
    </State>
    <State name="link">
      <LinkButton href="#">Link</LinkButton>
    </State>
    <State name="with a Key">
      <Button>
        Pay
        <Key of="S" />
      </Button>
    </State>
  </Primitive>
)

const Rows = () => (
  <Primitive name="RowButton">
    <State name="of two">
      <RowButton onClick={() => undefined}>Change password</RowButton>
      <RowButton onClick={() => undefined}>Connected sites</RowButton>
    </State>
  </Primitive>
)

const Fields = () => {
  const [value, setValue] = useState('Some text')
  const errorId = useId()
  const common = { value, onInput: setValue }
  return (
    <Primitive name="TextField">
      <TextField label="Plain" {...common} />
      <TextField label="With a hint" hint="What to type" {...common} />
      <TextField label="With an error" invalid errorId={errorId} {...common} />
      <Alert id={errorId}>This is not an amount.</Alert>
      <TextField label="With an aside" aside={<Button look="quiet">Max</Button>} {...common} />
      <TextField label="Password" kind="password" {...common} />
      <TextField label="Search" kind="search" {...common} />
      <TextField label="Read-only" readOnly value={value} />
      <TextField label="Mono, of several rows" rows={3} mono {...common} />
    </Primitive>
  )
}

const Choices = () => {
  const [value, setValue] = useState(1)
  const [checked, setChecked] = useState(true)
  const options = KNOWN.map(({ tokenId, symbol }) => ({ value: tokenId, label: symbol }))
  return (
    <>
      <Primitive name="Select">
        <Select label="Plain" value={value} options={options} onChange={setValue} />
        <Select label="With a hint" hint="What it changes" value={value} options={options} onChange={setValue} />
      </Primitive>
      <Primitive name="Toggle">
        <Toggle label="On" checked={checked} onChange={setChecked} />
        <Toggle label="Off" checked={!checked} onChange={(off) => setChecked(!off)} />
      </Primitive>
    </>
  )
}

const Question = () => {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <Primitive name="Dialog">
      <Button onClick={() => setIsOpen(true)}>Ask</Button>
      {isOpen && (
        <Dialog title="Delete Simnet?" onClose={() => setIsOpen(false)}>
          <p>Its history is gone for good.</p>
          <Button onClick={() => setIsOpen(false)}>Keep it</Button>
        </Dialog>
      )}
    </Primitive>
  )
}

const Sayings = () => (
  <>
    <Primitive name="Alert">
      {TONES.map((tone) => (
        <State key={tone} name={tone}>
          <Alert tone={tone}>Hub cannot be reached. Nothing left your wallet. Try again.</Alert>
        </State>
      ))}
    </Primitive>
    <Primitive name="Status">
      <Status name="Paid">Paid</Status>
    </Primitive>
    <Primitive name="Skeleton">
      <State name="loading">
        <Skeleton heights={[48, 12]} />
      </State>
    </Primitive>
    <Primitive name="Disclosure">
      <Disclosure summary="Details">Frames and hashes</Disclosure>
    </Primitive>
    <Primitive name="PageHead">
      <PageHead title="Without a way back" takesFocus={false} />
      <PageHead title="With a way back" takesFocus={false} onBack={() => undefined} />
    </Primitive>
    <Primitive name="Pages">
      <Pages label="Pages" where="Page 1 of 3" page={1} totalPages={3} onTurn={() => undefined} />
      <Pages label="Many pages" where="Page 60 of 120" page={60} totalPages={120} onTurn={() => undefined} />
    </Primitive>
  </>
)

const Figures = () => (
  <>
    <Primitive name="Amount">
      {PRECISIONS.map((precision) => (
        <State key={precision} name={precision}>
          <Amount value={AMOUNT} token={TEST_DOLLAR} precision={precision} />
          {' · '}
          <Amount value={TINY} token={TEST_DOLLAR} precision={precision} />
        </State>
      ))}
      {SIGNS.map((sign) => (
        <State key={sign} name={`sign: ${sign}`}>
          <Amount value={AMOUNT} token={TEST_DOLLAR} sign={sign} />
        </State>
      ))}
    </Primitive>
    <Primitive name="Figure">
      {FIGURES.map((value) => (
        <State key={value} name={`of ${value.toString().length} digits`}>
          <Figure value={value} token={TEST_DOLLAR} />
        </State>
      ))}
    </Primitive>
    <Primitive name="Seam">
      {POSITIONS.map(({ name, position, after }) => (
        <State key={name} name={name}>
          <Seam position={position} after={after} token={TEST_DOLLAR} />
        </State>
      ))}
    </Primitive>
    <Primitive name="Sparkline">
      <State name="points">
        <Sparkline points={[1n, 4n, 2n, 8n]} label="From 1 to 8" />
      </State>
    </Primitive>
    <Primitive name="Facts">
      <State name="short and long">
        <Facts
          facts={[
            { name: 'To', value: 'Bob' },
            { name: 'Payment id', value: <LongId value={HASH} label="Copy the payment id" />, long: true },
          ]}
        />
      </State>
    </Primitive>
  </>
)

const Names = () => (
  <>
    <Primitive name="TokenIcon">
      {[...KNOWN, UNKNOWN].map((token) => (
        <State key={token.tokenId} name={token.symbol}>
          <TokenIcon token={token} isKnown={token !== UNKNOWN} />
        </State>
      ))}
    </Primitive>
    <Primitive name="Identicon">
      {PEOPLE.map(({ id, name }) => (
        <State key={id} name={name}>
          <Identicon id={id} />
          <Identicon id={id} large />
        </State>
      ))}
    </Primitive>
    <Primitive name="AccountChip">
      <AccountChip id={HASH} name="You" />
    </Primitive>
    <Primitive name="Address">
      <Address address={HASH.slice(0, 42)} label="Copy the address" />
    </Primitive>
    <Primitive name="EntityId">
      <EntityId id={HASH} name="Bob" />
    </Primitive>
    <Primitive name="LongId">
      <LongId value={HASH} label="Copy the hash" />
    </Primitive>
    <Primitive name="CopyButton">
      <CopyButton value={LINK} label="Copy link" />
      <CopyButton value={LINK} label="Copy link as an icon" iconOnly />
    </Primitive>
  </>
)

const Signs = () => (
  <>
    <Primitive name="Key">
      <Key of="S" />
    </Primitive>
    <Primitive name="Icon">
      <Icon of={Search} />
    </Primitive>
    <Primitive name="Mark">
      <Mark />
    </Primitive>
    <Primitive name="Qr">
      <Qr value={LINK} label="Invoice QR code" />
    </Primitive>
    <Primitive name="Words">
      <State name="revealed">
        <PhraseWords words={WORDS} />
      </State>
      <State name="not yet">
        <PhraseWords words={null} />
      </State>
    </Primitive>
  </>
)

const Side = ({ name, look }: { readonly name: string; readonly look: string | undefined }) => (
  <section class={`${styles.side} ${look}`} aria-label={name}>
    <h1>{name}</h1>
    <Buttons />
    <Rows />
    <Fields />
    <Choices />
    <Question />
    <Sayings />
    <Figures />
    <Names />
    <Signs />
  </section>
)

export const Gallery = ({ ui }: { readonly ui: Ui }) => {
  ui.text.add(ENGLISH_OWNER)
  return (
    <UiContext.Provider value={ui}>
      <main class={styles.gallery}>
        <Side name="Light" look={styles.light} />
        <Side name="Dark" look={styles.dark} />
        <States name="States, light" look={styles.light} />
        <States name="States, dark" look={styles.dark} />
      </main>
    </UiContext.Provider>
  )
}
