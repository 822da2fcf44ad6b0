// Random generators with seeds of their own, and the default ones.
#include <ATen/Context.h>
#include <ATen/core/Generator.h>

#include <mutex>

#include "handle.h"
#include "registry.h"

namespace relent {
namespace {

/// newGenerator(device, seed) → handle
napi_value newGenerator(napi_env env, const Arguments& arguments) {
  const c10::Device device(toString(env, arguments[0]));
  // A clone of the default generator is the one way to a generator of any device without that device's headers.
  at::Generator source = at::globalContext().defaultGenerator(device);
  at::Generator generator;
  {
    std::lock_guard<std::mutex> lock(source.mutex());
    generator = source.clone();
  }
  generator.set_current_seed(static_cast<uint64_t>(toInt64(env, arguments[1])));
  return fromDouble(env, keepGenerator(std::move(generator)));
}

napi_value seedGenerator(napi_env env, const Arguments& arguments) {
  at::Generator& generator = generatorOf(toDouble(env, arguments[0]));
  std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_current_seed(static_cast<uint64_t>(toInt64(env, arguments[1])));
  return undefined(env);
}

/// generatorState(generator) → a uint8 tensor
napi_value generatorState(napi_env env, const Arguments& arguments) {
  at::Generator& generator = generatorOf(toDouble(env, arguments[0]));
  std::lock_guard<std::mutex> lock(generator.mutex());
  return wrapTensor(env, generator.get_state());
}

/// setGeneratorState(generator, uint8 tensor)
napi_value setGeneratorState(napi_env env, const Arguments& arguments) {
  at::Generator& generator = generatorOf(toDouble(env, arguments[0]));
  std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_state(tensorOf(env, arguments[1]));
  return undefined(env);
}

napi_value manualSeed(napi_env env, const Arguments& arguments) {
  at::manual_seed(static_cast<uint64_t>(toInt64(env, arguments[0])));
  return undefined(env);
}

}  // namespace

void exposeRandom(napi_env env, napi_value exports) {
  expose<newGenerator>(env, exports, "newGenerator");
  expose<seedGenerator>(env, exports, "seedGenerator");
  expose<generatorState>(env, exports, "generatorState");
  expose<setGeneratorState>(env, exports, "setGeneratorState");
  expose<manualSeed>(env, exports, "manualSeed");
}

}  // namespace relent
