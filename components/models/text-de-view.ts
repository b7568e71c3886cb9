/** German: the network map and the list that says the same. Part of `text-de.ts`; the same rules. */
export const GERMAN_VIEW = {
  'map.heading': 'Netz',
  'map.asMap': 'Karte',
  'map.asList': 'Liste',
  'map.name': 'Karte des Netzes',
  'map.hint': 'Ziehen dreht sie. Nach einem Klick zoomt das Mausrad. Ein Name oder eine Linie öffnet sich auf Druck.',
  'map.keys':
    'Die Pfeiltasten drehen die Karte, mit Umschalt verschieben sie sie, Plus und Minus zoomen, Pos1 zeigt alles. Die Liste sagt dasselbe.',
  'map.closer': 'Näher',
  'map.farther': 'Weiter weg',
  'map.whole': 'Alles zeigen',
  'map.list': 'Blockchains',
  'map.entitiesIn': 'Wer in {name} lebt',
  'map.accountsOf': 'Konten von {name}',
  'map.account': '{left} kann {right} {leftSends} senden, {right} kann {left} {rightSends} senden.',
  'map.figures': 'Sendbar {send}, empfangbar {receive}',
  'map.figuresHeld': 'Sendbar {send}, empfangbar {receive}, {held} halten laufende Zahlungen fest',
  'map.named': '{name}: {what}',
  'map.entity': { one: '{amount}, {count} Konto', other: '{amount}, {count} Konten' },
  'map.elsewhere': {
    one: 'lebt anderswo, {count} Konto ist hier bekannt',
    other: 'lebt anderswo, {count} Konten sind hier bekannt',
  },
  'map.moreAccounts': { one: 'und {count} weiteres Konto', other: 'und {count} weitere Konten' },
  'map.moreEntities': { one: 'und {count} weitere Identität', other: 'und {count} weitere Identitäten' },
} as const
