/**
 * `relent infer --server HOST:PORT IMAGE…`: classifies images without showing them to the server.
 *
 * @module
 */

import type { ImageAnswer, PhaseTraffic, Plan } from '@relent/protocol';
import type { Command } from 'commander';
import { formatBytes, formatMs } from '../format.js';
import { loadImages } from '../images.js';
import { printSummary, recordInference, summarise } from '../inference-summary.js';
import { argmax, integerRunner } from '../integer-run.js';
import { loadTrainedModel } from '../model-source.js';
import { type Address, addCommand, address, type CommonOptions, examples, wholeNumber } from '../options.js';
import { printJson, printLine, printNote } from '../output.js';
import { addDemandOptions, type DemandOptions, demandOf } from '../plan-options.js';
import { loadSessionTools } from '../session-tools.js';

/** Traffic of one phase, as printed: for images that ran at once, the share of one. */
export interface PhaseReport {
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly rounds: number;
  readonly ms: number;
}

/** Comparison of one private result with the integer interpreter. */
export interface CheckReport {
  /** Whether the logits, or the class, equal the interpreter's, bit for bit: in mode `shares`, or `floor` in an exact plan. */
  readonly exact: boolean;
  /** Largest distance of a logit from mode `floor` (0 without logits), and the bound computed for this image. */
  readonly floorDistance: number;
  readonly floorBound: number;
  /** The class that mode `floor` gives. */
  readonly floorPrediction: number;
}

/** One image classified privately: a line of `infer --json`. */
export interface InferredImage {
  readonly image: string;
  readonly prediction: number;
  /** Name of the predicted class, when the server tells it. */
  readonly class?: string;
  /** The true class, when it is known. */
  readonly label?: number;
  /** Null if the server tells the class alone. */
  readonly logits: readonly number[] | null;
  readonly offline: PhaseReport;
  readonly online: PhaseReport;
  readonly check?: CheckReport;
}

interface Options extends CommonOptions, DemandOptions {
  readonly server: Address;
  readonly batch: number;
  readonly threads: number;
  readonly check?: string;
  readonly record?: string;
}

/** Adds the command. */
export function registerInfer(program: Command): void {
  addDemandOptions(addCommand(program, 'infer', 'classify images privately, with the model of a server'))
    .requiredOption('--server <host:port>', 'where "relent serve" listens; or wss://HOST, past a proxy', address)
    .argument('<IMAGE...>', 'image files, or references such as cifar-10:test:0-31')
    .option('--batch <count>', 'images that run at once, in the round trips of one', wholeNumber(1, 1024), 1)
    .option('--threads <count>', 'threads that compute', wholeNumber(1, 64), 1)
    .option('--check <MODEL>', 'compare each result with the integer interpreter of this model, bit for bit')
    .option('--record <name>', 'write results/NAME/record.json as well')
    .addHelpText(
      'after',
      examples(
        'infer --server 127.0.0.1:7700 photo.jpg',
        'infer --server 127.0.0.1:7700 cifar-10:test:0-9 --check runs/private.relent',
      ),
    )
    .action(infer);
}

type Check = (
  image: Int32Array,
  answer: ImageAnswer,
  plan: Plan,
  shares: ReadonlyMap<string, Int32Array>,
) => CheckReport;

async function loadCheck(file: string): Promise<{ readonly hash: string; readonly check: Check }> {
  const { integer } = await loadTrainedModel(file);
  if (integer === null) throw new Error(`"--check" expected a quantised model, got a float one: ${file}`);
  const { classesOf, publicHash } = await import('@relent/graph');
  const equal = (x: Int32Array, y: Int32Array) => x.length === y.length && x.every((value, i) => value === y[i]);
  const run = await integerRunner(integer);
  return {
    hash: publicHash(integer.graph),
    check: (image, { logits, classes }, plan, shares) => {
      const floor = run.floor(image);
      const expected = plan.exact ? floor : run.shares(image, (site) => shares.get(site)!);
      return {
        exact: (logits === null || equal(logits, expected)) && equal(classes, classesOf(integer.graph, expected)),
        floorDistance: logits?.reduce((most, logit, i) => Math.max(most, Math.abs(logit - floor[i]!)), 0) ?? 0,
        floorBound: run.distanceBound(image),
        floorPrediction: argmax(floor),
      };
    },
  };
}

async function infer(names: readonly string[], options: Options): Promise<void> {
  const { connectSession } = await import('@relent/protocol');
  const { connectTcp, connectWebSocket } = await import('@relent/protocol/node');
  const { logitsToFloat, quantizeImage } = await import('@relent/graph');
  const checker = options.check === undefined ? null : await loadCheck(options.check);
  const { server } = options;
  const channel = await ('url' in server ? connectWebSocket(server) : connectTcp(server));
  const session = await connectSession(channel, {
    ...(await loadSessionTools(options.threads)),
    keepShares: checker !== null,
    demand: demandOf(options),
    ...(checker === null ? {} : { expectedHash: checker.hash }),
  });
  try {
    const { info, graph } = session;
    const images = await loadImages(names, { shape: inputShape(graph.nodes), mean: info.mean, std: info.std });
    const results: InferredImage[] = [];
    for (let first = 0; first < images.length; first += options.batch) {
      const together = images.slice(first, first + options.batch);
      const integers = together.map(({ pixels }) => quantizeImage(graph, pixels));
      const { answers, offline, online } = await session.inferBatch(integers);
      for (const [i, answer] of answers.entries()) {
        const { name, label } = together[i]!;
        const { logits, prediction, clientShares } = answer;
        const className = info.classes?.[prediction];
        const result: InferredImage = {
          image: name,
          prediction,
          ...(className === undefined ? {} : { class: className }),
          ...(label === undefined ? {} : { label }),
          logits: logits === null ? null : [...logitsToFloat(graph, logits)],
          offline: phaseReport(offline, together.length),
          online: phaseReport(online, together.length),
          ...(checker === null || clientShares === null
            ? {}
            : { check: checker.check(integers[i]!, answer, session.plan, clientShares) }),
        };
        results.push(result);
        if (options.json) printJson(result);
        else printLine(describe(result));
      }
    }
    const summary = summarise(results);
    printSummary(summary);
    if (options.record !== undefined) {
      await recordInference(
        options.record,
        { network: info.name, dataset: info.dataset ?? null, images: names },
        summary,
      );
      printNote(`record: results/${options.record}`);
    }
    const { checked, exact } = summary;
    if (exact < checked)
      throw new Error(`${checked - exact} of ${checked} results differ from the integer interpreter`);
  } finally {
    await session.close().catch(() => undefined);
  }
}

function inputShape(nodes: readonly { readonly op: string; readonly shape: readonly number[] }[]): readonly number[] {
  return nodes.find(({ op }) => op === 'input')?.shape ?? [];
}

function phaseReport({ bytesUp, bytesDown, rounds, ms }: PhaseTraffic, images: number): PhaseReport {
  return { bytesUp: bytesUp / images, bytesDown: bytesDown / images, rounds: rounds / images, ms: ms / images };
}

function describe({ image, prediction, class: name, label, offline, online, check }: InferredImage): string {
  const answer = name ?? `class ${prediction}`;
  const truth = label === undefined ? '' : label === prediction ? ' ✓' : ' ✗';
  const checked =
    check === undefined ? '' : check.exact ? '  = integer interpreter' : '  DIFFERS from the integer interpreter';
  return `${image}  ${answer}${truth}  offline ${describePhase(offline)}  online ${describePhase(online)}${checked}`;
}

function describePhase({ bytesUp, bytesDown, ms }: PhaseReport): string {
  return `${formatBytes(bytesUp + bytesDown)} ${formatMs(ms)}`;
}
