/** English in one piece, for tests that compare tables or read a screen's words without the screen. */
import type { Part } from '../../components/models/text.ts'
import { ENGLISH } from '../../components/models/text-en.ts'
import { ENGLISH_ACCOUNT } from '../../components/models/text-en-account.ts'
import { ENGLISH_APPROVAL } from '../../components/models/text-en-approval.ts'
import { ENGLISH_COURT } from '../../components/models/text-en-court.ts'
import { ENGLISH_ENTRY } from '../../components/models/text-en-entry.ts'
import { ENGLISH_FILES } from '../../components/models/text-en-files.ts'
import { ENGLISH_OWNER } from '../../components/models/text-en-owner.ts'
import { ENGLISH_PANEL } from '../../components/models/text-en-panel.ts'
import { ENGLISH_RECEIVE } from '../../components/models/text-en-receive.ts'
import { ENGLISH_REFUSALS } from '../../components/models/text-en-refusals.ts'
import { ENGLISH_RUNTIMES } from '../../components/models/text-en-runtimes.ts'
import { ENGLISH_SITES } from '../../components/models/text-en-sites.ts'
import { ENGLISH_STATES } from '../../components/models/text-en-states.ts'
import { ENGLISH_TIME } from '../../components/models/text-en-time.ts'
import { ENGLISH_VIEW } from '../../components/models/text-en-view.ts'
import { ENGLISH_WELCOME } from '../../components/models/text-en-welcome.ts'

/** The part of each file in which screens ask for it by name; the rest is there from the start. */
export const ENGLISH_PARTS = {
  ENGLISH_ACCOUNT,
  ENGLISH_APPROVAL,
  ENGLISH_COURT,
  ENGLISH_ENTRY,
  ENGLISH_FILES,
  ENGLISH_OWNER,
  ENGLISH_PANEL,
  ENGLISH_RECEIVE,
  ENGLISH_REFUSALS,
  ENGLISH_RUNTIMES,
  ENGLISH_STATES,
  ENGLISH_SITES,
  ENGLISH_TIME,
  ENGLISH_VIEW,
  ENGLISH_WELCOME,
} as const satisfies { readonly [name: string]: Part }

export const WHOLE_ENGLISH: Part = Object.assign({}, ENGLISH, ...Object.values(ENGLISH_PARTS))
