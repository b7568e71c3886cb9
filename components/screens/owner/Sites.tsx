/** Connected sites: who sees what since when, and one press that ends it. A screen of the popup, a part of the side panel. */
import { Fragment } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useAction } from '../../models/action.ts'
import { shortId } from '../../models/copy.ts'
import { useDelayed, useEscape } from '../../models/hooks.ts'
import { wordsOfError } from '../../models/refusals.ts'
import { followSites, type Site } from '../../models/sites.ts'
import { ENGLISH_SITES } from '../../models/text-en-sites.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { CopyButton } from '../../primitives/CopyButton.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { Skeleton } from '../../primitives/Skeleton.tsx'
import { Status } from '../../primitives/Status.tsx'
import screen from '../popup/Screen.module.css'
import styles from './Sites.module.css'

const SPINNER_AFTER_MS = 300
const SKELETON = [168, 168]
const NEW_TAB = 'chrome://newtab/'

/** Where it may break, if it must. */
const partsOf = (origin: string): readonly string[] => origin.split(/(?<=\/\/|\.)/)

const Given = ({ site }: { readonly site: Site }) => {
  const { session, text, format } = useUi()
  const frame = session.frameView.value
  const { origin, addresses, runtimeId, entityId, chainId, firstSeen, lastUsed } = site
  const entity = frame?.entities.find((known) => known.entityId === entityId)?.label ?? shortId(entityId)
  const chain = frame?.jurisdictions.find((known) => known.chainId === chainId)?.name ?? String(chainId)
  const time = (atMs: number) => <time title={format.fullMoment(atMs)}>{format.moment(atMs, Date.now())}</time>
  return (
    <dl class={styles.given}>
      <dt>{text('sites.address')}</dt>
      {addresses.map((address) => (
        <dd key={address} class={styles.address}>
          <code title={address}>{shortId(address)}</code>
          <CopyButton value={address} label={text('sites.copyAddress', { site: origin })} iconOnly />
        </dd>
      ))}
      {addresses.length === 0 && <dd>{text('sites.nothing', { runtime: runtimeId })}</dd>}
      <dt>{text('sites.entity')}</dt>
      <dd title={entityId}>{entity}</dd>
      <dt>{text('sites.chain')}</dt>
      <dd title={String(chainId)}>{chain}</dd>
      <dt>{text('sites.first')}</dt>
      <dd>{time(firstSeen)}</dd>
      <dt>{text('sites.last')}</dt>
      <dd>{time(lastUsed)}</dd>
    </dl>
  )
}

const Row = ({ site, onRevoke }: { readonly site: Site; readonly onRevoke: () => void }) => {
  const { text } = useUi()
  return (
    <li class={styles.site}>
      <div class={styles.head}>
        <p class={styles.origin}>
          {partsOf(site.origin).map((part, index) => (
            <Fragment key={index}>
              {part}
              <wbr />
            </Fragment>
          ))}
        </p>
        <Button title={site.origin} onClick={onRevoke}>
          {text('sites.revoke')}
        </Button>
      </div>
      <Given site={site} />
    </li>
  )
}

const None = () => {
  const { host, text } = useUi()
  return (
    <div class={styles.none}>
      <p>{text('sites.empty')}</p>
      <Button onClick={() => host.openTab(NEW_TAB)}>{text('sites.open')}</Button>
    </div>
  )
}

const List = () => {
  const { session, text, format } = useUi()
  const followed = useMemo(() => followSites(session), [session])
  useEffect(() => followed.start(), [followed])
  const action = useAction()
  const [revoked, setRevoked] = useState<string | null>(null)
  const said = useRef<HTMLDivElement>(null)
  const sites = followed.value.value?.sites ?? null
  const failure = followed.error.value
  const isSlow = useDelayed(sites === null && failure === null, SPINNER_AFTER_MS)
  const revoke = ({ origin }: Site): void =>
    void action.run(
      () => session.rpc('sites.revoke', { origin }),
      () => {
        setRevoked(origin)
        // The button that was pressed goes with its site.
        said.current?.focus()
      },
    )
  const refusal =
    failure === null ? action.refusal.value : wordsOfError(failure, false, { text, format, tokens: [], tokenId: null })
  return (
    <>
      {sites?.length === 0 && <None />}
      {sites !== null && sites.length > 0 && (
        <>
          <p class={screen.muted}>{text('sites.lead')}</p>
          <ul aria-label={text('sites.heading')} class={styles.sites}>
            {sites.map((site) => (
              <Row key={site.origin} site={site} onRevoke={() => revoke(site)} />
            ))}
          </ul>
        </>
      )}
      {isSlow && <Skeleton heights={SKELETON} />}
      {refusal !== null && <Alert>{inOneLine(refusal)}</Alert>}
      <div ref={said} tabIndex={-1} class={styles.said}>
        <Status>{revoked !== null && text('sites.revoked', { site: revoked })}</Status>
      </div>
    </>
  )
}

export const SitesScreen = ({ onLeave }: { readonly onLeave: () => void }) => {
  const { text } = useUi(ENGLISH_SITES)
  useEscape(onLeave)
  return (
    <main class={screen.screen}>
      <PageHead title={text('sites.heading')} onBack={onLeave} />
      <List />
    </main>
  )
}

/** Under a heading of the page it stands on. */
export const SitesSection = () => {
  const { text } = useUi(ENGLISH_SITES)
  return (
    <section class={styles.section} aria-label={text('sites.heading')}>
      <h2>{text('sites.heading')}</h2>
      <List />
    </section>
  )
}
