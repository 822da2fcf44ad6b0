/**
 * One cell of a sweep: reduces, measures on each split once, predicts the private cost, and writes the record.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Model } from '@relent/graph';
import type { ClassAccuracy, ComputeOptions, Dataset, FitProgress, SweepCell } from '@relent/train';
import { parseBudget } from '../budget.js';
import { writeFamily, writeFamilyTable } from '../family-files.js';
import { datasetNamed, loadTrainedModel, writeModelFile } from '../model-source.js';
import { integerGraphOf, predictCost } from '../prediction.js';
import { datasetOf } from '../quantization.js';
import { demandOf, expectTarget } from '../reduction.js';
import { trainingSpeed } from '../training-speed.js';
import { typedCommand } from '../typed-command.js';
import { configurationOf, placesOf, type Sweep } from './folders.js';

/** Accuracies of the teacher, remembered for all cells. */
interface TeacherAccuracy {
  readonly test: ClassAccuracy;
  readonly validation: ClassAccuracy;
}

async function measure(model: Model, data: Dataset, device: string): Promise<TeacherAccuracy> {
  const { evaluateClasses, Network } = await import('@relent/train');
  const network = Network.fromModel(model, { device });
  try {
    return {
      test: await evaluateClasses(network, data, 'test'),
      validation: await evaluateClasses(network, data, 'validation'),
    };
  } finally {
    network.free();
  }
}

async function teacherAccuracy(sweep: Sweep, model: Model, data: Dataset, device: string): Promise<TeacherAccuracy> {
  const key = createHash('sha256').update(readFileSync(sweep.plan.model)).update(data.name).digest('hex').slice(0, 16);
  const file = join(sweep.runs, `teacher-${key}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as TeacherAccuracy;
  const measured = await measure(model, data, device);
  // Another cell may be reading it: the file appears whole.
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, JSON.stringify(measured));
  renameSync(partial, file);
  return measured;
}

/** Bytes of a private image, and its network time for each profile. */
async function privateCost(model: Model): Promise<Record<string, number>> {
  const { networkMs, profiles } = await import('@relent/protocol');
  const { offline, online } = await predictCost(await integerGraphOf({ model, integer: null, trained: true }));
  const times = Object.entries(profiles).map(([name, profile]) => [
    `${name}NetworkMs`,
    networkMs(offline, profile) + networkMs(online, profile),
  ]);
  return {
    offlineBytes: offline.bytesUp + offline.bytesDown,
    onlineBytes: online.bytesUp + online.bytesDown,
    ...(Object.fromEntries(times) as Record<string, number>),
  };
}

/** Runs one cell, or goes on with it. */
export async function runCell(
  sweep: Sweep,
  cell: SweepCell,
  { compute, signal }: { readonly compute: Required<ComputeOptions>; readonly signal: AbortSignal },
  onProgress: (at: FitProgress) => void,
): Promise<void> {
  const { loadDataset, reduce, writeRecord } = await import('@relent/train');
  const { gateCost } = await import('@relent/graph');
  const folder = join(sweep.runs, cell.id);
  mkdirSync(folder, { recursive: true });
  const { model } = await loadTrainedModel(sweep.plan.model);
  const { name: dataset } = await datasetNamed(datasetOf(model, sweep.plan.data));
  const data = await loadDataset(dataset);
  const runFolder = join(folder, 'checkpoints');
  const demand = await demandOf(model, cell.method, parseBudget(cell.budget), placesOf(sweep.plan));
  const reduced = await reduce(model, {
    method: cell.method,
    options: { ...cell.options, ...demand.options },
    data,
    budgetComparisons: demand.budgetComparisons,
    epochs: cell.epochs,
    batchSize: sweep.plan.batch,
    seed: cell.seed,
    compute,
    runFolder,
    onProgress,
    signal,
  });
  await expectTarget(reduced.model, demand.target);
  await writeModelFile(join(folder, 'model.relent'), reduced.model);
  const family = reduced.family ? await writeFamily(join(folder, 'family'), reduced.family) : [];
  const teacher = await teacherAccuracy(sweep, model, data, compute.device);
  const student = await measure(reduced.model, data, compute.device);
  const worst = student.test.classes.indexOf(Math.min(...student.test.classes));
  const losses = student.test.classes.map((accuracy, i) => teacher.test.classes[i]! - accuracy);
  const results = {
    comparisons: reduced.comparisons,
    comparisonsBefore: gateCost(model.graph, new Map()).total.comparisons,
    testAccuracy: student.test.accuracy,
    ...(student.validation.count > 0 ? { validationAccuracy: student.validation.accuracy } : {}),
    teacherTestAccuracy: teacher.test.accuracy,
    testImages: student.test.count,
    worstClass: worst,
    worstClassAccuracy: student.test.classes[worst]!,
    worstClassLoss: Math.max(...losses),
    ...(await privateCost(reduced.model)),
    ...trainingSpeed(reduced.curve),
  };
  const configuration = { network: model.info.name, dataset, ...configurationOf(sweep, cell), ...compute };
  const record = join(sweep.records, cell.id);
  writeRecord(record, {
    name: cell.id,
    command: typedCommand(),
    configuration,
    seeds: { run: cell.seed },
    curve: reduced.curve,
    results,
  });
  if (family.length > 0) writeFamilyTable(record, family);
  const rows = data.classes.map((name, i) =>
    [`"${name.replaceAll('"', '""')}"`, student.test.classes[i], teacher.test.classes[i], student.test.counts[i]].join(
      ',',
    ),
  );
  writeFileSync(join(record, 'classes.csv'), `${['class,accuracy,teacherAccuracy,images', ...rows].join('\n')}\n`);
  rmSync(runFolder, { recursive: true, force: true });
}
