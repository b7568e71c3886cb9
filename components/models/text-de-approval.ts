/** German: the words of the approval window. Part of `text-de.ts`; the same rules. */
export const GERMAN_APPROVAL = {
  'approval.position': '{index} von {total}',
  'approval.none': 'Nichts wartet auf dich',
  'approval.noneText': 'Wenn eine Website etwas möchte, entscheidest du hier.',
  'approval.asks': 'Anfrage von',
  'approval.seen': 'Du hast ihr schon einmal geantwortet.',
  'approval.new': 'Diese Website fragt zum ersten Mal.',
  'approval.connect': 'Website verbinden',
  'approval.connectSees': 'Sie sieht dann diese Adresse:',
  'approval.connectLimits':
    'Sie kann weder zahlen noch unterschreiben noch deine Konten sehen. Jede Zahlung wird hier einzeln erfragt.',
  'approval.pay': '{amount} an {name} zahlen',
  'approval.payInvoice': 'Rechnung zahlen',
  'approval.fee': 'Gebühr',
  'approval.route': 'Weg',
  'approval.recipient': 'An',
  'approval.effect': 'Sendbar',
  'approval.effectLabel': 'jetzt {before}, danach {after}',
  'approval.memo': 'Die Website schreibt',
  'approval.approve': 'Genehmigen',
  'approval.reject': 'Ablehnen',
  'approval.rejectAll': 'Alle ablehnen',
  'approval.changed':
    'Die Anfrage hat sich inzwischen geändert. Kein Geld hat deine Wallet verlassen. Bitte noch einmal ansehen.',
  'approval.rejectFailed':
    'Das wurde nicht abgelehnt: {message} Kein Geld hat deine Wallet verlassen. Noch einmal versuchen.',
} as const
