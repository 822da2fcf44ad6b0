/**
 * Completion in fish.
 *
 * @module
 */
import type { CommandWords, Values } from './vocabulary.js';

const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** `-x` is: a value, and no files. */
function valueFlags({ words, files }: Values): string {
  return `${files ? '-r' : '-x'}${words.length === 0 ? '' : ` -a ${quote(words.join(' '))}`}`;
}

/** The test that the command under way is the one of this path. */
const under = (path: string) => `-n ${quote(`__relent_at ${path === '' ? '""' : `"${path}"`}`)}`;

function lines({ path, commands, options, argument }: CommandWords): string[] {
  return [
    ...commands.map(
      ({ name, description }) => `complete -c relent ${under(path)} -f -a ${name} -d ${quote(description)}`,
    ),
    ...options.map(({ names, description, values }) => {
      const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
      const value = values === null ? '' : ` ${valueFlags(values)}`;
      return `complete -c relent ${under(path)} ${flags.join(' ')}${value} -d ${quote(description)}`;
    }),
    ...(argument === null
      ? []
      : [
          `complete -c relent ${under(path)} ${argument.files ? '-F' : '-f'}${
            argument.words.length === 0 ? '' : ` -a ${quote(argument.words.join(' '))}`
          }`,
        ]),
  ];
}

/** The script. */
export function fishScript(commands: readonly CommandWords[]): string {
  const paths = commands.filter(({ path }) => path !== '').map(({ path }) => quote(path));
  return `# Completion of relent in fish, written by "relent completion fish".
function __relent_at -d 'Whether the command typed so far is the one given'
    set -l at ''
    for word in (commandline -opc)[2..-1]
        set -l next (string trim -- "$at $word")
        contains -- $next ${paths.join(' ')}; and set at $next
    end
    test "$at" = "$argv[1]"
end
complete -c relent -f
${commands.flatMap(lines).join('\n')}
`;
}
