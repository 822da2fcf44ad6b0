import { FormatError } from './errors.js';

/**
 * Parses JSON and refuses what `JSON.parse` lets through silently: a key that occurs twice in one object.
 * @param name - what the text is, for the error message.
 * @throws FormatError if the text is not JSON or repeats a key.
 */
export function parseJson(text: string, name: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FormatError(`"${name}" expected JSON, got text that is none`);
  }
  const repeated = repeatedKey(text);
  if (repeated !== null) throw new FormatError(`"${name}" expected unique keys, got ${JSON.stringify(repeated)} twice`);
  return value;
}

/** The first key that one object of a well-formed JSON text holds twice. */
function repeatedKey(text: string): string | null {
  const open: Set<string>[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '{' || character === '[') open.push(new Set());
    else if (character === '}' || character === ']') open.pop();
    if (character !== '"') continue;
    const start = i++;
    while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
    let next = i + 1;
    while (/\s/.test(text[next] ?? '')) next++;
    if (text[next] !== ':') continue;
    const key = JSON.parse(text.slice(start, i + 1)) as string;
    const keys = open.at(-1)!;
    if (keys.has(key)) return key;
    keys.add(key);
  }
  return null;
}

/** JSON with sorted keys, so that the order in which an object was built does not matter. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : 1)))
      : part,
  );
}
