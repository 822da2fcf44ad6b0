/**
 * The command line as it was typed, for records.
 *
 * @module
 */

/** `relent …` with the arguments of this process, quoted for a shell where they need it. */
export function typedCommand(): string {
  const quoted = process.argv
    .slice(2)
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  return ['relent', ...quoted].join(' ');
}
