/**
 * `relent completion SHELL`: a script that completes commands, options and names.
 *
 * @module
 */
import { Argument, type Command } from 'commander';
import { completionScript, shells } from '../completion/script.js';
import { describeCommands } from '../completion/vocabulary.js';
import { addCommand, type CommonOptions, examples } from '../options.js';
import { printJson, printLine } from '../output.js';

/** Adds the command. */
export function registerCompletion(program: Command): void {
  addCommand(program, 'completion', 'print a script that completes commands in a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText(
      'after',
      examples(
        'completion bash > ~/.local/share/bash-completion/completions/relent',
        'completion zsh > ~/.zfunc/_relent',
        'completion fish > ~/.config/fish/completions/relent.fish',
      ),
    )
    .action(async (shell: (typeof shells)[number], { json }: CommonOptions) => {
      const script = completionScript(shell, await describeCommands(program));
      if (json) printJson({ shell, script });
      else printLine(script.trimEnd());
    });
}
