/** `npm run bench -- NAME [options]`: runs bench/NAME.bench.mjs. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../bench/', import.meta.url));
const [name, ...options] = process.argv.slice(2);
const names = existsSync(folder)
  ? readdirSync(folder)
      .filter((file) => file.endsWith('.bench.mjs'))
      .map((file) => file.slice(0, -'.bench.mjs'.length))
  : [];

if (name === undefined || !names.includes(name)) {
  console.error(
    `bench: "NAME" expected ${names.map((each) => `"${each}"`).join(' or ')}, got ${JSON.stringify(name ?? '')}`,
  );
  process.exitCode = 2;
} else {
  const done = spawnSync(process.execPath, [join(folder, `${name}.bench.mjs`), ...options], { stdio: 'inherit' });
  process.exitCode = done.status ?? 1;
}
