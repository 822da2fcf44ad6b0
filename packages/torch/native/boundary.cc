#include "boundary.h"

#include <c10/util/Exception.h>

#include <cmath>

namespace relent {
namespace {

constexpr double kMaxSafeInteger = 9007199254740991.0;

void raise(napi_env env, const char* message) noexcept {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) napi_throw_error(env, nullptr, message);
}

}  // namespace

void check(napi_env env, napi_status status, const char* what) {
  if (status == napi_ok) return;
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (pending) throw PendingException();
  const napi_extended_error_info* info = nullptr;
  napi_get_last_error_info(env, &info);
  std::string message = std::string(what) + ": ";
  message += info && info->error_message ? info->error_message : "unknown Node-API failure";
  throw std::runtime_error(message);
}

void raiseCurrentException(napi_env env) noexcept {
  try {
    throw;
  } catch (const PendingException&) {
  } catch (const c10::Error& error) {
    raise(env, error.what_without_backtrace());
  } catch (const std::exception& error) {
    raise(env, error.what());
  } catch (...) {
    raise(env, "unknown C++ exception");
  }
}

Arguments::Arguments(napi_env env, napi_callback_info info) : env_(env), count_(kInline) {
  check(env, napi_get_cb_info(env, info, &count_, inline_, nullptr, nullptr), "arguments");
  if (count_ > kInline) {
    spilled_.resize(count_);
    check(env, napi_get_cb_info(env, info, &count_, spilled_.data(), nullptr, nullptr), "arguments");
  }
}

napi_value Arguments::operator[](size_t index) const {
  if (index >= count_) return undefined(env_);
  return spilled_.empty() ? inline_[index] : spilled_[index];
}

bool isNullish(napi_env env, napi_value value) {
  napi_valuetype type;
  check(env, napi_typeof(env, value, &type), "typeof");
  return type == napi_undefined || type == napi_null;
}

double toDouble(napi_env env, napi_value value) {
  double result;
  check(env, napi_get_value_double(env, value, &result), "number");
  return result;
}

int64_t toInt64(napi_env env, napi_value value) {
  double number;
  if (napi_get_value_double(env, value, &number) == napi_ok) {
    if (std::trunc(number) != number || std::abs(number) > kMaxSafeInteger)
      throw std::invalid_argument("expected a safe integer, got " + std::to_string(number));
    return static_cast<int64_t>(number);
  }
  int64_t result;
  bool lossless = false;
  check(env, napi_get_value_bigint_int64(env, value, &result, &lossless), "integer");
  if (!lossless) throw std::invalid_argument("expected a 64-bit integer, got a larger bigint");
  return result;
}

bool toBool(napi_env env, napi_value value) {
  bool result;
  check(env, napi_get_value_bool(env, value, &result), "boolean");
  return result;
}

std::string toString(napi_env env, napi_value value) {
  size_t length = 0;
  check(env, napi_get_value_string_utf8(env, value, nullptr, 0, &length), "string");
  std::string result(length, '\0');
  check(env, napi_get_value_string_utf8(env, value, result.data(), length + 1, &length), "string");
  return result;
}

uint32_t arrayLength(napi_env env, napi_value array) {
  uint32_t length;
  check(env, napi_get_array_length(env, array, &length), "array");
  return length;
}

napi_value element(napi_env env, napi_value array, uint32_t index) {
  napi_value result;
  check(env, napi_get_element(env, array, index, &result), "array element");
  return result;
}

std::vector<int64_t> toInt64s(napi_env env, napi_value array) {
  const uint32_t length = arrayLength(env, array);
  std::vector<int64_t> result(length);
  for (uint32_t i = 0; i < length; i++) result[i] = toInt64(env, element(env, array, i));
  return result;
}

napi_value fromDouble(napi_env env, double value) {
  napi_value result;
  check(env, napi_create_double(env, value, &result), "number");
  return result;
}

napi_value fromInt64(napi_env env, int64_t value) {
  if (std::abs(static_cast<double>(value)) <= kMaxSafeInteger) return fromDouble(env, static_cast<double>(value));
  napi_value result;
  check(env, napi_create_bigint_int64(env, value, &result), "bigint");
  return result;
}

napi_value fromBool(napi_env env, bool value) {
  napi_value result;
  check(env, napi_get_boolean(env, value, &result), "boolean");
  return result;
}

napi_value fromString(napi_env env, const std::string& value) {
  napi_value result;
  check(env, napi_create_string_utf8(env, value.data(), value.size(), &result), "string");
  return result;
}

napi_value fromInt64s(napi_env env, const int64_t* values, size_t count) {
  napi_value result;
  check(env, napi_create_array_with_length(env, count, &result), "array");
  for (size_t i = 0; i < count; i++)
    check(env, napi_set_element(env, result, static_cast<uint32_t>(i), fromInt64(env, values[i])), "array element");
  return result;
}

napi_value null(napi_env env) {
  napi_value result;
  check(env, napi_get_null(env, &result), "null");
  return result;
}

napi_value undefined(napi_env env) {
  napi_value result;
  check(env, napi_get_undefined(env, &result), "undefined");
  return result;
}

Bytes toBytes(napi_env env, napi_value typedArray) {
  bool typed = false;
  check(env, napi_is_typedarray(env, typedArray, &typed), "typed array");
  if (!typed) throw std::invalid_argument("expected a typed array");
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  check(env, napi_get_typedarray_info(env, typedArray, &type, &length, &data, nullptr, nullptr), "typed array");
  size_t width = 1;
  switch (type) {
    case napi_int8_array:
    case napi_uint8_array:
    case napi_uint8_clamped_array:
      width = 1;
      break;
    case napi_int16_array:
    case napi_uint16_array:
      width = 2;
      break;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array:
      width = 4;
      break;
    case napi_float64_array:
    case napi_bigint64_array:
    case napi_biguint64_array:
      width = 8;
      break;
    default:
      throw std::invalid_argument("unsupported typed array");
  }
  return {data, length * width};
}

}  // namespace relent
