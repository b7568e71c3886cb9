/**
 * One honest side of the account: what it has committed, what it has signed, and when it signs.
 *
 * Contract: a party signs a slot (epoch, nonce) once; `sign` finds out when its rules let it do otherwise. All it ever
 * signed is in the hands of its counterparty and of the network, for ever and in any order: so losing, repeating and
 * reordering messages need no state of their own. What a party holds of its counterparty follows from what it committed.
 */
import type { Agreed, Proof } from './court.ts'
import type { Head } from './ledger.ts'
import type { Scheme, Side } from './scheme.ts'

export type Signature =
  | { readonly id: number; readonly type: 'proof'; readonly proof: Proof; readonly head: Head; readonly seals: boolean }
  | { readonly id: number; readonly type: 'settlement'; readonly agreed: Agreed }

export type Party = {
  readonly id: number
  readonly side: Side
  readonly head: Head
  /** Its own frame at the next height, signed and sent. */
  readonly pending: Head | null
  readonly signed: readonly Signature[]
  /** Of the settlement that is open: the counterparty's proof for afterwards, and its signature. */
  readonly gotProof: boolean
  readonly gotSignature: boolean
  /** It has seen a dispute or wants one: it signs nothing more in this epoch, and will go to court. */
  readonly frozen: boolean
  /** A transfer into collateral on its way to the chain, or landed. */
  readonly funding: { readonly epoch: number; readonly landed: boolean } | null
  /** All it owned when the epoch began. */
  readonly base: number
}
type Draft = Omit<Party, 'id'>

/** What became of a message: `fault` is what an honest counterparty must never be accused of. */
export type Verdict =
  | { readonly type: 'accepted'; readonly party: Party }
  | { readonly type: 'ignored' | 'later' | 'fault' }

export type Parties = ReturnType<typeof createParties>

export const slotOf = (signature: Signature): { readonly epoch: number; readonly nonce: number } =>
  signature.type === 'proof' ? signature.proof : signature.agreed

/** The frame of a height in a chain of frames. */
export const ancestor = (head: Head, height: number): Head => {
  const find = (at: Head): Head => (at.height === height || at.parent === null ? at : find(at.parent))
  return find(head)
}

const frameProof = (head: Head, scheme: Scheme): Proof => ({
  epoch: head.epoch,
  nonce: scheme.frameNonce(head.height, head.author),
  offdelta: head.ledger.offdelta,
})

/** The settlement that is approved and not released, as the chain will see it. */
export const agreedOf = (head: Head, scheme: Scheme): Agreed | null => {
  const { settlement } = head.ledger
  if (settlement === null || settlement.approval === null) return null
  const { initiator, kind, serial, approval } = settlement
  const nonce = scheme.settlementNonce(approval.height, approval.author)
  return { initiator, kind, serial, epoch: head.epoch, nonce, head: approval.head }
}

/** The best proof it holds with its counterparty's signature; none before the first frame of an epoch. */
export const newestProof = ({ head, gotProof }: Party, scheme: Scheme): Proof | null => {
  if (head.height === 0) return null
  const proof = frameProof(head, scheme)
  const approval = head.ledger.settlement?.approval ?? null
  if (!gotProof || approval === null || scheme.sealNonce === null) return proof
  const nonce = scheme.sealNonce(approval.height)
  return nonce > proof.nonce ? { ...proof, nonce, offdelta: ancestor(head, approval.height).ledger.offdelta } : proof
}

/** The least it counts as its own: what it committed, with its own proposal as if it were accepted. */
export const leastOf = ({ side, head, pending, base }: Party): number => {
  const received = (at: Head): number => at.ledger.offdelta * (side === 'LEFT' ? 1 : -1)
  return base + Math.min(received(head), pending === null ? received(head) : received(pending))
}

const idOf = (part: { readonly id: number }): number => part.id

export const createParties = (scheme: Scheme) => {
  const parties = new Map<string, Party>()
  const signatures = new Map<string, Signature>()

  const intern = (draft: Draft): Party => {
    const { side, head, pending, signed, gotProof, gotSignature, frozen, funding, base } = draft
    const flags = (gotProof ? 1 : 0) + (gotSignature ? 2 : 0) + (frozen ? 4 : 0)
    const fund = funding === null ? '' : `${funding.epoch}${funding.landed}`
    const key = `${side}|${head.id}|${pending?.id}|${signed.map(idOf).join()}|${flags}|${fund}|${base}`
    const existing = parties.get(key)
    if (existing !== undefined) return existing
    const party = { ...draft, id: parties.size }
    parties.set(key, party)
    return party
  }

  const proofBy = (head: Head, nonce: number, seals: boolean): Signature => {
    const key = `proof ${head.id} ${nonce}`
    const proof = { epoch: head.epoch, nonce, offdelta: head.ledger.offdelta }
    const signature = signatures.get(key) ?? { id: signatures.size, type: 'proof', proof, head, seals }
    signatures.set(key, signature)
    return signature
  }
  const frameBy = (head: Head): Signature => proofBy(head, scheme.frameNonce(head.height, head.author), false)
  const settlementBy = (agreed: Agreed): Signature => {
    const key = `settlement ${agreed.head}`
    const signature = signatures.get(key) ?? { id: signatures.size, type: 'settlement', agreed }
    signatures.set(key, signature)
    return signature
  }
  const sealBy = (head: Head): Signature | null => {
    const approval = head.ledger.settlement?.approval ?? null
    if (approval === null || scheme.sealNonce === null) return null
    return proofBy(ancestor(head, approval.height), scheme.sealNonce(approval.height), true)
  }

  const signing = (signed: readonly Signature[], signature: Signature): readonly Signature[] =>
    signed.includes(signature) ? signed : [...signed, signature].sort((a, b) => a.id - b.id)

  /** A slot that carries two different things. */
  const doubleSlot = ({ signed }: Party): string | null => {
    const slots = new Map<string, Signature>()
    for (const signature of signed) {
      const { epoch, nonce } = slotOf(signature)
      const slot = `epoch ${epoch}, nonce ${nonce}`
      if (slots.has(slot)) return slot
      slots.set(slot, signature)
    }
    return null
  }

  /** A released settlement is forgotten, seals and all. */
  const committed = (party: Party, head: Head): Draft => {
    const open = head.ledger.settlement?.approval?.head === party.head.ledger.settlement?.approval?.head
    const seals = open ? {} : { gotProof: false, gotSignature: false }
    return { ...party, ...seals, head }
  }

  return {
    doubleSlot,
    create: (draft: Pick<Draft, 'side' | 'head' | 'base'>, kept: readonly Signature[]): Party => {
      const opened = draft.head.height === 0 ? kept : signing(kept, frameBy(draft.head))
      return intern({
        ...draft,
        signed: opened,
        pending: null,
        gotProof: false,
        gotSignature: false,
        frozen: false,
        funding: null,
      })
    },
    propose: (party: Party, next: Head): Party => {
      const withFrame = signing(party.signed, frameBy(next))
      const seal = scheme.sealsAfterCommit || next.step?.type !== 'approve' ? null : sealBy(next)
      return intern({ ...party, pending: next, signed: seal === null ? withFrame : signing(withFrame, seal) })
    },
    acknowledged: (party: Party): Party =>
      party.pending === null ? party : intern({ ...committed(party, party.pending), pending: null }),
    /** A frame of the counterparty; whether the chain bears out what it claims is for the caller to say. */
    receive: (party: Party, frame: Head, isBorneOut: boolean): Verdict => {
      const { head, side, pending } = party
      if (frame.epoch !== head.epoch) return { type: frame.epoch < head.epoch ? 'ignored' : 'later' }
      if (frame.height <= head.height) {
        const mine = ancestor(head, frame.height)
        if (mine === frame || (side === 'LEFT' && mine.author === 'LEFT')) return { type: 'ignored' }
        return { type: 'fault' }
      }
      if (frame.height > head.height + 1 || !isBorneOut) return { type: 'later' }
      if (frame.parent !== head) return { type: 'fault' }
      if (pending !== null && side === 'LEFT' && scheme.leftWins) return { type: 'ignored' }
      const signed = party.frozen ? null : signing(party.signed, frameBy(frame))
      if (signed === null) return { type: 'ignored' }
      return { type: 'accepted', party: intern({ ...committed(party, frame), pending: null, signed }) }
    },
    sealProof: (party: Party): Party | null => {
      const seal = sealBy(party.head)
      if (seal === null || party.frozen || party.signed.includes(seal)) return null
      return intern({ ...party, signed: signing(party.signed, seal) })
    },
    signSettlement: (party: Party): Party | null => {
      const agreed = agreedOf(party.head, scheme)
      if (agreed === null || party.frozen || (scheme.proofBeforeSignature && !party.gotProof)) return null
      const signature = settlementBy(agreed)
      return party.signed.includes(signature) ? null : intern({ ...party, signed: signing(party.signed, signature) })
    },
    /** What the counterparty would have sent for the settlement that is open here. */
    expects: (party: Party): { readonly seal: Signature | null; readonly signature: Signature | null } => {
      const agreed = agreedOf(party.head, scheme)
      return { seal: sealBy(party.head), signature: agreed && settlementBy(agreed) }
    },
    change: (party: Party, change: Partial<Pick<Draft, 'gotProof' | 'gotSignature' | 'frozen' | 'funding'>>): Party =>
      intern({ ...party, ...change }),
  }
}
