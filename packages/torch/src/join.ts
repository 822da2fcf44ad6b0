/**
 * Operators that take several tensors on equal terms.
 * @module
 */
import { tensorOp } from './dispatch.js';
import type { Operand, Tensor } from './tensor.js';

const op = {
  cat: tensorOp('aten::cat'),
  stack: tensorOp('aten::stack'),
  where: tensorOp('aten::where.self'),
  whereOther: tensorOp('aten::where.ScalarOther'),
  whereSelf: tensorOp('aten::where.ScalarSelf'),
  whereNumbers: tensorOp('aten::where.Scalar'),
};

/** Joins along an existing dimension. */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  return op.cat(tensors, dim);
}

/** Joins along a new dimension. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return op.stack(tensors, dim);
}

/** `a` where the bool tensor `condition` holds, else `b`. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  if (typeof a === 'number') return (typeof b === 'number' ? op.whereNumbers : op.whereSelf)(condition, a, b);
  return (typeof b === 'number' ? op.whereOther : op.where)(condition, a, b);
}
