/** Names for others: a page of them at a time, each with its id; added, renamed and removed here. */
import { useEffect, useId, useState } from 'preact/hooks'
import type { FrameView } from '../../../runtime/radapter/types.ts'
import { useAction } from '../../models/action.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { EntityId } from '../../primitives/EntityId.tsx'
import { Identicon } from '../../primitives/Identicon.tsx'
import { Pages } from '../../primitives/Pages.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import forms from './Forms.module.css'
import { NameForm } from './NameForm.tsx'
import styles from './SidePanel.module.css'

type Entry = NonNullable<FrameView['book']>['entries'][number]

const EMPTY = { name: '', id: '' }

const Add = () => {
  const { session, text } = useUi()
  const action = useAction()
  const [form, setForm] = useState(EMPTY)
  const errorId = useId()
  const refusal = action.refusal.value
  const add = (event: Event): void => {
    event.preventDefault()
    const params = { entityId: form.id.trim(), name: form.name.trim(), isHidden: false }
    void action.run(
      () => session.rpc('book.set', params),
      () => setForm(EMPTY),
    )
  }
  return (
    <form class={forms.form} onSubmit={add}>
      <TextField
        label={text('book.name')}
        value={form.name}
        onInput={(name) => setForm({ ...form, name })}
        invalid={refusal?.field === 'name'}
        errorId={errorId}
        focusOn={refusal?.field === 'name' ? refusal : null}
      />
      <TextField
        label={text('book.id')}
        value={form.id}
        hint={text('book.idHint')}
        onInput={(id) => setForm({ ...form, id })}
        invalid={refusal?.field === 'id'}
        errorId={errorId}
        focusOn={refusal?.field === 'id' ? refusal : null}
      />
      {refusal !== null && <Alert id={errorId}>{inOneLine(refusal)}</Alert>}
      <div class={forms.actions}>
        <Button type="submit" disabled={action.busy.value || session.isReadOnly.value}>
          {text('book.add')}
        </Button>
      </div>
    </form>
  )
}

const Removing = ({ entry, onKeep }: { readonly entry: Entry; readonly onKeep: () => void }) => {
  const { session, text } = useUi()
  const action = useAction()
  const { entityId, name } = entry
  const remove = (): void => void action.run(() => session.rpc('book.remove', { entityId }), onKeep)
  return (
    <div class={forms.whole}>
      <p>{text('book.removeSure', { name })}</p>
      {action.refusal.value !== null && <Alert>{inOneLine(action.refusal.value)}</Alert>}
      <div class={forms.actions}>
        <Button onClick={remove} disabled={action.busy.value}>
          {text('book.removeYes')}
        </Button>
        <Button look="quiet" onClick={onKeep}>
          {text('book.removeNo')}
        </Button>
      </div>
    </div>
  )
}

const Renaming = ({ entry, onDone }: { readonly entry: Entry; readonly onDone: () => void }) => {
  const { session, text } = useUi()
  const action = useAction()
  const rename = (name: string): void => void action.run(() => session.rpc('book.set', { ...entry, name }), onDone)
  return (
    <div class={forms.whole}>
      <NameForm
        action={action}
        label={text('book.newName', { name: entry.name })}
        submit={text('panel.save')}
        initial={entry.name}
        onSubmit={rename}
        onCancel={onDone}
      />
    </div>
  )
}

const Person = ({ entry }: { readonly entry: Entry }) => {
  const { session, text } = useUi()
  const [doing, setDoing] = useState<'rename' | 'remove' | null>(null)
  const { entityId, name } = entry
  const stop = (): void => setDoing(null)
  const isReadOnly = session.isReadOnly.value
  return (
    <li class={forms.person}>
      <div class={forms.who}>
        <p class={forms.name}>
          <Identicon id={entityId} />
          {name}
        </p>
        <EntityId id={entityId} name={name} />
      </div>
      {doing === null && (
        <div class={styles.links}>
          <Button
            look="quiet"
            aria-label={text('book.rename', { name })}
            disabled={isReadOnly}
            onClick={() => setDoing('rename')}
          >
            {text('panel.rename')}
          </Button>
          <Button
            look="quiet"
            aria-label={text('book.remove', { name })}
            disabled={isReadOnly}
            onClick={() => setDoing('remove')}
          >
            {text('book.removeYes')}
          </Button>
        </div>
      )}
      {doing === 'rename' && <Renaming entry={entry} onDone={stop} />}
      {doing === 'remove' && <Removing entry={entry} onKeep={stop} />}
    </li>
  )
}

export const AddressBook = () => {
  const { session, text, format } = useUi()
  const book = session.frameView.value?.book ?? null
  useEffect(() => {
    session.look({ bookPage: 1 })
    return () => session.look({ bookPage: null })
  }, [session])
  return (
    <section class={styles.section} aria-label={text('book.heading')}>
      <h2>{text('book.heading')}</h2>
      <p class={styles.muted}>{text('book.lead')}</p>
      {book !== null && book.totalEntries > 0 && (
        <ul aria-label={text('book.list')} class={forms.people}>
          {book.entries.map((entry) => (
            <Person key={entry.entityId} entry={entry} />
          ))}
        </ul>
      )}
      {book !== null && book.totalPages > 1 && (
        <Pages
          label={text('book.pages')}
          where={text('book.pageOf', {
            page: format.count(book.page),
            pages: format.count(book.totalPages),
            count: book.totalEntries,
          })}
          page={book.page}
          totalPages={book.totalPages}
          onTurn={(bookPage) => session.look({ bookPage })}
        />
      )}
      {book?.totalEntries === 0 && <p>{text('book.empty')}</p>}
      <Add />
    </section>
  )
}
