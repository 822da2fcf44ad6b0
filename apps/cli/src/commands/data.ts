/**
 * `relent data get|list`: data sets by name.
 *
 * @module
 */
import type { Command } from 'commander';
import { formatCount } from '../format.js';
import { datasetNamed } from '../model-source.js';
import { addCommand, type CommonOptions, examples } from '../options.js';
import { printJson, printLine, printNote, printTable } from '../output.js';
import { type Progress, startProgress } from '../progress.js';

/** Adds the command and its two subcommands. */
export function registerData(program: Command): void {
  const data = program.command('data').description('get data sets, or list those that are known');
  addCommand(data, 'get', 'fetch a data set into $RELENT_DATA or the cache folder, and check it')
    .argument('<DATASET>', 'such as fashion-mnist or cifar-10')
    .option('--offline', 'look only on this machine')
    .addHelpText('after', examples('data get cifar-10', 'data get fashion-mnist --offline'))
    .action(get);
  addCommand(data, 'list', 'list the data sets that are known by name')
    .addHelpText('after', examples('data list', 'data list --json'))
    .action(list);
}

async function get(text: string, options: CommonOptions & { readonly offline?: boolean }): Promise<void> {
  const { name } = await datasetNamed(text);
  const { fetchDataset } = await import('@relent/train');
  let progress: Progress | undefined;
  let current = '';
  try {
    const folder = await fetchDataset(name, {
      offline: options.offline ?? false,
      onProgress: ({ step, done, total }) => {
        if (step !== current) {
          progress?.stop();
          printNote(`${name}: ${step}`);
          progress = total === null ? undefined : startProgress(name, total);
          current = step;
        }
        progress?.update(done);
      },
    });
    progress?.stop();
    if (options.json) printJson({ name, folder });
    else printLine(`${name} is in ${folder}`);
  } finally {
    progress?.stop();
  }
}

async function list(options: CommonOptions): Promise<void> {
  const { listDatasets, locateDataset } = await import('@relent/train');
  const rows = listDatasets().map((info) => ({ info, present: locateDataset(info.name) !== null }));
  if (options.json)
    return printJson(
      rows.map(({ info: { name, inputShape, classes, counts }, present }) => ({
        name,
        inputShape,
        classes,
        counts,
        present,
      })),
    );
  printTable(
    [
      { title: 'name' },
      { title: 'image' },
      { title: 'classes', align: 'right' },
      { title: 'train', align: 'right' },
      { title: 'test', align: 'right' },
      { title: 'here' },
    ],
    rows.map(({ info, present }) => [
      info.name,
      info.inputShape.join('×'),
      formatCount(info.classes.length),
      formatCount(info.counts.train),
      formatCount(info.counts.test),
      present ? 'yes' : 'no',
    ]),
  );
}
