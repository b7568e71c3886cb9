/** German: a runtime as a file, out and in. Part of `text-de.ts`; the same rules. */
export const GERMAN_FILES = {
  'files.exportHeading': '{name} exportieren',
  'files.exportLead':
    'Alles, was diese Welt gespeichert hat, in einer Datei, mit der ein anderer Browser weitermachen kann.',
  'files.in':
    'In der Datei: Guthaben, Konten, deine Namen für andere, Verlauf mit Quittungen, jeder Frame, und die Blockchain, wo sie hier lebt.',
  'files.notIn':
    'Nicht in der Datei: deine Schlüssel und deine Phrase. Ohne sie kann man eine Kopie ansehen, aber sie unterschreibt nichts.',
  'files.protect': 'Mit einem Passwort schützen',
  'files.unprotected': 'Ohne Passwort kann jeder mit der Datei lesen, wem du wie viel wofür gezahlt hast.',
  'files.keep': 'Ohne dieses Passwort öffnet niemand die Datei. Es muss nicht das deiner Wallet sein.',
  'files.write': 'Exportieren',
  'files.writeAgain': 'Neu exportieren',
  'files.written': 'Die Datei ist fertig: {size}, bis Frame {height}.',
  'files.save': 'Datei speichern',
  'files.saveHint': 'Sie liegt sonst nirgends. Was ab jetzt geschieht, steht nicht darin.',
  'files.importHeading': 'Aus einer Datei importieren',
  'files.importLead':
    'Wähle eine .xln-Datei. Jeder Frame darin wird noch einmal ausgeführt, bevor etwas dazukommt. Was du hast, bleibt, wie es ist.',
  'files.choose': 'Datei wählen',
  'files.chooseOther': 'Andere Datei wählen',
  'files.chosen': 'Datei',
  'files.sealedLead': 'Diese Datei ist geschützt. Gib das Passwort ein, mit dem sie exportiert wurde.',
  'files.open': 'Datei öffnen',
  'files.cancel': 'Abbrechen',
  'files.verified': 'Jeder Frame führt dorthin, wo er soll.',
  'files.name': 'Bezeichnung',
  'files.height': 'Anzahl Frames',
  'files.last': 'Zuletzt geändert',
  'files.exportedAt': 'Exportiert',
  'files.entities': 'Eigene Entitäten',
  'files.noEntities': 'Keine',
  'files.chains': 'Blockchains',
  'files.add': 'Diese Welt hinzufügen',
  'files.added': '{name} ist deiner Wallet übergeben.',
  'files.reading': 'Wird gelesen',
  'files.packing': 'Wird gepackt',
  'files.unlocking': 'Datei wird geöffnet',
  'files.replaying': 'Wird nachgespielt… Frame {done} von {total}',
  'files.progress': 'Fortschritt',
  'files.kilobytes': '{count} KB',
  'files.megabytes': '{count} Megabyte',
  'files.empty': 'Diese Datei ist leer. Kopiere sie noch einmal von dort, wo sie herkam.',
  'files.notXln': 'Das ist keine .xln-Datei. Wähle eine, die diese Wallet exportiert hat.',
  'files.truncated': 'Diese Datei endet zu früh, bei Byte {at}. Kopiere sie noch einmal von dort, wo sie herkam.',
  'files.trailing':
    'Diese Datei geht nach ihrem Ende weiter, ab Byte {at}. Kopiere sie noch einmal von dort, wo sie herkam.',
  'files.damaged':
    'Diese Datei ist bei Byte {at} beschädigt. Kopiere sie noch einmal von dort, wo sie herkam, oder exportiere sie neu.',
  'files.passwordNeeded': 'Diese Datei ist geschützt. Gib das Passwort ein, mit dem sie exportiert wurde.',
  'files.sealed':
    'Falsches Passwort, oder die Datei ist beschädigt. Achte auf Großbuchstaben, kopiere dann die Datei noch einmal.',
  'files.hostileKdf':
    'Diese Datei zu öffnen würde mehr von diesem Gerät verlangen als irgendein Export. Traue nicht dem, der sie gemacht hat.',
  'files.newer':
    'Diese Datei hat Version {version}, diese Wallet liest {supported}. Aktualisiere die Wallet, dann versuche es noch einmal.',
  'files.oversized': 'Diese Datei ist zu groß: mehr als {limit}. So eine Welt kann hier nicht importiert werden.',
  'files.bomb':
    'Diese Datei entpackt sich zu mehr, als sie sagt, über {limit} hinaus. Traue nicht dem, der sie gemacht hat.',
  'files.malformed':
    'Bei Byte {at} steht, was diese Wallet nie schreibt. Traue nicht dem, der diese Datei gemacht hat.',
  'files.replayDiffers':
    'Noch einmal ausgeführt, führt Frame {height} nicht dorthin, wo die Datei sagt. Exportiere sie neu; traue dieser nicht.',
  'files.chainDamaged': 'Die Blockchain in dieser Datei widerspricht sich. Exportiere sie neu; traue dieser nicht.',
  'files.headerDiffers':
    'Was diese Datei sagt und was in ihr steht, ist verschieden. Traue nicht dem, der sie gemacht hat.',
  'files.fileGone': 'Der Browser kann diese Datei nicht mehr lesen. Wähle sie noch einmal.',
  'files.noRoom': 'Dieses Gerät hat keinen Platz dafür. Schaffe Platz, dann versuche es noch einmal.',
  'files.storage': 'Dieses Gerät konnte es nicht: {detail}. Versuche es noch einmal.',
  'files.nothingHere': 'Es gibt noch nichts zu exportieren.',
  'files.logDamaged': 'Der Verlauf auf diesem Gerät ist bei Frame {height} beschädigt; niemand könnte ihn importieren.',
  'files.passwordUnusable': 'Dieses Passwort geht nicht. Wähle ein kürzeres aus gewöhnlichen Zeichen.',
} as const
