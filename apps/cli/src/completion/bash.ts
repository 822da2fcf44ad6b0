/**
 * Completion in bash, 3.2 and later.
 *
 * @module
 */
import type { CommandWords, Values } from './vocabulary.js';

function reply(values: Values | null): string {
  if (values === null) return ':';
  const words = values.words.length === 0 ? [] : [`words="${values.words.join(' ')}"`];
  return [...words, ...(values.files ? ['files=1'] : [])].join('; ') || 'none=1';
}

/** Lines of a `case` that finds the command's path word by word. */
function steps(commands: readonly CommandWords[]): string[] {
  return commands
    .filter(({ path }) => path !== '')
    .map(({ path }) => {
      const at = path.lastIndexOf(' ');
      return `      "${path.slice(0, Math.max(0, at))} ${path.slice(at + 1)}") command="${path}" ;;`;
    });
}

function optionValues({ path, options }: CommandWords): string[] {
  return options.flatMap(({ names, values }) =>
    values === null ? [] : [`    ${names.map((name) => `"${path} ${name}"`).join('|')}) ${reply(values)} ;;`],
  );
}

/** The script; names are never longer than a word, so no quoting is needed in them. */
export function bashScript(commands: readonly CommandWords[]): string {
  const plain = commands.map(({ path, commands: inner, options, argument }) => {
    const names = inner.map(({ name }) => name);
    const flags = options.flatMap(({ names: each }) => each);
    return [
      `    "${path}")`,
      `      options="${flags.join(' ')}"`,
      `      ${names.length > 0 ? `words="${names.join(' ')}"` : reply(argument)}`,
      '      ;;',
    ].join('\n');
  });
  return `# Completion of relent in bash, written by "relent completion bash".
_relent() {
  local line="\${COMP_LINE:0:COMP_POINT}" current previous="" command="" word words="" options="" files="" none=""
  local -a typed
  read -r -a typed <<<"$line"
  [[ "$line" == *[[:space:]] ]] && typed+=("")
  current="\${typed[\${#typed[@]}-1]}"
  typed=("\${typed[@]:1:\${#typed[@]}-2}")
  for word in "\${typed[@]}"; do
    case "$command $word" in
${steps(commands).join('\n')}
    esac
    previous="$word"
  done
  COMPREPLY=()
  case "$command $previous" in
${commands.flatMap(optionValues).join('\n')}
  esac
  if [[ -z "$words$files$none" ]]; then
    case "$command" in
${plain.join('\n')}
    esac
    [[ "$current" == -* ]] && words="$options" files=""
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ -n "$files" ]]; then
    compopt -o filenames 2>/dev/null
    local IFS=$'\\n'
    COMPREPLY+=($(compgen -f -- "$current"))
  fi
  # Bash replaces only what stands after the last of its word breaks, @ and : among them.
  local kept="\${current%"\${current##*[@:=]}"}"
  COMPREPLY=("\${COMPREPLY[@]#"$kept"}")
}
complete -F _relent relent
`;
}
