/** English: settings, and what only the owner may do. */
export const ENGLISH_OWNER = {
  'settings.heading': 'Settings',
  'settings.security': 'Security',
  'settings.autoLock': 'Lock after',
  'settings.minutes': { one: '{count} minute', other: '{count} minutes' },
  'settings.looks': 'Appearance',
  'settings.theme': 'Colours',
  'settings.theme.system': 'Like the system',
  'settings.theme.light': 'Light',
  'settings.theme.dark': 'Dark',
  'settings.hide': 'Hide amounts',
  'settings.notify': 'Tell me when I am paid',
  'settings.notifyDenied':
    'The browser does not allow notifications for this wallet. Allow them there, then try again.',
  'settings.about': 'About',
  'settings.version': 'Version',
  'settings.update': 'Update now',
  'settings.updateHint': 'Payments under way get a minute to end. Those that take longer go on after the update.',
  'settings.updating': 'The update starts when payments under way have ended, in a minute at the latest.',
  'settings.updateFailed': 'The update did not start: {message}. Try again.',
  'settings.licence': 'Licence',
  'settings.privacy':
    'Your keys and everything you were ever paid live in this browser. Nothing is sent to anybody to keep statistics.',
  'settings.libraries': 'Built on',
  'settings.welcome': 'Open the welcome page',
  'settings.shortcuts': 'Keys',
  'settings.saveFailed': 'This was not saved: {message}',

  'owner.password': 'Password',
  'owner.phrase': 'Show recovery phrase',
  'owner.phraseHeading': 'Recovery phrase',
  'owner.phraseLead': 'Whoever reads these words has your keys. Look around before you show them.',
  'owner.show': 'Show it',
  'owner.conceal': 'Hide it',
  'owner.change': 'Change password',
  'owner.next': 'New password',
  'owner.confirmNext': 'Confirm new password',
  'owner.changed': 'Your password is changed. The old one opens nothing any more.',

  'reset.open': 'Reset this wallet',
  'reset.heading': 'Reset this wallet',
  'reset.forgotHeading': 'Forgot your password?',
  'reset.forgotLead':
    'Nobody can give you a new one. Reset this wallet, then import it with its recovery phrase and choose a new password.',
  'reset.lead': 'This browser then forgets:',
  'reset.keys': 'Your keys. Only your recovery phrase brings them back.',
  'reset.accounts': {
    one: 'The state of {count} account: {balances}. A phrase does not bring it back; the other side does, if it can be reached.',
    other:
      'The state of {count} accounts: {balances}. A phrase does not bring it back; the other sides do, if they can be reached.',
  },
  'reset.accountsUnknown':
    'The state of every account. A phrase does not bring it back; the other sides do, if they can be reached.',
  'reset.history': 'Every receipt and all of your history.',
  'reset.word': 'Type {word} to go on',
  'reset.notConfirmed': 'Type {word}, in capitals. Nothing has been forgotten.',
  'reset.go': 'Forget everything',
  'reset.forgot': 'Forgot your password?',

  'scan.open': 'Scan',
  'scan.heading': 'Scan a code',
  'scan.lead':
    'Choose or paste a picture of an invoice, or hold it before the camera. Nothing is paid until you say so.',
  'scan.choose': 'Choose a picture',
  'scan.camera': 'Use the camera',
  'scan.video': 'What the camera sees',
  'scan.nothing': 'There is no readable code in this picture. Try a sharper one.',
  'scan.noCamera': 'The camera is not allowed or not there. Choose or paste a picture instead.',

  'palette.name': 'Commands',
  'palette.search': 'What do you want to do?',
  'palette.commands': 'Found',
  'palette.none': 'Nothing by this name.',

  'backup.what': 'Your 12 words are the only way back to your keys. Do you still have them?',
  'backup.have': 'I have them',
  'backup.show': 'Show them',
} as const
