import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError } from '@relent/crypto';
import { type IntegerModel, interpretInteger, quantizeImage } from '@relent/graph';
import {
  BundleError,
  type BundleEvent,
  type BundleVault,
  bundleCost,
  type ClientSession,
  type Inference,
  openBundleVault,
  type PhaseCost,
  type PhaseTraffic,
  type PlanDemand,
  planCost,
  type SessionEvent,
} from '@relent/protocol';
import sodium from 'libsodium-wrappers-sumo';
import { type GateForm, tinyModel } from '../network.js';
import { startPair, toolsOf, withSession } from '../pair.js';
import { type Disk, memoryStore } from './memory-store.js';

await sodium.ready;
const keys = { client: new Uint8Array(32).fill(1), server: new Uint8Array(32).fill(2) };
const open = (role: 'client' | 'server', disk: Disk): Promise<BundleVault> =>
  openBundleVault(memoryStore(disk), keys[role], sodium);

/** Both parties' disks, which outlive every session. */
interface World {
  readonly client: Disk;
  readonly server: Disk;
  readonly events: BundleEvent[];
  readonly phases: SessionEvent[];
  sessions: number;
}

const newWorld = (): World => ({ client: new Map(), server: new Map(), events: [], phases: [], sessions: 0 });

/** A session of processes that have just started: new vaults over the same disks, fresh entropy. */
async function inWorld<T>(
  world: World,
  integer: IntegerModel,
  use: (session: ClientSession) => Promise<T>,
  { keepShares = true, client = {}, server = {} } = {},
): Promise<T> {
  const seed = 10 + 2 * world.sessions++;
  return withSession(integer, use, {
    client: {
      ...toolsOf(seed),
      keepShares,
      vault: await open('client', world.client),
      onBundle: (event) => world.events.push(event),
      onEvent: (event) => world.phases.push(event),
      ...client,
    },
    server: { ...toolsOf(seed + 1), vault: await open('server', world.server), ...server },
  });
}

/** A phase without times, its steps by name: a prediction lists merged ones last. */
function traffic({ bytesUp, bytesDown, messages, rounds, steps }: PhaseCost) {
  const rows = steps.map((row) => [row.step, row.bytesUp, row.bytesDown, row.messages] as const);
  return { bytesUp, bytesDown, messages, rounds, steps: rows.sort(([a], [b]) => (a < b ? -1 : 1)) };
}

function checkExact(integer: IntegerModel, pixels: Float32Array, result: Inference, exact = false): void {
  const image = quantizeImage(integer.graph, pixels);
  const clientShares = (site: string) => result.clientShares?.get(site) as Int32Array;
  const mode = exact ? ({ mode: 'floor' } as const) : ({ mode: 'shares', clientShares } as const);
  assert.deepEqual(result.logits, interpretInteger(integer, image, mode).output);
}

const isCode = (code: string) => (error: unknown) => error instanceof ProtocolError && error.code === code;
const cases: readonly (readonly [GateForm, PlanDemand, number])[] = [
  ['polynomial', {}, 32],
  ['cross-site', { exact: true }, 21],
  ['affine', { mode: 'b' }, 32],
];

for (const [form, demand, ringBits] of cases) {
  test(`stored, restarted, inferred: exact, and metered = predicted: ${form}, l = ${ringBits}, ${JSON.stringify(demand)}`, async () => {
    const { integer, images } = tinyModel(form, { ringBits });
    const world = newWorld();
    const client = { demand };
    const stocked: PhaseTraffic[] = [];
    await inWorld(world, integer, (session) => session.stock(2, { onStocked: (each) => stocked.push(each) }), {
      client,
    });
    assert.equal(world.client.size, 2);
    assert.deepEqual([...world.client.keys()], [...world.server.keys()]);
    world.phases.length = 0;

    const results = await inWorld(
      world,
      integer,
      async (session) => {
        assert.equal(await session.reserve(5), 2);
        const cost = planCost(session.plan);
        for (const [i, each] of stocked.entries()) {
          assert.deepEqual(traffic(each), traffic(planCost(session.plan, undefined, i).stock));
        }
        const answers = [await session.infer(images[0]!), await session.infer(images[1]!)];
        for (const { online } of answers) assert.deepEqual(traffic(online), traffic(cost.online));
        return answers;
      },
      { client },
    );
    for (const [i, result] of results.entries()) {
      checkExact(integer, images[i]!, result, demand.exact);
      assert.ok(result.preparedAtMs !== null && result.preparedAtMs <= Date.now());
      assert.deepEqual(traffic(result.offline), traffic(stocked[i]!));
    }
    const asked = world.phases.filter(({ phase }) => phase === 'inventory' || phase === 'claim');
    const { inventory, claim } = bundleCost(2);
    assert.deepEqual(
      asked.map((event) => traffic(event.traffic)),
      [traffic(inventory), traffic(claim)],
    );
    // No oblivious transfer was set up: the handshake counts as the set-up.
    assert.deepEqual(
      world.phases.map(({ phase }) => phase),
      ['setup', 'inventory', 'claim', 'online', 'online'],
    );
    assert.deepEqual([...world.client.values(), ...world.server.values()], ['used', 'used', 'used', 'used']);
    assert.deepEqual(world.events, []);
  });
}

test('bundles for several images at once, and for classes alone', async () => {
  const { integer, images } = tinyModel('patch');
  const world = newWorld();
  const server = { answer: 'class' } as const;
  await inWorld(world, integer, (session) => session.stock(1, { images: 2 }), { server });
  const [single, both] = await inWorld(
    world,
    integer,
    async (session) => {
      assert.equal(await session.stored(), 0);
      assert.equal(await session.stored(2), 1);
      return [await session.infer(images[1]!), await session.inferBatch(images.slice(0, 2))] as const;
    },
    { server },
  );
  assert.equal(single.preparedAtMs, null);
  assert.notEqual(both.preparedAtMs, null);
  for (const [i, { logits, prediction, clientShares: shares }] of both.answers.entries()) {
    assert.equal(logits, null);
    const image = quantizeImage(integer.graph, images[i]!);
    const clientShares = (site: string) => shares?.get(site) as Int32Array;
    const { output } = interpretInteger(integer, image, { mode: 'shares', clientShares });
    assert.equal(prediction, output.indexOf(Math.max(...output)));
  }
  assert.deepEqual(world.events, [{ kind: 'none', count: 1 }]);
});

test('an empty store: the offline phase runs at once, and the owner is told', async () => {
  const { integer, images } = tinyModel('block');
  const world = newWorld();
  await inWorld(world, integer, async (session) => {
    assert.equal(await session.reserve(1), 0);
    const result = await session.infer(images[0]!);
    assert.equal(result.preparedAtMs, null);
    checkExact(integer, images[0]!, result);
    assert.deepEqual(traffic(result.offline), traffic(planCost(session.plan).offline));
  });
  assert.deepEqual(world.events, [{ kind: 'none', count: 1 }]);
  assert.deepEqual(
    world.phases.map(({ phase }) => phase),
    ['setup', 'setup', 'offline', 'online'],
  );
});

test('a session stores, uses what it stored, and prepares, in any order', async () => {
  const { integer, images } = tinyModel('patch');
  const world = newWorld();
  await inWorld(world, integer, async (session) => {
    await session.prepare(1);
    await session.stock(2);
    assert.equal(await session.stored(), 2);
    await session.stock(1);
    assert.equal(await session.stored(), 3);
    for (const image of images) checkExact(integer, image, await session.infer(image));
    assert.equal(await session.stored(), 1);
  });
  assert.equal([...world.server.values()].filter((entry) => entry === 'used').length, 2);
  assert.deepEqual(world.events, []);
});

test('a client whose store is an older copy: the server has used the bundle, so its half is destroyed unused', async () => {
  const { integer, images } = tinyModel('block');
  const world = newWorld();
  await inWorld(world, integer, (session) => session.stock(1));
  const backup: Disk = new Map(world.client);
  await inWorld(world, integer, (session) => session.infer(images[0]!));
  const restored: World = { ...world, client: backup };
  await inWorld(restored, integer, async (session) => {
    const result = await session.infer(images[1]!);
    assert.equal(result.preparedAtMs, null);
  });
  assert.deepEqual(restored.events, [
    { kind: 'used', count: 1 },
    { kind: 'none', count: 1 },
  ]);
  assert.deepEqual([...backup.values()], ['used']);
});

test('a server whose store is an older copy: the client has used the bundle, and names it no more', async () => {
  const { integer, images } = tinyModel('block');
  const world = newWorld();
  await inWorld(world, integer, (session) => session.stock(1));
  const backup: Disk = new Map(world.server);
  await inWorld(world, integer, (session) => session.infer(images[0]!));
  await inWorld({ ...world, server: backup }, integer, async (session) => {
    assert.equal(await session.reserve(1), 0);
    assert.equal((await session.infer(images[1]!)).preparedAtMs, null);
  });
  assert.notEqual([...backup.values()][0], 'used');
});

/** Two sessions of copies of one client: both hear that the bundle is fresh, then the first one uses it. */
async function secondClaim(spoil: (world: World) => void) {
  const { integer, images } = tinyModel('block');
  const world = newWorld();
  await inWorld(world, integer, (session) => session.stock(1));
  const copy: Disk = new Map(world.client);
  const { connected, served } = startPair(integer, {
    client: { ...toolsOf(40), keepShares: true, vault: await open('client', copy) },
    server: { ...toolsOf(41), vault: await open('server', world.server) },
  });
  const late = await connected;
  assert.equal(await late.stored(), 1);
  spoil(world);
  if (world.server.size > 0) await inWorld(world, integer, (session) => session.infer(images[0]!));
  const client = await late.infer(images[1]!).catch((error: unknown) => error);
  return { client, server: await served, copy };
}

test('of two copies of a client the second is refused with "reused", before it sends an image', async () => {
  const { client, server, copy } = await secondClaim(() => undefined);
  assert.ok(isCode('reused')(server), String(server));
  assert.ok(isCode('aborted')(client), String(client));
  assert.match(String(client), /"reused"/);
  assert.deepEqual([...copy.values()], ['used']);
});

test('a bundle that the server does not know is refused with "unknown"', async () => {
  const { client, server } = await secondClaim((world) => world.server.clear());
  assert.ok(isCode('unknown')(server), String(server));
  assert.match(String(client), /"unknown"/);
});

test('a server that has lost its store: the client is told, keeps its halves, and prepares anew', async () => {
  const { integer, images } = tinyModel('block');
  const world = newWorld();
  await inWorld(world, integer, (session) => session.stock(2));
  const lost: World = { ...world, server: new Map() };
  await inWorld(lost, integer, (session) => session.infer(images[0]!));
  assert.deepEqual(lost.events, [
    { kind: 'lost', count: 2 },
    { kind: 'none', count: 1 },
  ]);
  assert.ok([...world.client.values()].every((entry) => entry !== 'used'));
});

test('a claim that is interrupted before its use is never repeated', async () => {
  const { integer, images } = tinyModel('block');
  const world = newWorld();
  await inWorld(world, integer, (session) => session.stock(1));
  await inWorld(world, integer, async (session) => {
    assert.equal(await session.reserve(1), 1);
  });
  await inWorld(world, integer, async (session) => {
    assert.equal((await session.infer(images[0]!)).preparedAtMs, null);
  });
  assert.deepEqual([world.client.values().next().value, world.server.values().next().value], ['used', 'used']);
});

test('bundles of another plan, or without the shares that are wanted, are left alone', async () => {
  const { integer } = tinyModel('block');
  const world = newWorld();
  await inWorld(world, integer, (session) => session.stock(1), { keepShares: false });
  const available = (options = {}) => inWorld(world, integer, (session) => session.stored(), options);
  assert.equal(await available({ keepShares: true }), 0);
  assert.equal(await available({ keepShares: false, client: { demand: { mode: 'b' } } }), 0);
  assert.equal(await available({ keepShares: false }), 1);
  const other = tinyModel('block', { seed: 2 }).integer;
  assert.equal(await inWorld(world, other, (session) => session.stored(), { keepShares: false }), 0);
});

test('a server without a vault, a client without one, and a full store', async () => {
  const { integer, images } = tinyModel('block');
  const world = newWorld();
  await inWorld(
    world,
    integer,
    async (session) => {
      await assert.rejects(session.stock(1), /"server" expected one that stores bundles/);
      assert.equal((await session.infer(images[0]!)).preparedAtMs, null);
    },
    { server: { vault: undefined } },
  );
  assert.deepEqual(world.events, [{ kind: 'none', count: 1 }]);
  await withSession(integer, (session) => assert.rejects(session.reserve(1), /"vault" expected one/));
  const full = inWorld(world, integer, (session) => session.stock(2), { server: { maxStored: 1 } });
  await assert.rejects(full, isCode('aborted'));
  assert.equal(world.client.size, 1);
});

test('a damaged half is used up, told, and passed over', async () => {
  const { integer, images } = tinyModel('block');
  const world = newWorld();
  await inWorld(world, integer, (session) => session.stock(2));
  const [first] = world.client.values();
  assert.ok(first !== undefined && first !== 'used');
  first.record[100] = (first.record[100] ?? 0) ^ 1;
  await inWorld(world, integer, async (session) => {
    const result = await session.infer(images[0]!);
    assert.notEqual(result.preparedAtMs, null);
    checkExact(integer, images[0]!, result);
  });
  assert.deepEqual(world.events, [{ kind: 'damaged', count: 1 }]);
  const [, second] = world.server.values();
  assert.equal(second, 'used');
});

test('a server that cannot open its own half ends the session, and the bundle is used', async () => {
  const { integer, images } = tinyModel('block');
  const world = newWorld();
  await inWorld(world, integer, (session) => session.stock(1));
  const [half] = world.server.values();
  assert.ok(half !== undefined && half !== 'used');
  half.record[100] = (half.record[100] ?? 0) ^ 1;
  const { connected, served } = startPair(integer, {
    client: { ...toolsOf(50), keepShares: true, vault: await open('client', world.client) },
    server: { ...toolsOf(51), vault: await open('server', world.server) },
  });
  await assert.rejects((await connected).infer(images[0]!), isCode('aborted'));
  const ended = await served;
  assert.ok(ended instanceof BundleError && ended.code === 'damaged', String(ended));
  assert.deepEqual([...world.client.values(), ...world.server.values()], ['used', 'used']);
});
