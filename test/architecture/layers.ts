/**
 * The layer table of DESIGN.md, read from the document itself.
 *
 * @module
 */

/** One row of the layer table. */
export interface Layer {
  readonly name: string;
  /** Names of the packages it may import; `'everything'` for an application. */
  readonly mayImport: readonly string[] | 'everything';
  readonly platform: 'any' | 'node' | 'browser';
  /** Whether async functions are forbidden. */
  readonly sync: boolean;
}

const platforms = ['any', 'node', 'browser'] as const;

/**
 * Parses the table whose header begins with `| package | may import | platform | style |`.
 * @throws RangeError if the document has no such table or a row cannot be read.
 */
export function readLayerTable(markdown: string): ReadonlyMap<string, Layer> {
  const lines = markdown.split('\n');
  const header = lines.findIndex((line) =>
    /^\|\s*package\s*\|\s*may import\s*\|\s*platform\s*\|\s*style\s*\|/.test(line),
  );
  if (header < 0)
    throw new RangeError('"DESIGN.md" expected a table "package | may import | platform | style", got none');
  const layers = new Map<string, Layer>();
  for (const line of lines.slice(header + 2)) {
    if (!line.startsWith('|')) break;
    const [name = '', imports = '', platformText = '', style = ''] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    const platform = platforms.find((each) => each === platformText);
    if (name === '' || platform === undefined)
      throw new RangeError(`"DESIGN.md" expected a layer, got ${JSON.stringify(line)}`);
    const mayImport = imports === 'everything' ? imports : imports.split(/[\s,]+/).filter((each) => each !== '');
    layers.set(name, { name, mayImport, platform, sync: style === 'sync' });
  }
  return layers;
}
