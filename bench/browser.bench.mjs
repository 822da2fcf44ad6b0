/**
 * The client in headless Chromium against `relent serve`, both on this machine: time and bytes of each phase, and the
 * peak memory of the page's process (its high-water mark in /proc, so Linux only; shared libraries included).
 *
 *     npm run bench -- browser [ARCHITECTURE [IMAGES]]
 *
 * The network has random weights: they change neither bytes nor memory. In one run the session is in a worker, in one in
 * the page.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildZoo, calibrate, encodeBundle, quantize, weightShapes } from '@relent/graph';
import { bundleTestPage } from '../dist-test/browser/bundle.js';
import { chromiumPath, startChromium } from '../dist-test/browser/chromium.js';
import { servePages } from '../dist-test/browser/page-server.js';
import { randomNumbers, randomPixels } from '../dist-test/browser/tiny-zoo.js';
import { serve } from '../dist-test/relent-process.js';

const [architecture = 'resnet20', images = '2'] = process.argv.slice(2);
const side = 32;

function writeModel(file) {
  const next = randomNumbers(1);
  const graph = buildZoo(architecture, { inputShape: [3, side, side], classes: 10 });
  const weights = new Map();
  for (const [name, shape] of weightShapes(graph)) {
    const count = shape.reduce((product, length) => product * length, 1);
    const scale = name.endsWith('.variance') ? 0 : Math.sqrt(6 / Math.max(1, count / shape[0]));
    const least = name.endsWith('.variance') || (name.endsWith('.weight') && shape.length === 1) ? 1 : 0;
    const data = Float32Array.from({ length: count }, () => least + (least ? 0 : scale * (next() / 2 ** 23 - 1)));
    weights.set(name, { shape, data });
  }
  const model = { graph, weights, gateMaps: new Map(), info: { name: architecture } };
  const image = Float32Array.from({ length: 3 * side * side }, () => next() / 2 ** 23 - 1);
  writeFileSync(file, encodeBundle(model, quantize(model, calibrate(model, [image]))));
}

/** High-water marks of resident memory, MB, of Chromium's page processes. */
function pageMemories(profile) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        if (!command.includes('--type=renderer') || !command.includes(profile)) return [];
        const peak = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        return [Number(peak) / 1000];
      } catch {
        return [];
      }
    });
}

if (chromiumPath === null) throw new Error('this bench needs Chromium');
const folder = mkdtempSync(join(tmpdir(), 'relent-bench-'));
try {
  writeModel(join(folder, 'model.relent'));
  await bundleTestPage(join(folder, 'page'));
  const pages = await servePages(join(folder, 'page'));
  const server = await serve(join(folder, 'model.relent'));
  const pixels = { width: side, height: side, data: [...randomPixels(1, side, side)] };
  for (const worker of [true, false]) {
    const browser = await startChromium(chromiumPath);
    const page = await browser.open(`${pages.origin}/bare.html`);
    const before = Math.max(...pageMemories(browser.profile));
    const { results, ticks } = await page.call('infer', {
      url: `ws://127.0.0.1:${server.port}`,
      images: Array.from({ length: Number(images) }, () => pixels),
      worker,
      keepShares: false,
    });
    const after = Math.max(...pageMemories(browser.profile));
    console.log(`${architecture}, ${worker ? 'in a worker' : 'in the page'}: memory ${before.toFixed(0)} MB before,`);
    console.log(`  ${after.toFixed(0)} MB at its peak; ${ticks} timer ticks of the page meanwhile`);
    for (const { offline, online } of results) {
      for (const [name, { bytesUp, bytesDown, ms }] of Object.entries({ offline, online })) {
        const [up, down] = [bytesUp, bytesDown].map((bytes) => (bytes / 1e6).toFixed(2));
        console.log(`  ${name}: ${up} MB up, ${down} MB down, ${ms.toFixed(0)} ms`);
      }
    }
    await browser.close();
  }
  await server.stop();
  await pages.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
