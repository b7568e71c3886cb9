/** English: one entry of the history in depth, and the history as a file; a part brought by either. */
export const ENGLISH_ENTRY = {
  'activity.hashlock': 'Hashlock',
  'activity.copyHashlock': 'Copy the hashlock',
  'activity.frames': 'Frames',
  'activity.copyFrame': 'Copy the frame hash',
  'activity.noFrames': 'No frame is kept for this.',
  'activity.balanceAfter': 'Balance after',
  'activity.exportCsv': 'Export CSV',
  'activity.exportJson': 'Export JSON',
  'activity.exporting': 'Reading the history',
  'activity.exported': { one: '{count} entry was saved.', other: '{count} entries were saved.' },
  'activity.exportFailed': 'The history could not be read to its end. Nothing was saved. Try again.',
} as const
