/**
 * Marked regions of a document.
 *
 * @module
 */

/**
 * The document with every region filled anew.
 * @param write - answers the text of a region, from what its mark names.
 * @throws Error if a mark has no end, or a region is marked twice.
 */
export async function fillRegions(path, text, write) {
  const [head, ...parts] = text.split(/<!-- table: ([^>]*?) -->/);
  const seen = new Set();
  let filled = head;
  for (let i = 0; i < parts.length; i += 2) {
    const [what, rest] = [parts[i], parts[i + 1]];
    const end = rest.indexOf('<!-- end -->');
    if (end < 0) throw new Error(`${path}: expected "<!-- end -->" after "<!-- table: ${what} -->", got none`);
    if (seen.has(what)) throw new Error(`${path}: expected each table once, got "${what}" twice`);
    seen.add(what);
    filled += `<!-- table: ${what} -->\n\n${(await write(what)).trim()}\n\n${rest.slice(end)}`;
  }
  return filled;
}

/** A table in Markdown; `align` has `l` or `r` for each column. */
export function markdownTable(titles, align, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = [...align].map((side) => (side === 'r' ? '---:' : '---'));
  return [line(titles), line(rule), ...rows.map(line)].join('\n');
}
