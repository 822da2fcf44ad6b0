/**
 * `relent cost MODEL --network …`: bytes, rounds and time of one private image, before anything runs.
 *
 * @module
 */

import type { Answer, PhaseCost, PlanAlternative } from '@relent/protocol';
import { type Command, Option } from 'commander';
import { formatBytes, formatCount, formatMs } from '../format.js';
import { loadModel } from '../model-source.js';
import { addCommand, type CommonOptions, examples, positiveNumber, wholeNumber } from '../options.js';
import { printJson, printLine, printNote, printTable } from '../output.js';
import { addNetworkOptions, type NetworkOptions, planningOf } from '../plan-options.js';
import { integerGraphOf, predictCost } from '../prediction.js';

type Traffic = Pick<PhaseCost, 'bytesUp' | 'bytesDown' | 'rounds'>;

// Typed as the planner's answers are, so that --help names them without loading a package.
const answers = { logits: true, class: true } satisfies Record<Answer, true>;

interface Options extends CommonOptions, NetworkOptions {
  readonly width?: number;
  readonly steps?: boolean;
  readonly image: number;
  readonly batch: number;
  readonly output: Answer;
}

/** Adds the command. */
export function registerCost(program: Command): void {
  addNetworkOptions(addCommand(program, 'cost', 'predict bytes, rounds and network time of one private image'))
    .argument('<MODEL>', 'model file, or an architecture such as resnet18@cifar-100')
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
    .addHelpText(
      'after',
      examples('cost resnet20@cifar-10 --network wan', 'cost runs/private.relent --steps --output class'),
    )
    .action(cost);
}

async function cost(name: string, options: Options): Promise<void> {
  const named = await loadModel(name, options);
  const { networkMs, planAlternatives } = await import('@relent/protocol');
  const planning = { ...(await planningOf(options)), answer: options.output };
  const { profile } = planning;
  if (named.integer === null)
    printNote(`${name} is not quantised: scales are taken from noise, so bytes are off by a little`);
  const graph = await integerGraphOf(named);
  const { setup, offline, online } = await predictCost(graph, {
    image: options.image,
    images: options.batch,
    planning,
  });
  const alternatives = planAlternatives(graph, planning).map(describeAlternative);
  const phases = { setup, offline, online };
  const image = {
    bytesUp: offline.bytesUp + online.bytesUp,
    bytesDown: offline.bytesDown + online.bytesDown,
    rounds: offline.rounds + online.rounds,
  };
  const timed = <T extends Traffic>(traffic: T) => ({ ...traffic, networkMs: networkMs(traffic, profile) });
  if (options.json)
    return printJson({
      network: profile,
      setup: timed(setup),
      offline: timed(offline),
      online: timed(online),
      image: timed(image),
      alternatives,
    });

  const occasion = options.batch === 1 ? 'an image' : `for ${options.batch} images`;
  const number = { align: 'right' } as const;
  const columns = ['up', 'down', 'both ways', 'rounds', `time on ${profile.name}`].map((title) => ({
    title,
    ...number,
  }));
  printTable(
    [{ title: 'phase' }, ...columns],
    Object.entries({ ...phases, [occasion]: image }).map(([phase, traffic]) => [
      phase,
      formatBytes(traffic.bytesUp),
      formatBytes(traffic.bytesDown),
      formatBytes(traffic.bytesUp + traffic.bytesDown),
      formatCount(traffic.rounds),
      formatMs(networkMs(traffic, profile)),
    ]),
  );
  printLine();
  printTable(
    [
      { title: 'plan' },
      ...['online', 'rounds', 'online time', 'offline', 'offline time'].map((title) => ({ title, ...number })),
    ],
    alternatives.map(({ name, onlineBytes, rounds, onlineMs, offlineBytes, offlineMs }) => [
      name,
      formatBytes(onlineBytes),
      formatCount(rounds),
      formatMs(onlineMs),
      formatBytes(offlineBytes),
      formatMs(offlineMs),
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
  printLine(
    `\nSet-up is once a session, offline and online once ${occasion}. A round\n` +
      'is one flight of messages, half a round trip. The time is that of the network; in the\n' +
      'table of plans, which is of one image, with that of making the random OTs and\n' +
      'their corrections.',
  );
}

/** A plan that could be demanded, as printed. */
interface Alternative {
  readonly name: string;
  /** How many sites compare and multiply in which form. */
  readonly forms: Readonly<Record<string, number>>;
  readonly onlineBytes: number;
  readonly rounds: number;
  readonly onlineMs: number;
  readonly offlineBytes: number;
  readonly offlineMs: number;
}

function describeAlternative({ demand, plan, cost, onlineMs, offlineMs }: PlanAlternative): Alternative {
  const forms: Record<string, number> = {};
  for (const step of plan.steps) {
    if (step.kind !== 'site' || step.choice === null) continue;
    const { mode, compare, digitBits } = step.choice;
    const form = `${mode} ${compare} ${digitBits}`;
    forms[form] = (forms[form] ?? 0) + 1;
  }
  const { online, offline } = cost;
  return {
    name: demand.mode === undefined ? 'fastest' : `--mode ${demand.mode} --compare ${demand.compare}`,
    forms,
    onlineBytes: online.bytesUp + online.bytesDown,
    rounds: online.rounds,
    onlineMs,
    offlineBytes: offline.bytesUp + offline.bytesDown,
    offlineMs,
  };
}
