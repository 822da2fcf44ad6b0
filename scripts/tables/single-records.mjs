/**
 * Records of single runs: trainings, reductions and private inferences that belong to no sweep.
 *
 * @module
 */
import { formatBytes, formatCount, formatMs } from '../../apps/cli/dist/format.js';
import { measureOf } from '../../apps/cli/dist/report/measure.js';
import { percent } from './figures.mjs';
import { markdownTable } from './regions.mjs';

const number = (value) => typeof value === 'number' && Number.isFinite(value);

/** What a record is of and its figure; `null` for a kind that has its own place. */
function describe({ content, run }) {
  const { configuration = {}, results = {}, provenance } = content;
  const { network, dataset, epochs } = configuration;
  const on = `${network} on ${dataset}`;
  const origin = provenance === undefined ? '' : '; its command was not run in this form, see its note';
  const trained = number(epochs) ? `, ${epochs} epochs` : '';
  const accuracy = () => `${percent(results.testAccuracy)} % test ${measureOf(dataset)}${origin}`;
  if (run !== null)
    return [
      `${on}, ${run.label}: ${formatCount(run.comparisons)} of ${formatCount(run.comparisonsBefore ?? run.comparisons)} comparisons${trained}`,
      accuracy(),
    ];
  if (number(results.onlineBytesUp) && number(results.exact)) {
    const online = `${formatBytes(results.onlineBytesUp + results.onlineBytesDown)} and ${formatMs(results.onlineMs)} online`;
    const offline = `${formatBytes(results.offlineBytesUp + results.offlineBytesDown)} and ${formatMs(results.offlineMs)} offline`;
    return [
      `${on}, ${results.images} images classified privately`,
      `${online}, ${offline} an image; ${results.exact} of ${results.checked} equal to the integer interpreter, bit for bit`,
    ];
  }
  if (configuration.method === undefined && number(results.testAccuracy))
    return [`${on}, trained${trained}`, accuracy()];
  return null;
}

/** One row a record. */
export function recordsTable({ records }, up) {
  const rows = records
    .filter(({ content }) => content.configuration?.sweep === undefined)
    .flatMap((record) => {
      const cells = describe(record);
      return cells === null ? [] : [[...cells, `[record](${up}${record.folder}/record.json)`]];
    });
  if (rows.length === 0) return 'No record yet.';
  return markdownTable(['what', 'figure', 'evidence'], 'lll', rows);
}
