/**
 * `relent doctor`: what is installed, which kernels and devices are used, and what to type to mend it.
 *
 * @module
 */
import type { Command } from 'commander';
import { outColours } from '../colours.js';
import type { Finding } from '../doctor/finding.js';
import { addCommand, type CommonOptions, examples } from '../options.js';
import { printJson, printLine } from '../output.js';
import { wrapWords } from '../wrap.js';

/** Adds the command. */
export function registerDoctor(program: Command): void {
  addCommand(program, 'doctor', 'tell what is installed, and what to type to mend the rest')
    .addHelpText('after', '\nThe exit code is 1 if something is missing that relent cannot do without.')
    .addHelpText('after', examples('doctor', 'doctor --json'))
    .action(doctor);
}

async function examine(): Promise<readonly Finding[]> {
  const machine = await import('../doctor/machine.js');
  const engines = await import('../doctor/engines.js');
  return [
    machine.findNode(),
    machine.findProcessor(),
    ...(await engines.findTorch()),
    machine.findCompiler(),
    await engines.findKernels(),
    await engines.findSodium(),
    ...(await engines.findData()),
    machine.findChromium(),
  ];
}

async function doctor({ json }: CommonOptions): Promise<void> {
  const findings = await examine();
  const broken = findings.filter(({ ok, needed }) => needed && !ok);
  if (broken.length > 0) process.exitCode = 1;
  if (json) return printJson({ ok: broken.length === 0, findings });
  const { green, yellow, red, dim } = outColours;
  const indent = 32;
  for (const { name, ok, needed, detail, mend } of findings) {
    const state = ok ? green('ok     ') : (needed ? red : yellow)('missing');
    const [first = '', ...rest] = wrapWords(detail, 80 - indent);
    printLine(`${state} ${name.padEnd(indent - 9)} ${first}`);
    for (const line of rest) printLine(' '.repeat(indent) + line);
    if (!ok && mend !== undefined) printLine(`${' '.repeat(indent)}${dim('type:')} ${mend}`);
  }
  printLine(
    broken.length === 0
      ? '\nAll that relent needs is here; what is missing is needed only by those who want it.'
      : `\nrelent needs ${broken.map(({ name }) => name).join(', ')}: see "type:" above.`,
  );
}
