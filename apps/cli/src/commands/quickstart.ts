/**
 * `relent quickstart`: the whole of relent on small images, in a few minutes.
 *
 * @module
 */
import type { Command } from 'commander';
import { addCommand, type CommonOptions, examples } from '../options.js';
import { printJson } from '../output.js';

interface Options extends CommonOptions {
  readonly out: string;
}

/** Adds the command. */
export function registerQuickstart(program: Command): void {
  addCommand(program, 'quickstart', 'train, reduce and run a small network privately, and write a report')
    .option('--out <folder>', 'where models, results and report.html go; what is there is used again', 'quickstart')
    .addHelpText('after', examples('quickstart', 'quickstart --out trial'))
    .action(async ({ out, json }: Options) => {
      const { runQuickstart } = await import('../quickstart/run.js');
      const results = await runQuickstart(out);
      if (json) printJson(results);
    });
}
