/** `npm run quickstart`: sets up what is missing, then runs `relent quickstart`. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setup } from './setup.mjs';

try {
  setup();
  const relent = fileURLToPath(new URL('../apps/cli/bin/relent.js', import.meta.url));
  const done = spawnSync(process.execPath, [relent, 'quickstart', ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = done.status ?? 1;
} catch (error) {
  console.error(`quickstart: ${error.message}`);
  process.exitCode = 1;
}
