/**
 * The commands of relent, one file each; packages are loaded only when a command runs.
 *
 * @module
 */
import { Command } from 'commander';
import colors from 'picocolors';
import { registerConvert } from './commands/convert.js';
import { registerCost } from './commands/cost.js';
import { registerCount } from './commands/count.js';
import { registerData } from './commands/data.js';
import { registerEval } from './commands/eval.js';
import { registerExport } from './commands/export.js';
import { registerFrontier } from './commands/frontier.js';
import { registerImport } from './commands/import.js';
import { registerInfer } from './commands/infer.js';
import { registerQuantize } from './commands/quantize.js';
import { registerQuickstart } from './commands/quickstart.js';
import { registerReduce } from './commands/reduce.js';
import { registerServe } from './commands/serve.js';
import { registerSweep } from './commands/sweep.js';
import { registerTrain } from './commands/train.js';

const registrations = [
  registerData,
  registerTrain,
  registerImport,
  registerExport,
  registerReduce,
  registerSweep,
  registerFrontier,
  registerCount,
  registerConvert,
  registerCost,
  registerQuantize,
  registerServe,
  registerInfer,
  registerEval,
  registerQuickstart,
] as const;

/** Builds the whole command line; errors are thrown, not ended with `process.exit`. */
export function createProgram(): Command {
  const program = new Command('relent')
    .description('Private inference of convolutional networks, made cheap by sharing ReLU decisions.')
    .version('0.1.0')
    .exitOverride()
    .configureHelp({ styleTitle: (title) => colors.bold(title) })
    .showHelpAfterError('("relent COMMAND --help" tells how to use a command)')
    .addHelpText(
      'after',
      '\nMODEL is a model file of relent, or an architecture and a data set such as resnet18@cifar-100.',
    );
  for (const register of registrations) register(program);
  for (const command of program.commands) settle(command, program);
  return program;
}

/** Subcommands added by name do not inherit these. */
function settle(command: Command, program: Command): void {
  command.copyInheritedSettings(program);
  for (const inner of command.commands) settle(inner, program);
}
