/** The chosen light, before anything is painted. A copy of the preference, kept by components/models/preferences.ts. */
const theme = localStorage.getItem('theme')
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
