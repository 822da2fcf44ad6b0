/** `npm run fuzz -- NAME [options]`: runs fuzz/NAME.fuzz.mjs. Build first. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../fuzz/', import.meta.url));
const [name, ...options] = process.argv.slice(2);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.fuzz.mjs'))
  .map((file) => file.slice(0, -'.fuzz.mjs'.length));

if (name === undefined || !names.includes(name)) {
  console.error(`fuzz: "NAME" expected ${names.join(' or ')}, got ${JSON.stringify(name ?? '')}`);
  process.exitCode = 2;
} else {
  const done = spawnSync(process.execPath, [join(folder, `${name}.fuzz.mjs`), ...options], { stdio: 'inherit' });
  process.exitCode = done.status ?? 1;
}
