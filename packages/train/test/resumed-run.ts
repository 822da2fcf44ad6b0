import { appendFileSync } from 'node:fs';
import { Generator } from '@relent/torch';
import { fit, Network } from '@relent/train';
import { tinyData } from './tiny-data.js';
import { tinyGraph } from './tiny-graph.js';

// A program of its own: trains in the given folder, and kills itself when that many epochs are written.
const [folder, killAfter] = process.argv.slice(2) as [string, string];
const network = Network.create(tinyGraph(), { generator: new Generator(7) });
const { curve } = await fit({
  network,
  data: tinyData(),
  epochs: 4,
  batchSize: 32,
  seed: 11,
  runFolder: folder,
  onProgress({ phase, epoch }) {
    if (phase === 'epoch' && epoch + 1 === Number(killAfter)) process.kill(process.pid, 'SIGKILL');
  },
});
const fingerprint = network.parameters.get('fc.weight')!.toFloat32().join();
appendFileSync(
  1,
  JSON.stringify({ curve: curve.map(({ seconds: _, imagesPerSecond: __, ...rest }) => rest), fingerprint }),
);
