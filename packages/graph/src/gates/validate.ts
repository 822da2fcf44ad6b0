import type { DroppedRule, GateMap } from '../gate-map.js';
import type { Graph, Shape } from '../graph.js';
import { inferShapes } from '../shapes.js';
import { bitAt } from './bitset.js';
import { rootSite, siteNodes, siteShape } from './site-shape.js';

/**
 * Checks one gate map for itself: array lengths, group indices, weights, patches, mask.
 * @throws RangeError naming the part and what would fit.
 */
export function validateGateMap(map: GateMap): void {
  const [channels, height, width] = map.shape;
  if (map.shape.length !== 3 || map.shape.some((n) => !Number.isSafeInteger(n) || n < 1))
    throw new RangeError(`"shape" expected [C, H, W] of positive integers, got [${map.shape.join(', ')}]`);
  expectLength('channelGroup', map.channelGroup, channels);
  expectLength('channelWeight', map.channelWeight, channels);
  expectFinite('channelWeight', map.channelWeight);
  for (const name of ['a', 'b'] as const) {
    expectLength(name, map[name], channels);
    expectFinite(name, map[name]);
  }
  if (map.dropped) validateDropped(map.dropped, channels);
  if (map.mask) validateMask(map.mask, channels * height * width);
  const least = map.channelGroup.find((g) => g < 0);
  if (least !== undefined) throw new RangeError(`"channelGroup" expected indices of at least 0, got ${least}`);
  if (map.source === null) validateOwnGates(map);
  else if (map.patchHeight.length !== 0 || map.patchWidth.length !== 0)
    throw new RangeError(`"patchHeight" expected no entries with a foreign source, got ${map.patchHeight.length}`);
}

/**
 * Checks gate maps against the graph they belong to: each names a site, has its shape, and a foreign source is an
 * earlier site of equal H × W with enough channel groups.
 * @throws RangeError naming the site, the part and what would fit.
 */
export function validateGateMaps(graph: Graph, gateMaps: ReadonlyMap<string, GateMap>): void {
  const shapes = inferShapes(graph);
  const order = new Map(siteNodes(graph).map((node, position) => [node.id, position]));
  for (const [site, map] of gateMaps) {
    if (!order.has(site)) throw new RangeError(`"${site}" expected a site of the graph, got an unknown or other node`);
    try {
      validateGateMap(map);
    } catch (error) {
      if (error instanceof RangeError) throw new RangeError(`site "${site}": ${error.message}`, { cause: error });
      throw error;
    }
    const shape = siteShape(shapes.get(site)!);
    if (map.shape.some((n, axis) => n !== shape[axis]))
      throw new RangeError(`site "${site}": "shape" expected [${shape.join(', ')}], got [${map.shape.join(', ')}]`);
    if (map.source !== null && !((order.get(map.source) ?? Infinity) < order.get(site)!))
      throw new RangeError(`site "${site}": "source" expected an earlier site, got "${map.source}"`);
  }
  for (const [site, map] of gateMaps) if (map.source !== null) validateSource(site, map, shapes, gateMaps);
}

function validateSource(
  site: string,
  map: GateMap,
  shapes: ReadonlyMap<string, Shape>,
  gateMaps: ReadonlyMap<string, GateMap>,
): void {
  const root = rootSite(site, gateMaps);
  const [, height, width] = map.shape;
  const rootShape = siteShape(shapes.get(root)!);
  if (rootShape[1] !== height || rootShape[2] !== width)
    throw new RangeError(
      `site "${site}": "source" expected a site of ${height} × ${width} pixels, got "${root}" of ${rootShape[1]} × ${rootShape[2]}`,
    );
  const groups = gateMaps.get(root)?.patchHeight.length ?? rootShape[0];
  const most = map.channelGroup.reduce((largest, g) => Math.max(largest, g), 0);
  if (most >= groups)
    throw new RangeError(
      `site "${site}": "channelGroup" expected indices below the ${groups} groups of "${root}", got ${most}`,
    );
}

function validateOwnGates(map: GateMap): void {
  const groups = map.patchHeight.length;
  expectLength('patchWidth', map.patchWidth, groups);
  const used = new Uint8Array(groups);
  const scored = new Uint8Array(groups);
  map.channelGroup.forEach((g, c) => {
    if (g >= groups) throw new RangeError(`"channelGroup" expected indices below ${groups}, got ${g}`);
    used[g] = 1;
    if (map.channelWeight[c] !== 0) scored[g] = 1;
  });
  for (let g = 0; g < groups; g++) {
    if (map.patchHeight[g]! < 1 || map.patchWidth[g]! < 1)
      throw new RangeError(
        `"patch" of group ${g} expected sides of at least 1, got [${map.patchHeight[g]}, ${map.patchWidth[g]}]`,
      );
    if (!used[g]) throw new RangeError(`"channelGroup" expected every group to have a channel, got none in group ${g}`);
    if (!scored[g]) throw new RangeError(`"channelWeight" expected a weight other than 0 in group ${g}, got none`);
  }
  const rule = map.pixelRule;
  switch (rule.kind) {
    case 'mean':
      return;
    case 'pixel':
      for (const n of [rule.row, rule.column])
        if (!Number.isSafeInteger(n) || n < 0)
          throw new RangeError(
            `"pixelRule" expected a row and column of at least 0, got [${rule.row}, ${rule.column}]`,
          );
      return;
    case 'weights':
      expectFinite('pixelRule.weights', rule.weights);
      for (let g = 0; g < groups; g++)
        if (map.patchHeight[g] !== map.patchHeight[0] || map.patchWidth[g] !== map.patchWidth[0])
          throw new RangeError('"pixelRule.weights" expected one patch size for all groups, got several');
      expectLength('pixelRule.weights', rule.weights, map.patchHeight[0]! * map.patchWidth[0]!);
      return;
    default:
      rule satisfies never;
  }
}

function validateMask(mask: Uint8Array, neurons: number): void {
  expectLength('mask', mask, Math.ceil(neurons / 8));
  for (let i = neurons; i < mask.length * 8; i++)
    if (bitAt(mask, i))
      throw new RangeError(`"mask" expected zero bits beyond neuron ${neurons - 1}, got bit ${i} set`);
}

function validateDropped(dropped: DroppedRule, channels: number): void {
  for (const name of ['c2', 'c1', 'c0'] as const) {
    expectLength(`dropped.${name}`, dropped[name], channels);
    expectFinite(`dropped.${name}`, dropped[name]);
  }
}

function expectLength(name: string, array: { readonly length: number }, expected: number): void {
  if (array.length !== expected) throw new RangeError(`"${name}" expected ${expected} entries, got ${array.length}`);
}

function expectFinite(name: string, array: Float32Array): void {
  const wrong = array.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new RangeError(`"${name}" expected finite numbers, got ${wrong}`);
}
