/**
 * `npm run tables`: writes the figures of records into README.md and docs/methods. Nobody types a figure.
 *
 * `npm run tables -- --check` changes nothing and fails if a document differs from its records.
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { updateTables } from './tables/update.mjs';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const changed = await updateTables(fileURLToPath(new URL('..', import.meta.url)), values.check);
if (changed.length === 0) console.log('tables: all as the records say');
else if (!values.check) console.log(`tables: wrote ${changed.join(', ')}`);
else {
  console.error(`tables: ${changed.join(', ')} expected the figures of results/; run "npm run tables"`);
  process.exitCode = 1;
}
