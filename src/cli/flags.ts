/** An option of the library as the flag of the command line that says the same. */
export function flagOf(option: string, value: unknown): string {
  if (option === 'dayFirst') return value ? '--day-first' : '--month-first';
  if (option === 'header') return value ? '--header' : '--no-header';
  if (option === 'columns') {
    if (Array.isArray(value)) return `--query ${quote(`SELECT ${value.join(', ')} FROM data`)}`;
    return Object.entries(value as Record<string, string>)
      .map(([role, name]) => `--column ${quote(`${role}=${name}`)}`)
      .join(' ');
  }
  const flag = `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (value === true) return flag;
  return `${flag} ${[value]
    .flat()
    .map((one) => quote(String(one)))
    .join(' ')}`;
}

/** A word as a shell takes it. */
const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) && word !== '' ? word : `'${word.replaceAll("'", `'\\''`)}'`;
