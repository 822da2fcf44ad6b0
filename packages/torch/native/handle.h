// Handles: JavaScript holds numbers, this table holds the tensors and generators.
//
// A handle packs a slot, the kind of object and the slot's generation. A freed, forged or wrongly typed handle never
// matches its slot, so it throws instead of reaching memory. One table per thread, hence per Node environment.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include "boundary.h"

namespace relent {

using Handle = double;

Handle keepTensor(at::Tensor tensor);
Handle keepGenerator(at::Generator generator);

/// @throws std::invalid_argument when the handle is not that of a live tensor.
const at::Tensor& tensorOf(Handle handle);
at::Generator& generatorOf(Handle handle);

/// Frees a handle of either kind; a stale one is ignored. Returns whether it was live.
bool release(Handle handle);
size_t liveTensors();
size_t liveGenerators();

/// As above, from and to JavaScript; null stands for the undefined tensor.
const at::Tensor& tensorOf(napi_env env, napi_value value);
at::Tensor optionalTensorOf(napi_env env, napi_value value);
std::vector<at::Tensor> tensorsOf(napi_env env, napi_value array);
napi_value wrapTensor(napi_env env, at::Tensor tensor);

void exposeHandles(napi_env env, napi_value exports);

}  // namespace relent
