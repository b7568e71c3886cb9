/** German: settings, and what only the owner may do. Part of `text-de.ts`; the same rules. */
export const GERMAN_OWNER = {
  'settings.heading': 'Einstellungen',
  'settings.security': 'Sicherheit',
  'settings.autoLock': 'Sperren nach',
  'settings.minutes': { one: '{count} Minute', other: '{count} Minuten' },
  'settings.looks': 'Darstellung',
  'settings.theme': 'Farben',
  'settings.theme.system': 'Wie das System',
  'settings.theme.light': 'Hell',
  'settings.theme.dark': 'Dunkel',
  'settings.hide': 'Beträge verbergen',
  'settings.currency': 'Beträge auch in einer Währung zeigen',
  'settings.currency.off': 'Aus',
  'settings.currency.test': 'Testgeld ist nichts wert und hat deshalb keinen Kurs.',
  'settings.currency.noRate': 'Kein Kurs bekannt: Diese Wallet fragt niemanden danach.',
  'settings.notify': 'Melden, wenn ich Geld erhalte und bevor eine Zahlung abläuft',
  'settings.notifyDenied':
    'Der Browser erlaubt dieser Wallet keine Benachrichtigungen. Dort erlauben, dann noch einmal versuchen.',
  'settings.about': 'Über diese Wallet',
  'settings.version': 'Version',
  'settings.update': 'Jetzt aktualisieren',
  'settings.updateHint':
    'Laufende Zahlungen haben eine Minute, um zu enden. Was länger dauert, geht nach der Aktualisierung weiter.',
  'settings.updating': 'Die Aktualisierung beginnt, wenn laufende Zahlungen zu Ende sind, spätestens in einer Minute.',
  'settings.updateFailed': 'Die Aktualisierung hat nicht begonnen: {message}. Versuche es noch einmal.',
  'settings.licence': 'Lizenz',
  'settings.privacy':
    'Deine Schlüssel und alle deine Zahlungen liegen in diesem Browser. Niemand bekommt etwas davon, auch nicht für Statistiken.',
  'settings.libraries': 'Gebaut mit',
  'settings.keyboard': 'Tastatur',
  'settings.commands': 'Alles, was diese Wallet kann',
  'settings.report': 'Bericht kopieren',
  'settings.reportHint':
    'Für jemanden, der dir hilft: Versionen, Höhen und Zustände. Keine Namen, Kennungen oder Beträge.',
  'settings.pin': 'Hefte das Symbol dieser Wallet neben der Adresszeile an, damit es sichtbar bleibt.',
  'settings.welcome': 'Begrüßungsseite öffnen',
  'settings.saveFailed': 'Das wurde nicht gespeichert: {message}',

  'owner.password': 'Passwort',
  'owner.phrase': 'Phrase zeigen',
  'owner.phraseHeading': 'Deine Phrase',
  'owner.phraseLead': 'Wer diese Wörter liest, hat deine Schlüssel. Sieh dich um, bevor du sie zeigst.',
  'owner.show': 'Zeigen',
  'owner.conceal': 'Verbergen',
  'owner.change': 'Passwort ändern',
  'owner.next': 'Neues Passwort',
  'owner.confirmNext': 'Neues Passwort wiederholen',
  'owner.changed': 'Dein Passwort ist geändert. Das alte öffnet nichts mehr.',

  'reset.open': 'Wallet zurücksetzen',
  'reset.heading': 'Wallet zurücksetzen',
  'reset.forgotHeading': 'Passwort vergessen?',
  'reset.forgotLead':
    'Niemand kann dir ein neues geben. Setze diese Wallet zurück, importiere sie mit ihrer Wiederherstellungsphrase und wähle ein neues Passwort.',
  'reset.lead': 'Dieser Browser vergisst dann:',
  'reset.keys': 'Deine Schlüssel. Nur deine Wiederherstellungsphrase bringt sie zurück.',
  'reset.accounts': {
    one: 'Den Stand von {count} Konto: {balances}. Eine Phrase bringt ihn nicht zurück, nur die Gegenseite, wenn sie erreichbar ist.',
    other:
      'Den Stand von {count} Konten: {balances}. Eine Phrase bringt ihn nicht zurück, nur die Gegenseiten, wenn sie erreichbar sind.',
  },
  'reset.accountsUnknown':
    'Den Stand jedes Kontos. Eine Phrase bringt ihn nicht zurück, nur die Gegenseiten, wenn sie erreichbar sind.',
  'reset.history': 'Alle Belege und deinen ganzen Verlauf.',
  'reset.word': 'Zum Fortfahren {word} eintippen',
  'reset.notConfirmed': 'Tippe {word} ein, in Großbuchstaben. Nichts wurde vergessen.',
  'reset.go': 'Alles vergessen',
  'reset.forgot': 'Passwort vergessen?',

  'scan.open': 'Scannen',
  'scan.heading': 'Code scannen',
  'scan.lead':
    'Wähle ein Bild einer Rechnung, füge eines ein oder halte sie vor die Kamera. Gezahlt wird erst, wenn du es sagst.',
  'scan.choose': 'Bild wählen',
  'scan.camera': 'Kamera benutzen',
  'scan.video': 'Was die Kamera sieht',
  'scan.nothing': 'In diesem Bild ist kein lesbarer Code. Versuche es mit einem schärferen.',
  'scan.noCamera': 'Die Kamera fehlt oder ist nicht erlaubt. Stattdessen ein Bild wählen oder einfügen.',

  'palette.name': 'Befehle',
  'palette.search': 'Was möchtest du tun?',
  'palette.commands': 'Gefunden',
  'palette.none': 'Nichts mit diesem Namen.',

  'backup.what': 'Nur deine 12 Wörter retten deine Schlüssel.',
  'backup.have': 'Habe ich',
  'backup.show': 'Zeigen',
} as const
