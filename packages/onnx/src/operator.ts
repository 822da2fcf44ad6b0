/**
 * The contract of one operator's import.
 * @module
 */
import type { ImportState } from './import-state.js';
import type { OnnxNode } from './node.js';
import type { Value } from './value.js';

/**
 * Adds what a node computes to the network.
 * @returns the value of the node's first output.
 * @throws FormatError naming the node if relent has nothing that computes it.
 */
export type Operator = (state: ImportState, node: OnnxNode) => Value;
