import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addNetworkOptions, demandOf, type NetworkOptions, planningOf, profileOf } from '../dist/plan-options.js';
import { windowOption } from '../dist/window-choice.js';

function parse(...words: string[]): NetworkOptions {
  const command = addNetworkOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return command.parse(words, { from: 'user' }).opts<NetworkOptions>();
}

test('a named network, or one of its own rate, round trip and speed', async () => {
  const lan = await profileOf(parse());
  assert.deepEqual([lan.name, lan.bitsPerSecond, lan.roundTripMs], ['lan', 1e9, 1]);
  const own = await profileOf(parse('--network', 'wan', '--bandwidth', '50', '--rtt', '0', '--cpu', '2'));
  assert.deepEqual([own.name, own.bitsPerSecond, own.roundTripMs], ['custom', 5e7, 0]);
  assert.equal(own.compute?.rotNs, 2 * (lan.compute?.rotNs ?? 0));
});

test('what the user insists on reaches the planner', async () => {
  const options = parse('--mode', 'b', '--offline-weight', '0.5');
  assert.deepEqual(demandOf(options), { mode: 'b', compare: undefined, exact: undefined });
  assert.equal((await planningOf(parse('--exact'))).exact, true);
  assert.equal((await planningOf(options)).offlineWeight, 0.5);
  assert.equal('offlineWeight' in (await planningOf(parse())), false);
  for (const words of [
    ['--mode', 'c'],
    ['--compare', 'fast'],
    ['--network', 'moon'],
    ['--rtt', '-1'],
    ['--bandwidth', '0'],
  ])
    assert.throws(() => parse(...words), { name: 'CommanderError' });
});

test('windows are automatic or a number of bits', () => {
  assert.equal(windowOption('auto'), 'auto');
  assert.equal(windowOption('16'), 16);
  for (const text of ['', '2', '33', '7.5', 'all']) assert.throws(() => windowOption(text), /Expected "auto" or/);
});
