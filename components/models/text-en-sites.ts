/** English: connected sites; a part for the chip on Home and the page it opens. */
export const ENGLISH_SITES = {
  'sites.count': { one: '{count} site', other: '{count} sites' },
  'sites.lead': 'They see your address and may ask to be paid. Nothing is paid without your word.',
  'sites.address': 'Sees',
  'sites.nothing': 'Nothing here, only in {runtime}',
  'sites.copyAddress': 'Copy the address that {site} sees',
  'sites.entity': 'Paid by',
  'sites.chain': 'Chain',
  'sites.first': 'First seen',
  'sites.last': 'Last use',
  'sites.revoke': 'Revoke',
  'sites.revoked': '{site} sees nothing any more.',
  'sites.empty': 'No site is connected: open one and press Connect there.',
  'sites.open': 'Open a new tab',
} as const
