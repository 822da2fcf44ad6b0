// Reverse-mode differentiation: the engine has no operator schema, so it gets entry points of its own.
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "handle.h"
#include "registry.h"

namespace relent {
namespace {

bool flag(napi_env env, napi_value value, bool missing) { return isNullish(env, value) ? missing : toBool(env, value); }

/// backward(outputs[], gradients[] (null entries allowed), retainGraph?, createGraph?, inputs[]?)
napi_value backward(napi_env env, const Arguments& arguments) {
  const bool create = flag(env, arguments[3], false);
  std::vector<at::Tensor> inputs;
  if (!isNullish(env, arguments[4])) inputs = tensorsOf(env, arguments[4]);
  torch::autograd::backward(tensorsOf(env, arguments[0]), tensorsOf(env, arguments[1]), flag(env, arguments[2], create),
                            create, inputs);
  return undefined(env);
}

/// gradients(outputs[], inputs[], gradients[], retainGraph?, createGraph?, allowUnused?) → handles, null where unused
napi_value gradients(napi_env env, const Arguments& arguments) {
  const bool create = flag(env, arguments[4], false);
  const auto results =
      torch::autograd::grad(tensorsOf(env, arguments[0]), tensorsOf(env, arguments[1]), tensorsOf(env, arguments[2]),
                            flag(env, arguments[3], create), create, flag(env, arguments[5], false));
  napi_value array;
  check(env, napi_create_array_with_length(env, results.size(), &array), "array");
  for (size_t i = 0; i < results.size(); i++)
    check(env, napi_set_element(env, array, static_cast<uint32_t>(i), wrapTensor(env, results[i])), "array element");
  return array;
}

/// setGradEnabled(enabled) → the previous state, of this thread
napi_value setGradEnabled(napi_env env, const Arguments& arguments) {
  const bool previous = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(toBool(env, arguments[0]));
  return fromBool(env, previous);
}

napi_value gradEnabled(napi_env env, const Arguments&) { return fromBool(env, c10::GradMode::is_enabled()); }

napi_value requiresGrad(napi_env env, const Arguments& arguments) {
  return fromBool(env, tensorOf(env, arguments[0]).requires_grad());
}

napi_value setRequiresGrad(napi_env env, const Arguments& arguments) {
  tensorOf(env, arguments[0]).set_requires_grad(toBool(env, arguments[1]));
  return undefined(env);
}

napi_value isLeaf(napi_env env, const Arguments& arguments) {
  return fromBool(env, tensorOf(env, arguments[0]).is_leaf());
}

/// gradOf(tensor) → a new handle on the accumulated gradient, or null
napi_value gradOf(napi_env env, const Arguments& arguments) {
  return wrapTensor(env, tensorOf(env, arguments[0]).grad());
}

/// gradsOf(tensors[]) → the same for many at once
napi_value gradsOf(napi_env env, const Arguments& arguments) {
  const auto tensors = tensorsOf(env, arguments[0]);
  napi_value array;
  check(env, napi_create_array_with_length(env, tensors.size(), &array), "array");
  for (size_t i = 0; i < tensors.size(); i++)
    check(env, napi_set_element(env, array, static_cast<uint32_t>(i), wrapTensor(env, tensors[i].grad())), "element");
  return array;
}

/// setGrad(tensor, gradient or null)
napi_value setGrad(napi_env env, const Arguments& arguments) {
  tensorOf(env, arguments[0]).mutable_grad() = optionalTensorOf(env, arguments[1]);
  return undefined(env);
}

/// clearGrads(tensors[])
napi_value clearGrads(napi_env env, const Arguments& arguments) {
  for (const auto& tensor : tensorsOf(env, arguments[0])) tensor.mutable_grad() = at::Tensor();
  return undefined(env);
}

}  // namespace

void exposeAutograd(napi_env env, napi_value exports) {
  expose<backward>(env, exports, "backward");
  expose<gradients>(env, exports, "gradients");
  expose<setGradEnabled>(env, exports, "setGradEnabled");
  expose<gradEnabled>(env, exports, "gradEnabled");
  expose<requiresGrad>(env, exports, "requiresGrad");
  expose<setRequiresGrad>(env, exports, "setRequiresGrad");
  expose<isLeaf>(env, exports, "isLeaf");
  expose<gradOf>(env, exports, "gradOf");
  expose<gradsOf>(env, exports, "gradsOf");
  expose<setGrad>(env, exports, "setGrad");
  expose<clearGrads>(env, exports, "clearGrads");
}

}  // namespace relent
