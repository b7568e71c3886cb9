/** Where the owner is: the entity's id, as a code to be scanned, and the address on the chain. */
import { useEffect, useMemo } from 'preact/hooks'
import type { EntityReplicaFull } from '../../../runtime/radapter/types.ts'
import { useEscape } from '../../models/hooks.ts'
import { followPurse } from '../../models/offers.ts'
import { useUi } from '../../models/ui.ts'
import { Address } from '../../primitives/Address.tsx'
import { CopyButton } from '../../primitives/CopyButton.tsx'
import { EntityId } from '../../primitives/EntityId.tsx'
import { Facts } from '../../primitives/Facts.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { Qr } from '../../primitives/Qr.tsx'
import styles from './Receive.module.css'
import screen from './Screen.module.css'
import { Share } from './Share.tsx'

/** Of whoever has several, each has an id of its own; the address is the wallet's. */
const OnChain = () => {
  const { session, text } = useUi()
  const purse = useMemo(() => followPurse(session), [session])
  useEffect(() => purse.start(), [purse])
  const address = purse.value.value?.address
  if (address !== undefined) return <Address address={address} label={text('receive.copyAddress')} />
  return <span class={screen.muted}>{purse.error.value === null ? '…' : text('receive.addressUnknown')}</span>
}

type Props = { readonly entity: EntityReplicaFull; readonly onLeave: () => void }

export const OwnAddress = ({ entity, onLeave }: Props) => {
  const { text } = useUi()
  const { entityId, label } = entity
  useEscape(onLeave)
  return (
    <main class={`${screen.screen} ${styles.made}`}>
      <PageHead title={text('receive.address')} onBack={onLeave} />
      <p class={`${screen.muted} ${screen.small}`}>{text('receive.addressLead')}</p>
      <Qr value={entityId} label={text('receive.idQr')} />
      <Facts
        facts={[
          { name: text('receive.yourId'), value: <EntityId id={entityId} name={label} /> },
          { name: text('receive.onChain'), value: <OnChain /> },
        ]}
      />
      <p class={`${screen.muted} ${screen.small}`}>{text('receive.onChainHint')}</p>
      <div class={`${screen.actions} ${styles.two}`}>
        <CopyButton value={entityId} label={text('receive.copyId')} />
        <Share value={entityId} />
      </div>
    </main>
  )
}
