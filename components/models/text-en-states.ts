/** English: what is wrong around the wallet, and what can be done about it; a part for those notices and screens. */
export const ENGLISH_STATES = {
  'state.halted':
    'This runtime has stopped: {reason} Your money stays where it is. Nothing can be paid until it runs again.',
  'state.halted.title': 'Your wallet has stopped',
  'state.gone': 'There is no such runtime in this wallet: it was deleted, or never was here.',
  'state.gone.title': 'This runtime is not here',
  'state.gone.was': 'It was deleted, or another one took its place. Nothing of it is shown any more.',
  'state.gone.wasTitle': '{name} is not here any more',
  'state.readOnly': 'Read-only: {reason} Nothing can be paid from here.',
  'state.readOnly.title': 'Your wallet can only be read',
  'state.unknownReason': 'no reason was given.',
  'state.why.log_damaged':
    'The history on this device is damaged at frame {height}. Everything before it is shown. Nothing is signed.',
  'state.why.replay_differs':
    'Frame {height} does not lead to its recorded state. Everything before it is shown. Nothing is signed.',
  'state.why.rolled_back':
    'The history on this device is older than what this wallet has already signed. Nothing is signed, so that nothing can be lost.',
  'state.why.database_missing':
    'The database of this wallet is missing, although it has been used before. Nothing is signed, so that nothing can be lost.',
  'state.why.foreign_history':
    'This browser holds the history of another wallet. It is left as it is, and nothing is signed.',
  'state.why.newer_version': 'A newer version of this wallet has written what is stored here. Update the wallet.',
  'state.why.snapshot': 'This is a copy of how it was. It can be looked at, and signs nothing.',
  'state.why.held_elsewhere': '{name} is open in another window.',
  'state.why.held_silent':
    '{name} is open in another window, which does not answer. Taking control works all the same, within some ten seconds.',
  'state.why.fault': '{detail}.',
  'state.bringBack': 'Bring your wallet back from an exported file.',
  'state.bringBack.look': 'Bring your wallet back from an exported file, or look at it meanwhile.',
  'state.import': 'Import from file…',
  'state.takeControl': 'Take control',
  'state.startAgain': 'Start again',
  'state.full':
    'This device is full, so your wallet has stopped. Everything up to now is stored. Make room, then try again.',
  'state.full.title': 'This device is full',
  'state.full.what': 'There is no room to write down the next step, so your wallet has stopped.',
  'state.full.money': 'Nothing is lost: everything up to now is stored, and your money is where it was.',
  'state.full.next':
    'Make room: delete files you do not need, empty the bin, remove the data of sites you no longer visit. Then try again.',
  'state.full.look': 'Look at it meanwhile',
  'state.short':
    'This device is nearly full. Payments go on, but your wallet takes longer to start. Make room: delete files you do not need.',
  'state.chain.unreachable': 'The chain {name} has not been reached since {time}.',
  'state.chain.refused': 'The node of the chain {name} refuses to answer since {time}.',
  'state.chain.untrusted': 'What the chain {name} says since {time} cannot be true, so it is not believed.',
  'state.chain.stopped': 'The chain {name} stopped at {time}.',
  'state.chain.storage_full': 'Since {time} this device has no room for the next block of the chain {name}. Make room.',
  'state.chain.meanwhile':
    'Payments between people go on. Deposits, withdrawals and collateral wait, and a payment that fails comes back later.',
  'state.unreachable': {
    one: '{names} has not answered since {time}.',
    other: '{names} have not answered since {time}.',
  },
  'state.unreachable.meanwhile': 'Nothing is lost. What goes through there waits, and is sent again by itself.',
  'state.update': 'An update is ready. It installs when no payment is under way.',
} as const
