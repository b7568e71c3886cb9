/** German: connected sites. Part of `text-de.ts`; the same rules. */
export const GERMAN_SITES = {
  'sites.heading': 'Verbundene Websites',
  'sites.count': { one: '{count} Website', other: '{count} Websites' },
  'sites.lead': 'Sie sehen deine Adresse und dürfen um Zahlungen bitten. Ohne dein Wort wird nichts gezahlt.',
  'sites.address': 'Sieht',
  'sites.nothing': 'Hier nichts, nur in {runtime}',
  'sites.copyAddress': 'Adresse kopieren, die {site} sieht',
  'sites.entity': 'Zahlt als',
  'sites.chain': 'Blockchain',
  'sites.first': 'Zuerst gesehen',
  'sites.last': 'Zuletzt genutzt',
  'sites.revoke': 'Trennen',
  'sites.revoked': '{site} sieht nichts mehr.',
  'sites.empty': 'Keine Website ist verbunden: eine öffnen und dort auf Verbinden drücken.',
  'sites.open': 'Neuen Tab öffnen',
} as const
