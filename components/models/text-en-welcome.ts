/** English: the first minute of a wallet; a part for its page. */
export const ENGLISH_WELCOME = {
  // Welcome
  'welcome.heading': 'A wallet that pays instantly',
  'welcome.lead': 'Your keys and the whole settlement engine live in this browser. No server, no sign-up.',
  'welcome.create': 'Create a wallet',
  'welcome.import': 'Import a wallet',
  'phrase.heading': 'Write these 12 words down',
  'phrase.lead':
    'They are the only way back to your keys. Write them on paper, in this order, and show them to nobody.',
  'phrase.reveal': 'Reveal recovery phrase',
  'quiz.heading': 'Three of your words',
  'quiz.lead': 'Look at your paper and type the words with these numbers.',
  'quiz.word': 'Word {position}',
  'quiz.wrong': {
    one: '{words} is not what your phrase says. Look at your paper again.',
    other: '{words} are not what your phrase says. Look at your paper again.',
  },
  'password.heading': 'Choose a password',
  'password.lead':
    'It opens the wallet in this browser. It cannot be asked for again: only the recovery phrase gets you past it.',
  'password.confirm': 'Confirm password',
  'password.reveal': 'Show what I type',
  'password.suggest': 'Suggest six words',
  'password.suggested': 'Write this down, then type it twice above:',
  'import.heading': 'Import a wallet',
  'import.lead':
    'A phrase brings your keys back, not the state of your accounts. That comes from the other side of each account, or from an exported file; until it does, nothing is signed in them. The test world Simnet begins anew: it lives in one browser only.',
  'import.phrase': 'Recovery phrase',
  'import.phraseHint': '12 or 24 words, in order',
  'import.badPhrase': 'This is not a valid recovery phrase. Check the spelling and the order of the words.',
  'import.wordCount': {
    one: 'A phrase has 12 or 24 words; this is {count}.',
    other: 'A phrase has 12 or 24 words; these are {count}.',
  },
  'import.unknownWord': 'Word {position}, “{word}”, is in no recovery phrase. Check its spelling.',
  'phrase.gone': 'This phrase was dropped before a wallet was made from it. Go back and start with a new one.',
  'ready.heading': 'Your wallet is ready',
  'ready.lead': 'It opens from its icon in the toolbar. Pin the icon so that it stays in sight.',
  'ready.open': 'Open the wallet',
  'ready.testNote':
    'You start in Simnet, with test money and a few people to pay. It is worth nothing outside this browser.',
  'welcome.failed': 'That did not work: {message}',
} as const
