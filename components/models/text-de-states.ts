/** German: `text-en-states.ts`, in the same order. */
export const GERMAN_STATES = {
  'state.halted':
    'Diese Welt steht still: {reason} Dein Geld bleibt, wo es ist. Gezahlt werden kann erst, wenn sie wieder läuft.',
  'state.halted.title': 'Deine Wallet steht still',
  'state.gone': 'Diese Welt gibt es in deiner Wallet nicht: Sie wurde gelöscht oder war nie hier.',
  'state.gone.title': 'Diese Welt ist nicht hier',
  'state.gone.was': 'Sie wurde gelöscht, oder eine andere steht an ihrer Stelle. Von ihr wird nichts mehr gezeigt.',
  'state.gone.wasTitle': '{name} ist nicht mehr hier',
  'state.readOnly': 'Nur Lesen: {reason} Von hier kann nichts gezahlt werden.',
  'state.readOnly.title': 'Deine Wallet kann nur gelesen werden',
  'state.unknownReason': 'kein Grund genannt.',
  'state.why.log_damaged':
    'Die Geschichte auf diesem Gerät ist bei Frame {height} beschädigt. Alles davor wird gezeigt. Nichts wird unterschrieben.',
  'state.why.replay_differs':
    'Frame {height} führt nicht zum aufgezeichneten Stand. Alles davor wird gezeigt. Nichts wird unterschrieben.',
  'state.why.rolled_back':
    'Die Geschichte auf diesem Gerät ist älter als das, was diese Wallet schon unterschrieben hat. Nichts wird unterschrieben, damit nichts verloren geht.',
  'state.why.database_missing':
    'Die Datenbank dieser Wallet fehlt, obwohl sie schon benutzt wurde. Nichts wird unterschrieben, damit nichts verloren geht.',
  'state.why.foreign_history':
    'Dieser Browser hält die Geschichte einer anderen Wallet. Sie bleibt, wie sie ist, und nichts wird unterschrieben.',
  'state.why.newer_version':
    'Eine neuere Version dieser Wallet hat geschrieben, was hier gespeichert ist. Aktualisiere die Wallet.',
  'state.why.snapshot': 'Das ist eine Kopie davon, wie es war. Man kann sie ansehen; sie unterschreibt nichts.',
  'state.why.held_elsewhere': '{name} ist in einem anderen Fenster offen.',
  'state.why.held_silent':
    '{name} ist in einem anderen Fenster offen, das nicht antwortet. Übernehmen geht trotzdem, in etwa zehn Sekunden.',
  'state.why.fault': '{detail}.',
  'state.bringBack': 'Hol deine Wallet aus einer exportierten Datei zurück.',
  'state.bringBack.look': 'Hol deine Wallet aus einer exportierten Datei zurück, oder sieh sie dir währenddessen an.',
  'state.import': 'Aus Datei importieren…',
  'state.takeControl': 'Übernehmen',
  'state.startAgain': 'Neu starten',
  'state.full':
    'Dieses Gerät ist voll, deshalb steht deine Wallet still. Bis hierher ist alles gespeichert. Platz schaffen, dann noch einmal versuchen.',
  'state.full.title': 'Dieses Gerät ist voll',
  'state.full.what': 'Der nächste Schritt passt nicht mehr auf dieses Gerät, deshalb steht deine Wallet still.',
  'state.full.money': 'Nichts ist verloren: Bis hierher ist alles gespeichert, und dein Geld ist, wo es war.',
  'state.full.next':
    'Platz schaffen: Dateien löschen, die niemand braucht, den Papierkorb leeren, Daten alter Websites entfernen. Dann noch einmal versuchen.',
  'state.full.look': 'Währenddessen ansehen',
  'state.short':
    'Dieses Gerät ist fast voll. Zahlungen gehen weiter, aber deine Wallet startet langsamer. Platz schaffen: Dateien löschen, die niemand braucht.',
  'state.chain.unreachable': 'Die Blockchain {name} ist seit {time} nicht zu erreichen.',
  'state.chain.refused': 'Der Knoten der Blockchain {name} verweigert seit {time} die Antwort.',
  'state.chain.untrusted':
    'Was die Blockchain {name} seit {time} sagt, kann nicht stimmen. Es wird ihr nicht geglaubt.',
  'state.chain.stopped': 'Die Blockchain {name} steht seit {time} still.',
  'state.chain.storage_full':
    'Seit {time} ist auf diesem Gerät kein Platz für den nächsten Block der Blockchain {name}. Platz schaffen.',
  'state.chain.meanwhile':
    'Zahlungen zwischen Menschen gehen weiter. Ein- und Auszahlungen und Sicherheiten warten, und eine gescheiterte Zahlung kommt später zurück.',
  'state.unreachable': {
    one: '{names} hat seit {time} nicht geantwortet.',
    other: '{names} haben seit {time} nicht geantwortet.',
  },
  'state.unreachable.meanwhile':
    'Nichts ist verloren. Was dort hindurch soll, wartet und wird von selbst noch einmal gesendet.',
  'state.update': 'Eine Aktualisierung ist bereit. Sie wird installiert, sobald keine Zahlung läuft.',
} as const
