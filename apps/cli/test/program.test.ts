import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, CommanderError } from 'commander';
import { createProgram } from '../dist/program.js';

function commandsOf(command: Command): Command[] {
  const inner = command.commands.filter((each) => each.name() !== 'help');
  return inner.length === 0 ? [command] : inner.flatMap(commandsOf);
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 80 });
  command.outputHelp();
  return text;
}

/** The examples of a command's help, as arguments. */
const examplesOf = (help: string) =>
  [...help.matchAll(/^ {2}\$ relent (.*)$/gm)].map(([, line]) => line!.replace(/ > .*/, '').split(' '));

async function parse(words: readonly string[]): Promise<string> {
  const program = createProgram();
  let ran = '';
  let said = '';
  const stub = (command: Command) => {
    command.configureOutput({ writeErr: (text) => (said += text), writeOut: () => {} });
    if (command.commands.length === 0)
      command.action(() => {
        ran = command.name();
      });
    for (const each of command.commands) stub(each);
  };
  stub(program);
  await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error;
  });
  return ran === '' ? said : ran;
}

test('every command has examples, which the command line takes', async () => {
  for (const command of commandsOf(createProgram())) {
    const examples = examplesOf(helpOf(command));
    assert.ok(examples.length > 0, `${command.name()} has no examples`);
    for (const words of examples) assert.equal(await parse(words), command.name(), words.join(' '));
  }
});

test('every help fits 80 columns, long examples apart', () => {
  const program = createProgram();
  for (const command of [program, ...commandsOf(program)])
    for (const line of helpOf(command).split('\n'))
      if (!line.startsWith('  $ ')) assert.ok(line.length <= 80, `${command.name()}: ${line}`);
});

test('mistyped commands, options and choices are answered with what may have been meant', async () => {
  assert.match(await parse(['trian', 'resnet8@mnist']), /Did you mean train\?/);
  assert.match(await parse(['count', 'a', '--jsn']), /Did you mean --json\?/);
  assert.match(await parse(['cost', 'a', '--network', 'mobil']), /did you mean "mobile"\?/);
  assert.match(
    await parse(['reduce', 'a', '--budget', '5%', '--out', 'b', '--method', 'knapsak']),
    /did you mean "knapsack"\?/,
  );
  assert.match(await parse(['completion', 'bsah']), /did you mean "bash"\?/);
  assert.equal(await parse(['cost', 'a', '--network', 'wan']), 'cost');
});
