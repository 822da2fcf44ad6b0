/**
 * The quick start: trains, reduces, quantises, runs privately, and reports.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { InferredImage, PhaseReport } from '../commands/infer.js';
import { evaluateInteger } from '../evaluation.js';
import { formatBytes, formatCount, formatMs, formatPercent } from '../format.js';
import { loadTrainedModel, namedArchitecture, writeModelFile } from '../model-source.js';
import { printLine, printTable } from '../output.js';
import { type MeanBytes, predictMeanBytes } from '../prediction.js';
import { quantizeModel } from '../quantization.js';
import { reduceNetwork } from '../reduction.js';
import { renderReport } from '../report/page.js';
import { describeGain } from '../report/plots.js';
import type { NetworkResult, PhaseResult, ReportResults } from '../report/results.js';
import { trainNetwork } from '../training.js';
import { runPrivately } from './private-run.js';
import { settings } from './settings.js';
import { StageRunner } from './stages.js';

/** A trained network on disk, before and after reduction. */
interface Trained {
  readonly label: string;
  readonly file: string;
  readonly comparisons: number;
  readonly accuracy: number;
}

/** Its fixed-point twin. */
interface Quantised extends Trained {
  readonly integerAccuracy: number;
  /** Images of one session of the private run, and the mean bytes predicted for them. */
  readonly images: number;
  readonly predicted: MeanBytes;
}

/** What a reader of the report has to know. */
const warnings = [
  'Private as long as both parties follow the protocol: a party that deviates from it can learn more. ' +
    'Nobody but the authors has reviewed the code.',
];

/**
 * Runs the quick start, using again what an earlier run left in `folder`.
 * @throws Error if a private result differs from the integer interpreter, or a process fails.
 */
export async function runQuickstart(folder: string): Promise<ReportResults> {
  const started = performance.now();
  mkdirSync(folder, { recursive: true });
  const stages = new StageRunner(join(folder, 'stages'));
  const { dataset } = settings;
  const { fetchDataset } = await import('@relent/train');
  const dataFolder = await fetchDataset(dataset);
  printLine(`✓ data set ${dataset} (${dataFolder})`);

  const full = await trainFull(stages, folder);
  const trained: Trained[] = [full];
  for (const fraction of settings.budgets) trained.push(await reduceTo(stages, folder, full, fraction));
  const quantised: Quantised[] = [];
  for (const [i, each] of trained.entries()) {
    const whole = i === 0 || i === trained.length - 1;
    quantised.push(await quantise(stages, folder, each, whole ? settings.privateImages : settings.sampleImages));
  }
  printFrontier(quantised);

  const networks: NetworkResult[] = [];
  for (const each of quantised) networks.push(await classifyPrivately(each));
  const results: ReportResults = {
    network: `${settings.architecture}, width ${settings.width}`,
    dataset,
    networks,
    warnings,
  };
  const report = join(folder, 'report.html');
  writeFileSync(report, renderReport(results));
  writeFileSync(join(folder, 'results.json'), JSON.stringify(results, null, 2));
  printComparison(networks);
  printLine(`\n${describeGain(networks)}`);
  printLine(`Report: ${pathToFileURL(resolve(report)).href}`);
  printLine(`Done in ${formatMs(performance.now() - started)}.`);
  return results;
}

async function trainFull(stages: StageRunner, folder: string): Promise<Trained> {
  const { dataset, architecture, width, epochs, batch, seed } = settings;
  const file = join(folder, 'full.relent');
  return stages.run({
    name: 'train',
    title: `training ${architecture} of width ${width} on ${dataset}, ${epochs} epochs`,
    dependsOn: { dataset, architecture, width, epochs, batch, seed },
    files: [file],
    run: async () => {
      const { gateCost } = await import('@relent/graph');
      const named = await namedArchitecture(`${architecture}@${dataset}`, { width });
      const { model, accuracy } = await trainNetwork(named, { epochs, batch, seed, runFolder: join(folder, 'run') });
      await writeModelFile(file, model);
      const { comparisons } = gateCost(model.graph, model.gateMaps).total;
      printLine(`  ${formatCount(comparisons)} comparisons, test accuracy ${formatPercent(accuracy)}`);
      return { label: 'full', file, comparisons, accuracy };
    },
  });
}

async function reduceTo(stages: StageRunner, folder: string, full: Trained, fraction: number): Promise<Trained> {
  const { grouping, fineTuneEpochs, fineTuneBatch, seed } = settings;
  const percent = `${fraction * 100} %`;
  const name = `reduced-${fraction * 100}`;
  const file = join(folder, `${name}.relent`);
  return stages.run({
    name,
    title: `reducing to ${percent} of the comparisons, ${fineTuneEpochs} epochs of fine-tuning`,
    dependsOn: { full, fraction, grouping, fineTuneEpochs, fineTuneBatch, seed },
    files: [file],
    run: async () => {
      const { model } = await loadTrainedModel(full.file);
      const reduced = await reduceNetwork(model, {
        method: 'share',
        budget: { kind: 'share', fraction },
        methodOptions: { grouping, rule: 'mean' },
        epochs: fineTuneEpochs,
        batch: fineTuneBatch,
        seed,
      });
      await writeModelFile(file, reduced.model);
      const { comparisons } = reduced;
      // Only weights that nothing has trained have none.
      const accuracy = reduced.accuracy!;
      printLine(`  ${formatCount(comparisons)} comparisons, test accuracy ${formatPercent(accuracy)}`);
      return { label: percent, file, comparisons, accuracy };
    },
  });
}

async function quantise(stages: StageRunner, folder: string, trained: Trained, images: number): Promise<Quantised> {
  const { calibrationImages, integerImages, ringBits } = settings;
  const { protocolVersion } = await import('@relent/protocol');
  const name = trained.file.slice(folder.length + 1).replace('.relent', '-integer');
  const file = join(folder, `${name}.relent`);
  return stages.run({
    name,
    title: `fixed point for ${trained.label}`,
    dependsOn: { trained, images, calibrationImages, integerImages, ringBits, protocolVersion },
    files: [file],
    run: async () => {
      const { model } = await loadTrainedModel(trained.file);
      const integer = await quantizeModel(model, { images: calibrationImages, ringBits });
      await writeModelFile(file, model, integer);
      const named = { model, integer, trained: true };
      const { accuracy } = await evaluateInteger(named, { split: 'test', images: integerImages });
      const predicted = await predictMeanBytes(integer.graph, images);
      return { ...trained, file, integerAccuracy: accuracy, images, predicted };
    },
  });
}

async function classifyPrivately(network: Quantised): Promise<NetworkResult> {
  const count = network.images;
  printLine(
    `▸ ${count} test images through ${network.label} (${formatCount(network.comparisons)} comparisons), privately …`,
  );
  const started = performance.now();
  const images = await runPrivately(network.file, `${settings.dataset}:test:0-${count - 1}`, count);
  const right = images.filter(({ label, prediction }) => label === prediction).length;
  const exact = images.filter(({ check }) => check?.exact === true && check.floorDistance <= check.floorBound).length;
  if (exact < count || images.length < count)
    throw new Error(`${network.label}: only ${exact} of ${count} private results equal the integer interpreter`);
  printLine(
    `✓ ${right} right, all ${count} equal to the integer interpreter (${formatMs(performance.now() - started)})`,
  );
  const { label, comparisons, accuracy, integerAccuracy, predicted } = network;
  const offline = meanPhase(images.map((image: InferredImage) => image.offline));
  const online = meanPhase(images.map((image: InferredImage) => image.online));
  return { label, comparisons, accuracy, integerAccuracy, predicted, offline, online, images: count, right, exact };
}

function meanPhase(phases: readonly PhaseReport[]): PhaseResult {
  const mean = (of: (phase: PhaseReport) => number) =>
    phases.reduce((sum, phase) => sum + of(phase), 0) / phases.length;
  return {
    bytes: mean(({ bytesUp, bytesDown }) => bytesUp + bytesDown),
    rounds: mean(({ rounds }) => rounds),
    ms: mean(({ ms }) => ms),
  };
}

const right = { align: 'right' } as const;

function printFrontier(networks: readonly Quantised[]): void {
  printLine('\nThe frontier, on the test split:\n');
  printTable(
    ['network', 'comparisons', 'accuracy', 'fixed point', 'bytes, predicted'].map((title, i) => ({
      title,
      ...(i > 0 && right),
    })),
    networks.map(({ label, comparisons, accuracy, integerAccuracy, predicted }) => [
      label,
      formatCount(comparisons),
      formatPercent(accuracy),
      formatPercent(integerAccuracy),
      formatBytes(predicted.offlineBytes + predicted.onlineBytes),
    ]),
  );
  printLine(
    `\n(fixed point: the first ${formatCount(settings.integerImages)} test images; bytes: one private image)\n`,
  );
}

function printComparison(networks: readonly NetworkResult[]): void {
  printLine('\nOne private image, measured between the two processes:\n');
  const titles = ['network', 'offline', 'predicted', 'time', 'online', 'predicted', 'time', 'rounds'];
  printTable(
    titles.map((title, i) => ({ title, ...(i > 0 && right) })),
    networks.map(({ label, offline, online, predicted }) => [
      label,
      formatBytes(offline.bytes),
      formatBytes(predicted.offlineBytes),
      formatMs(offline.ms),
      formatBytes(online.bytes),
      formatBytes(predicted.onlineBytes),
      formatMs(online.ms),
      formatCount(online.rounds),
    ]),
  );
}
