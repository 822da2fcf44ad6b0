/**
 * `relent cost MODEL --network …`: bytes, rounds and time of one private image, before anything runs.
 *
 * @module
 */

import type { Answer, PhaseCost, ProfileName } from '@relent/protocol';
import { type Command, Option } from 'commander';
import { formatBytes, formatCount, formatMs } from '../format.js';
import { loadModel } from '../model-source.js';
import { addCommand, type CommonOptions, positiveNumber, wholeNumber } from '../options.js';
import { printJson, printLine, printNote, printTable } from '../output.js';
import { integerGraphOf, predictCost } from '../prediction.js';

// Typed as the profiles are, so that --help names all of them without loading a package.
const networks = { lan: true, wan: true, mobile: true } satisfies Record<ProfileName, true>;

const answers = { logits: true, class: true } satisfies Record<Answer, true>;

interface Options extends CommonOptions {
  readonly network: ProfileName;
  readonly width?: number;
  readonly steps?: boolean;
  readonly image: number;
  readonly batch: number;
  readonly output: Answer;
}

/** Adds the command. */
export function registerCost(program: Command): void {
  addCommand(program, 'cost', 'predict bytes, rounds and network time of one private image')
    .argument('<MODEL>', 'model file, or an architecture such as resnet18@cifar-100')
    .addOption(
      new Option('--network <name>', 'network between the parties').choices(Object.keys(networks)).default('lan'),
    )
    .option('--width <factor>', 'width multiplier of an architecture', positiveNumber)
    .option('--steps', 'show every step')
    .option(
      '--image <index>',
      'which image of a session, from 0: random bits left over from one image can make the next cheaper',
      wholeNumber(0, 10_000),
      0,
    )
    .option('--batch <count>', 'images that run at once', wholeNumber(1, 1024), 1)
    .addOption(
      new Option('--output <kind>', 'what the client learns: all logits, or the class alone')
        .choices(Object.keys(answers))
        .default('logits'),
    )
    .action(cost);
}

async function cost(name: string, options: Options): Promise<void> {
  const named = await loadModel(name, options);
  const { networkMs, profiles } = await import('@relent/protocol');
  const profile = profiles[options.network];
  if (named.integer === null)
    printNote(`${name} is not quantised: scales are taken from noise, so bytes are off by a little`);
  const { setup, offline, online } = await predictCost(await integerGraphOf(named), {
    image: options.image,
    images: options.batch,
    answer: options.output,
  });
  const phases = { setup, offline, online };
  const timed = (phase: PhaseCost) => ({ ...phase, networkMs: networkMs(phase, profile) });
  if (options.json)
    return printJson({ network: profile, setup: timed(setup), offline: timed(offline), online: timed(online) });

  const number = { align: 'right' } as const;
  const columns = ['up', 'down', 'rounds', `time on ${profile.name}`].map((title) => ({ title, ...number }));
  printTable(
    [{ title: 'phase' }, ...columns],
    Object.entries(phases).map(([phase, traffic]) => [
      phase,
      formatBytes(traffic.bytesUp),
      formatBytes(traffic.bytesDown),
      formatCount(traffic.rounds),
      formatMs(networkMs(traffic, profile)),
    ]),
  );
  if (options.steps)
    for (const [phase, { steps }] of Object.entries(phases)) {
      printLine();
      printTable(
        [{ title: `${phase} step` }, { title: 'up', ...number }, { title: 'down', ...number }],
        steps.map(({ step, bytesUp, bytesDown }) => [step, formatBytes(bytesUp), formatBytes(bytesDown)]),
      );
    }
  const occasion = options.batch === 1 ? 'an image' : `for ${options.batch} images`;
  printLine(
    `\nSet-up is once a session, the other phases once ${occasion}. A round is one flight\n` +
      'of messages, half a round trip. The time is that of the network alone.',
  );
}
