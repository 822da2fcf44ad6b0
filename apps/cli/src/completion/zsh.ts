/**
 * Completion in zsh.
 *
 * @module
 */
import type { CommandWords, Values } from './vocabulary.js';

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
/** An entry of `_describe`, which splits at the first colon that is not escaped. */
const entry = (name: string, description: string) =>
  quote(`${name.replaceAll(':', '\\:')}:${description.replaceAll(':', '\\:')}`);

function reply(values: Values | null): string {
  if (values === null) return ':';
  const words = values.words.length === 0 ? [] : [`compadd -- ${values.words.join(' ')}`];
  return [...words, ...(values.files ? ['_files'] : [])].join('; ') || ':';
}

/** The script. */
export function zshScript(commands: readonly CommandWords[]): string {
  const steps = commands
    .filter(({ path }) => path !== '')
    .map(({ path }) => {
      const at = path.lastIndexOf(' ');
      return `      ${quote(`${path.slice(0, Math.max(0, at))} ${path.slice(at + 1)}`)}) command=${quote(path)} ;;`;
    });
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ names, values: each }) =>
      each === null
        ? []
        : [`    ${names.map((name) => quote(`${path} ${name}`)).join('|')}) ${reply(each)}; return ;;`],
    ),
  );
  const plain = commands.map(({ path, commands: inner, options, argument }) =>
    [
      `    ${quote(path)})`,
      `      options=(${options.map(({ names, description }) => entry(names[0]!, description)).join(' ')})`,
      `      commands=(${inner.map(({ name, description }) => entry(name, description)).join(' ')})`,
      '      if [[ "$PREFIX" == -* ]]; then _describe option options',
      `      elif (( $#commands )); then _describe command commands`,
      `      else ${reply(argument)}; fi`,
      '      ;;',
    ].join('\n'),
  );
  return `#compdef relent
# Completion of relent in zsh, written by "relent completion zsh".
_relent() {
  local command="" word
  local -a options commands
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$command $word" in
${steps.join('\n')}
    esac
  done
  case "$command \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case "$command" in
${plain.join('\n')}
  esac
}
if [[ "$funcstack[1]" == _relent ]]; then _relent "$@"; else compdef _relent relent; fi
`;
}
