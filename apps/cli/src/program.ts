/**
 * The commands of relent, one file each; packages are loaded only when a command runs.
 *
 * @module
 */
import { type Argument, Command, InvalidArgumentError, type Option } from 'commander';
import colors from 'picocolors';
import { registerCompletion } from './commands/completion.js';
import { registerConvert } from './commands/convert.js';
import { registerCost } from './commands/cost.js';
import { registerCount } from './commands/count.js';
import { registerData } from './commands/data.js';
import { registerDoctor } from './commands/doctor.js';
import { registerEval } from './commands/eval.js';
import { registerExport } from './commands/export.js';
import { registerFrontier } from './commands/frontier.js';
import { registerImport } from './commands/import.js';
import { registerInfer } from './commands/infer.js';
import { registerInspect } from './commands/inspect.js';
import { registerQuantize } from './commands/quantize.js';
import { registerQuickstart } from './commands/quickstart.js';
import { registerReduce } from './commands/reduce.js';
import { registerServe } from './commands/serve.js';
import { registerSweep } from './commands/sweep.js';
import { registerTrain } from './commands/train.js';
import { didYouMean } from './suggestion.js';

const registrations = [
  registerData,
  registerTrain,
  registerImport,
  registerExport,
  registerReduce,
  registerSweep,
  registerFrontier,
  registerCount,
  registerInspect,
  registerConvert,
  registerCost,
  registerQuantize,
  registerServe,
  registerInfer,
  registerEval,
  registerQuickstart,
  registerDoctor,
  registerCompletion,
] as const;

// Commander leaves styles out where there is no terminal.
const { bold } = colors.createColors(true);

/** Builds the whole command line; errors are thrown, not ended with `process.exit`. */
export function createProgram(): Command {
  const program = new Command('relent')
    .description('Private inference of convolutional networks, made cheap by sharing ReLU decisions.')
    .version('0.1.0')
    .exitOverride()
    .configureHelp({ styleTitle: (title) => bold(title) })
    .showHelpAfterError('("relent COMMAND --help" tells how to use a command)')
    .addHelpText(
      'after',
      '\nMODEL is a model file of relent, or an architecture and a data set\nsuch as resnet18@cifar-100.',
    );
  for (const register of registrations) register(program);
  for (const command of program.commands) settle(command, program);
  return program;
}

/** Subcommands added by name do not inherit these. */
function settle(command: Command, program: Command): void {
  command.copyInheritedSettings(program);
  for (const each of [...command.options, ...command.registeredArguments]) suggestChoice(each);
  for (const inner of command.commands) settle(inner, program);
}

/** A value that is none of the choices is answered with the nearest of them. */
function suggestChoice(option: Option | Argument): void {
  const { argChoices: choices } = option;
  if (choices === undefined) return;
  // Help and completion still name the choices.
  option.argParser((text: string) => {
    if (choices.includes(text)) return text;
    throw new InvalidArgumentError(`Expected ${choices.join(', ')}${didYouMean(text, choices)}`);
  });
}
