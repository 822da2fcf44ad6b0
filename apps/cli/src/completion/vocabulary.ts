/**
 * The words of the command line, read from the very program that parses it.
 *
 * @module
 */
import type { Command, Option } from 'commander';

/** What may stand at a place: some words, files, both, or something that cannot be listed. */
export interface Values {
  readonly words: readonly string[];
  readonly files: boolean;
}

/** An option of a command. */
export interface OptionWords {
  /** As typed, such as `--json`; the long form first. */
  readonly names: readonly string[];
  readonly description: string;
  /** `null` for an option without a value. */
  readonly values: Values | null;
}

/** A command by its path, such as `data get`; the program itself has the empty path. */
export interface CommandWords {
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OptionWords[];
  readonly argument: Values | null;
}

const fileNames = /^(file|folder|plan|runs?|model|image)$/i;

/** Names that the packages know. */
interface Names {
  readonly architectures: readonly string[];
  readonly datasets: readonly string[];
}

async function loadNames(): Promise<Names> {
  const { zooNames } = await import('@relent/graph');
  const { listDatasets } = await import('@relent/train');
  return { architectures: zooNames, datasets: listDatasets().map(({ name }) => name) };
}

/** What a placeholder such as `MODEL@DATASET` or `file` stands for. */
function valuesOf(placeholder: string, choices: readonly string[] | undefined, names: Names): Values {
  if (choices !== undefined) return { words: choices, files: false };
  const models = () => names.architectures.flatMap((name) => names.datasets.map((dataset) => `${name}@${dataset}`));
  switch (placeholder) {
    case 'DATASET':
    case 'dataset':
      return { words: names.datasets, files: false };
    case 'MODEL@DATASET':
      return { words: models(), files: false };
    case 'MODEL':
      return { words: models(), files: true };
    default:
      return { words: [], files: fileNames.test(placeholder) };
  }
}

function placeholderOf(option: Option): string {
  return /[<[]([^>\].]+)(?:\.\.\.)?[>\]]/.exec(option.flags)?.[1] ?? '';
}

function describe(command: Command, path: string, names: Names): CommandWords[] {
  const help = command.createHelp();
  const inner = help.visibleCommands(command).filter((each) => each.name() !== 'help');
  const argument = command.registeredArguments[0];
  const own: CommandWords = {
    path,
    commands: inner.map((each) => ({ name: each.name(), description: each.description() })),
    options: help.visibleOptions(command).map((option) => ({
      names: [option.long, option.short].filter((name) => typeof name === 'string'),
      description: option.description,
      values: option.required || option.optional ? valuesOf(placeholderOf(option), option.argChoices, names) : null,
    })),
    argument: argument === undefined ? null : valuesOf(argument.name(), argument.argChoices, names),
  };
  return [own, ...inner.flatMap((each) => describe(each, `${path} ${each.name()}`.trim(), names))];
}

/** Every command that `--help` shows, the program first. */
export async function describeCommands(program: Command): Promise<readonly CommandWords[]> {
  return describe(program, '', await loadNames());
}
