// The module: its entry points and the settings of the library as a whole.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include "allocator.h"
#include "boundary.h"
#include "registry.h"

namespace relent {
namespace {

napi_value version(napi_env env, const Arguments&) { return fromString(env, TORCH_VERSION); }

napi_value setThreads(napi_env env, const Arguments& arguments) {
  at::set_num_threads(static_cast<int>(toInt64(env, arguments[0])));
  return undefined(env);
}

napi_value getThreads(napi_env env, const Arguments&) { return fromDouble(env, at::get_num_threads()); }

napi_value cudaDeviceCount(napi_env env, const Arguments&) {
  return fromDouble(env, static_cast<double>(torch::cuda::device_count()));
}

napi_value cudaSynchronize(napi_env env, const Arguments&) {
  torch::cuda::synchronize();
  return undefined(env);
}

/// setCudaTuning(benchmark convolution algorithms, allow TF32)
napi_value setCudaTuning(napi_env env, const Arguments& arguments) {
  at::globalContext().setBenchmarkCuDNN(toBool(env, arguments[0]));
  at::globalContext().setAllowTF32CuDNN(toBool(env, arguments[1]));
  at::globalContext().setAllowTF32CuBLAS(toBool(env, arguments[1]));
  return undefined(env);
}

napi_value initialise(napi_env env, napi_value exports) {
  keepFreedMemory();
  try {
    exposeHandles(env, exports);
    exposeDispatch(env, exports);
    exposeAutograd(env, exports);
    exposeTensor(env, exports);
    exposeRandom(env, exports);
    expose<version>(env, exports, "version");
    expose<setThreads>(env, exports, "setThreads");
    expose<getThreads>(env, exports, "getThreads");
    expose<cudaDeviceCount>(env, exports, "cudaDeviceCount");
    expose<cudaSynchronize>(env, exports, "cudaSynchronize");
    expose<setCudaTuning>(env, exports, "setCudaTuning");
  } catch (...) {
    raiseCurrentException(env);
  }
  return exports;
}

}  // namespace
}  // namespace relent

NAPI_MODULE_INIT() { return relent::initialise(env, exports); }
