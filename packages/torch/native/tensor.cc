// What a tensor is (shape, dtype, device) and how its elements cross the border.
#include <ATen/ATen.h>

#include <cstring>
#include <mutex>

#include "handle.h"
#include "registry.h"

namespace relent {
namespace {

napi_value shape(napi_env env, const Arguments& arguments) {
  const auto sizes = tensorOf(env, arguments[0]).sizes();
  return fromInt64s(env, sizes.data(), sizes.size());
}

napi_value strides(napi_env env, const Arguments& arguments) {
  const auto strides = tensorOf(env, arguments[0]).strides();
  return fromInt64s(env, strides.data(), strides.size());
}

napi_value dtype(napi_env env, const Arguments& arguments) {
  return fromDouble(env, static_cast<double>(tensorOf(env, arguments[0]).scalar_type()));
}

napi_value device(napi_env env, const Arguments& arguments) {
  return fromString(env, tensorOf(env, arguments[0]).device().str());
}

napi_value item(napi_env env, const Arguments& arguments) {
  const c10::Scalar value = tensorOf(env, arguments[0]).item();
  if (value.isBoolean()) return fromBool(env, value.toBool());
  if (value.isIntegral(false)) return fromInt64(env, value.toLong());
  return fromDouble(env, value.toDouble());
}

c10::ScalarType scalarType(napi_env env, napi_value value) {
  return static_cast<c10::ScalarType>(static_cast<int8_t>(toInt64(env, value)));
}

void expectBytes(const at::Tensor& tensor, size_t size) {
  const size_t expected = static_cast<size_t>(tensor.numel()) * tensor.element_size();
  if (expected != size)
    throw std::invalid_argument("expected " + std::to_string(expected) + " bytes, got " + std::to_string(size));
}

/// fromBytes(typedArray, its dtype, shape, dtype, device) → a new tensor with a copy of the elements
napi_value fromBytes(napi_env env, const Arguments& arguments) {
  const Bytes bytes = toBytes(env, arguments[0]);
  at::Tensor tensor = at::empty(toInt64s(env, arguments[2]), at::TensorOptions(scalarType(env, arguments[1])));
  expectBytes(tensor, bytes.size);
  if (bytes.size > 0) std::memcpy(tensor.data_ptr(), bytes.data, bytes.size);
  const at::TensorOptions target(scalarType(env, arguments[3]));
  return wrapTensor(env, tensor.to(target.device(c10::Device(toString(env, arguments[4])))));
}

/// copyOut(tensor, typedArray): writes the elements, row-major, in the tensor's own dtype
napi_value copyOut(napi_env env, const Arguments& arguments) {
  const at::Tensor tensor = tensorOf(env, arguments[0]).detach().to(at::kCPU).contiguous().resolve_conj();
  const Bytes bytes = toBytes(env, arguments[1]);
  expectBytes(tensor, bytes.size);
  if (bytes.size > 0) std::memcpy(bytes.data, tensor.data_ptr(), bytes.size);
  return undefined(env);
}

// References to shared buffers whose tensors are gone. A tensor may die on an engine thread, where Node-API is out of
// bounds, so the deleter only leaves the reference here; the owning thread deletes it at its next visit.
struct Departed {
  std::mutex mutex;
  std::vector<napi_ref> references;
};

std::shared_ptr<Departed>& departed() {
  thread_local auto* instance = new std::shared_ptr<Departed>(std::make_shared<Departed>());
  return *instance;
}

void deleteDeparted(napi_env env) {
  std::vector<napi_ref> references;
  {
    std::lock_guard<std::mutex> lock(departed()->mutex);
    references.swap(departed()->references);
  }
  for (napi_ref reference : references) napi_delete_reference(env, reference);
}

/// shareBytes(typedArray over a SharedArrayBuffer, dtype, shape) → a CPU tensor over the same memory
napi_value shareBytes(napi_env env, const Arguments& arguments) {
  deleteDeparted(env);
  const Bytes bytes = toBytes(env, arguments[0]);
  const auto sizes = toInt64s(env, arguments[2]);
  const at::TensorOptions options(scalarType(env, arguments[1]));
  expectBytes(at::empty(sizes, options.device(at::kMeta)), bytes.size);
  napi_ref reference;
  check(env, napi_create_reference(env, arguments[0], 1, &reference), "reference");
  const auto queue = departed();
  const auto deleter = [reference, queue](void*) {
    std::lock_guard<std::mutex> lock(queue->mutex);
    queue->references.push_back(reference);
  };
  return wrapTensor(env, at::from_blob(bytes.data, sizes, deleter, options));
}

/// releaseShared(): lets go of the shared buffers whose tensors are gone
napi_value releaseShared(napi_env env, const Arguments&) {
  deleteDeparted(env);
  return undefined(env);
}

}  // namespace

void exposeTensor(napi_env env, napi_value exports) {
  expose<shape>(env, exports, "shape");
  expose<strides>(env, exports, "strides");
  expose<dtype>(env, exports, "dtype");
  expose<device>(env, exports, "device");
  expose<item>(env, exports, "item");
  expose<fromBytes>(env, exports, "fromBytes");
  expose<copyOut>(env, exports, "copyOut");
  expose<shareBytes>(env, exports, "shareBytes");
  expose<releaseShared>(env, exports, "releaseShared");
}

}  // namespace relent
