/**
 * A refusal in words, for what a page opens with: the words are fetched when something is refused, since most visits
 * need none of them.
 */
import type { WireError } from '../../runtime/radapter/types.ts'
import { isRefused, sentence, type Words, type WordsContext } from './words.ts'

/** Without the words for it. */
const plainly = (error: WireError, sent: boolean, { text }: WordsContext): Words => ({
  what: error.message === '' ? text('why.internal') : sentence(error.message),
  moved: text(sent && !isRefused(error) ? 'moved.unknown' : 'moved.nothing'),
  next: '',
  field: null,
})

/**
 * The words of `wordsOfError`; if they cannot be fetched, the message that the error came with.
 * @param sent true when the command itself was under way, so that an unclear answer leaves the outcome open.
 */
export const refusalOf = (error: WireError, sent: boolean, context: WordsContext): Promise<Words> =>
  import('./refusals.ts').then(
    ({ wordsOfError }) => wordsOfError(error, sent, context),
    () => plainly(error, sent, context),
  )
