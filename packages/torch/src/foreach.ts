/**
 * One operator over whole lists of tensors: how optimisers stay fast. Lists pair up by position; they may be empty.
 * @module
 */
import { effectOp as effectOperator, tensorsOp as tensorsOperator } from './dispatch.js';
import type { Tensor } from './tensor.js';

type List = readonly Tensor[];

// libtorch refuses empty lists; here there is just nothing to do.
const effectOp = (name: string) => {
  const run = effectOperator(name);
  return (a: List, ...rest: unknown[]): void => {
    if (a.length > 0) run(a, ...rest);
  };
};
const tensorsOp = (name: string) => {
  const run = tensorsOperator(name);
  return (a: List, ...rest: unknown[]): Tensor[] => (a.length > 0 ? run(a, ...rest) : []);
};

const op = {
  addScalar_: effectOp('aten::_foreach_add_.Scalar'),
  addList_: effectOp('aten::_foreach_add_.List'),
  subScalar_: effectOp('aten::_foreach_sub_.Scalar'),
  subList_: effectOp('aten::_foreach_sub_.List'),
  mulScalar_: effectOp('aten::_foreach_mul_.Scalar'),
  mulList_: effectOp('aten::_foreach_mul_.List'),
  divScalar_: effectOp('aten::_foreach_div_.Scalar'),
  divList_: effectOp('aten::_foreach_div_.List'),
  addcmul_: effectOp('aten::_foreach_addcmul_.Scalar'),
  addcdiv_: effectOp('aten::_foreach_addcdiv_.Scalar'),
  zero_: effectOp('aten::_foreach_zero_'),
  sqrt_: effectOp('aten::_foreach_sqrt_'),
  addScalar: tensorsOp('aten::_foreach_add.Scalar'),
  addList: tensorsOp('aten::_foreach_add.List'),
  mulScalar: tensorsOp('aten::_foreach_mul.Scalar'),
  mulList: tensorsOp('aten::_foreach_mul.List'),
  sqrt: tensorsOp('aten::_foreach_sqrt'),
  norm: tensorsOp('aten::_foreach_norm.Scalar'),
};

/** `a += alpha · b` */
export function foreachAdd_(a: List, b: List | number, alpha = 1): void {
  if (typeof b === 'number') op.addScalar_(a, alpha * b);
  else op.addList_(a, b, alpha);
}

/** `a −= alpha · b` */
export function foreachSub_(a: List, b: List | number, alpha = 1): void {
  if (typeof b === 'number') op.subScalar_(a, alpha * b);
  else op.subList_(a, b, alpha);
}

/** `a *= b` */
export function foreachMul_(a: List, b: List | number): void {
  (typeof b === 'number' ? op.mulScalar_ : op.mulList_)(a, b);
}

/** `a /= b` */
export function foreachDiv_(a: List, b: List | number): void {
  (typeof b === 'number' ? op.divScalar_ : op.divList_)(a, b);
}

/** `a += value · b · c` */
export function foreachAddcmul_(a: List, b: List, c: List, value = 1): void {
  op.addcmul_(a, b, c, value);
}

/** `a += value · b / c` */
export function foreachAddcdiv_(a: List, b: List, c: List, value = 1): void {
  op.addcdiv_(a, b, c, value);
}

/** `a = 0` */
export function foreachZero_(a: List): void {
  op.zero_(a);
}

/** `a = √a` */
export function foreachSqrt_(a: List): void {
  op.sqrt_(a);
}

/** `a + alpha · b`, new tensors. */
export function foreachAdd(a: List, b: List | number, alpha = 1): Tensor[] {
  return typeof b === 'number' ? op.addScalar(a, alpha * b) : op.addList(a, b, alpha);
}

/** `a · b`, new tensors. */
export function foreachMul(a: List, b: List | number): Tensor[] {
  return (typeof b === 'number' ? op.mulScalar : op.mulList)(a, b);
}

/** `√a`, new tensors. */
export function foreachSqrt(a: List): Tensor[] {
  return op.sqrt(a);
}

/** The Euclidean norm of each tensor, as scalars. */
export function foreachNorm(a: List): Tensor[] {
  return op.norm(a, 2);
}
