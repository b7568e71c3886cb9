/** The payment links made before: what each asks for, its code again, and taking it back. */
import { useEffect, useMemo, useState } from 'preact/hooks'
import { useAction } from '../../models/action.ts'
import { useEscape } from '../../models/hooks.ts'
import { followOffers, type OfferView } from '../../models/offers.ts'
import { wordsOfError } from '../../models/refusals.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { CopyButton } from '../../primitives/CopyButton.tsx'
import { Figure } from '../../primitives/Figure.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { Qr } from '../../primitives/Qr.tsx'
import { RowButton } from '../../primitives/RowButton.tsx'
import { Skeleton } from '../../primitives/Skeleton.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import styles from './Receive.module.css'
import screen from './Screen.module.css'
import { Share } from './Share.tsx'

const SKELETON = [56, 56]

/** What a link asks for, in a few words. */
const useWhat = (): ((offer: OfferView) => string) => {
  const { session, text, format } = useUi()
  return ({ amount, tokenId }) => {
    const token = session.tokenOf(tokenId)
    return amount === null ? text('receive.anyAmount', { symbol: token.symbol }) : format.money(amount, token, 'exact')
  }
}

type WithdrawProps = { readonly offer: OfferView; readonly onKeep: () => void; readonly onGone: () => void }

/** There is no way back: who follows the link is told that it is withdrawn. */
const Sure = ({ offer, onKeep, onGone }: WithdrawProps) => {
  const { session, text } = useUi()
  const action = useAction()
  const entityId = session.entity.value?.entityId ?? ''
  const { offerId } = offer
  const withdraw = (): void =>
    void action.run((commandId) => session.rpc('offer.withdraw', { commandId, entityId, offerId }), onGone)
  return (
    <div class={screen.actions}>
      <p>{text('receive.withdrawSure')}</p>
      {action.refusal.value !== null && <Alert>{inOneLine(action.refusal.value)}</Alert>}
      <div class={styles.two}>
        <Button disabled={action.busy.value} onClick={withdraw}>
          {text('receive.withdrawYes')}
        </Button>
        <Button onClick={onKeep}>{text('receive.withdrawNo')}</Button>
      </div>
    </div>
  )
}

const One = ({ offer, onLeave }: { readonly offer: OfferView; readonly onLeave: () => void }) => {
  const { session, text } = useUi()
  const [isSure, setSure] = useState(false)
  const { link, amount, tokenId, memo } = offer
  const what = useWhat()(offer)
  return (
    <main class={`${screen.screen} ${styles.made}`}>
      <PageHead title={text('receive.link')} onBack={onLeave} isSmall />
      {amount === null ? <p>{what}</p> : <Figure value={amount} token={session.tokenOf(tokenId)} />}
      {memo !== '' && <p class={`${screen.muted} ${screen.small}`}>{memo}</p>}
      <Qr value={link} label={text('receive.linkQr')} />
      {!isSure && <TextField label={text('receive.link')} value={link} mono readOnly />}
      {isSure ? (
        <Sure offer={offer} onKeep={() => setSure(false)} onGone={onLeave} />
      ) : (
        <div class={`${screen.actions} ${styles.two}`}>
          <CopyButton value={link} label={text('receive.copyLink')} />
          <Share value={link} />
          <Button disabled={session.isReadOnly.value} onClick={() => setSure(true)}>
            {text('receive.withdraw')}
          </Button>
        </div>
      )}
    </main>
  )
}

export const OwnOffers = ({ onLeave }: { readonly onLeave: () => void }) => {
  const { session, text, format } = useUi()
  const followed = useMemo(() => followOffers(session), [session])
  useEffect(() => followed.start(), [followed])
  const [openId, setOpenId] = useState<string | null>(null)
  const what = useWhat()
  const listed = followed.value.value
  const offers = listed?.offers ?? []
  const open = offers.find(({ offerId }) => offerId === openId)
  const leave = open === undefined ? onLeave : (): void => setOpenId(null)
  useEscape(leave)
  if (open !== undefined) return <One offer={open} onLeave={leave} />
  const error = followed.error.value
  const context = { text, format, tokens: [], tokenId: null }
  return (
    <main class={screen.screen}>
      <PageHead title={text('receive.offers')} onBack={onLeave} />
      {listed === null && error === null && <Skeleton heights={SKELETON} />}
      {error !== null && <Alert>{inOneLine(wordsOfError(error, false, context))}</Alert>}
      {listed?.total === 0 && (
        <div class={styles.none}>
          <p>{text('receive.noOffers')}</p>
          <Button onClick={onLeave}>{text('receive.makeOffer')}</Button>
        </div>
      )}
      <ul aria-label={text('receive.offers')}>
        {offers.map((offer) => (
          <li key={offer.offerId}>
            <RowButton onClick={() => setOpenId(offer.offerId)}>
              <span class={styles.offer}>
                <span>{what(offer)}</span>
                {offer.memo !== '' && <span class={styles.memo}>{offer.memo}</span>}
              </span>
            </RowButton>
          </li>
        ))}
      </ul>
      {listed !== null && listed.total > offers.length && (
        <p class={screen.muted}>
          {text('receive.moreOffers', { shown: format.count(offers.length), count: listed.total })}
        </p>
      )}
    </main>
  )
}
