// The border between JavaScript and C++: status checks, argument readers, and the guard that turns every C++ exception
// into a JavaScript one, so that none ever unwinds through Node and ends the process.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace relent {

/// Thrown when a JavaScript exception is already pending: the guard then adds nothing.
struct PendingException : std::exception {};

/// Throws unless `status` is napi_ok.
void check(napi_env env, napi_status status, const char* what);

/// Sets a pending JavaScript Error for the C++ exception in flight. Call only inside a catch block.
void raiseCurrentException(napi_env env) noexcept;

/// The arguments of one call; missing ones read as undefined.
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info);
  size_t size() const { return count_; }
  napi_value operator[](size_t index) const;

 private:
  static constexpr size_t kInline = 24;
  napi_env env_;
  size_t count_;
  napi_value inline_[kInline];
  std::vector<napi_value> spilled_;
};

bool isNullish(napi_env env, napi_value value);
double toDouble(napi_env env, napi_value value);
/// Reads a number without a fraction, or a bigint that fits.
int64_t toInt64(napi_env env, napi_value value);
bool toBool(napi_env env, napi_value value);
std::string toString(napi_env env, napi_value value);
uint32_t arrayLength(napi_env env, napi_value array);
napi_value element(napi_env env, napi_value array, uint32_t index);
std::vector<int64_t> toInt64s(napi_env env, napi_value array);

napi_value fromDouble(napi_env env, double value);
/// A number where it is exact, else a bigint.
napi_value fromInt64(napi_env env, int64_t value);
napi_value fromBool(napi_env env, bool value);
napi_value fromString(napi_env env, const std::string& value);
napi_value fromInt64s(napi_env env, const int64_t* values, size_t count);
napi_value null(napi_env env);
napi_value undefined(napi_env env);

/// A bounded view of the bytes of a typed array, valid during the call.
struct Bytes {
  void* data;
  size_t size;
};
Bytes toBytes(napi_env env, napi_value typedArray);

/// Wraps an entry point: no C++ exception leaves it.
template <napi_value (*Function)(napi_env, const Arguments&)>
napi_value guarded(napi_env env, napi_callback_info info) noexcept {
  try {
    Arguments arguments(env, info);
    return Function(env, arguments);
  } catch (...) {
    raiseCurrentException(env);
    return nullptr;
  }
}

/// Adds a guarded entry point to the module's exports.
template <napi_value (*Function)(napi_env, const Arguments&)>
void expose(napi_env env, napi_value exports, const char* name) {
  napi_value function;
  check(env, napi_create_function(env, name, NAPI_AUTO_LENGTH, guarded<Function>, nullptr, &function), name);
  check(env, napi_set_named_property(env, exports, name, function), name);
}

}  // namespace relent
