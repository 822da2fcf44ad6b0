#include "value.h"

#include <ATen/core/List.h>
#include <ATen/core/jit_type.h>

#include <cmath>

#include "handle.h"

namespace relent {
namespace {

Base baseOf(const c10::TypePtr& type) {
  switch (type->kind()) {
    case c10::TypeKind::TensorType:
      return Base::tensor;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
    case c10::TypeKind::LayoutType:
    case c10::TypeKind::ScalarTypeType:
    case c10::TypeKind::MemoryFormatType:
      return Base::integer;
    case c10::TypeKind::FloatType:
      return Base::floating;
    case c10::TypeKind::BoolType:
      return Base::boolean;
    case c10::TypeKind::NumberType:
      return Base::scalar;
    case c10::TypeKind::StringType:
      return Base::string;
    case c10::TypeKind::DeviceObjType:
      return Base::device;
    case c10::TypeKind::GeneratorType:
      return Base::generator;
    default:
      return Base::unsupported;
  }
}

c10::Scalar toScalar(napi_env env, napi_value value) {
  napi_valuetype type;
  check(env, napi_typeof(env, value, &type), "typeof");
  if (type == napi_boolean) return c10::Scalar(toBool(env, value));
  if (type == napi_bigint) return c10::Scalar(toInt64(env, value));
  const double number = toDouble(env, value);
  // Whole numbers are integers, as literals are in Python, so that `int64Tensor.add(1)` stays int64. -0 is a float.
  const bool whole = std::trunc(number) == number && std::abs(number) <= 9007199254740991.0;
  if (whole && !(number == 0 && std::signbit(number))) return c10::Scalar(static_cast<int64_t>(number));
  return c10::Scalar(number);
}

c10::IValue single(napi_env env, napi_value value, Base base) {
  switch (base) {
    case Base::tensor:
      return tensorOf(env, value);
    case Base::integer:
      return toInt64(env, value);
    case Base::floating:
      return toDouble(env, value);
    case Base::boolean:
      return toBool(env, value);
    case Base::scalar:
      return toScalar(env, value);
    case Base::string:
      return toString(env, value);
    case Base::device:
      return c10::Device(toString(env, value));
    case Base::generator:
      return generatorOf(toDouble(env, value));
    case Base::unsupported:
      break;
  }
  throw std::invalid_argument("has a type that cannot be passed from JavaScript");
}

/// One reader for arrays and for the single value that stands for every element of a fixed-length list.
template <typename Push>
void eachElement(napi_env env, napi_value value, const Parameter& parameter, Push push) {
  bool array = false;
  check(env, napi_is_array(env, value, &array), "array");
  if (!array) {
    for (uint32_t i = 0; i < parameter.fixedLength; i++) push(value);
    if (parameter.fixedLength == 0) throw std::invalid_argument("expected an array");
    return;
  }
  const uint32_t length = arrayLength(env, value);
  for (uint32_t i = 0; i < length; i++) push(element(env, value, i));
}

c10::IValue list(napi_env env, napi_value value, const Parameter& parameter) {
  if (parameter.elementOptional || parameter.base == Base::scalar) {
    c10::impl::GenericList result(parameter.type);
    eachElement(env, value, parameter, [&](napi_value item) {
      result.push_back(isNullish(env, item) ? c10::IValue() : single(env, item, parameter.base));
    });
    return result;
  }
  switch (parameter.base) {
    case Base::tensor: {
      c10::List<at::Tensor> result;
      eachElement(env, value, parameter, [&](napi_value item) { result.push_back(tensorOf(env, item)); });
      return result;
    }
    case Base::integer: {
      c10::List<int64_t> result;
      eachElement(env, value, parameter, [&](napi_value item) { result.push_back(toInt64(env, item)); });
      return result;
    }
    case Base::floating: {
      c10::List<double> result;
      eachElement(env, value, parameter, [&](napi_value item) { result.push_back(toDouble(env, item)); });
      return result;
    }
    case Base::boolean: {
      c10::List<bool> result;
      eachElement(env, value, parameter, [&](napi_value item) { result.push_back(toBool(env, item)); });
      return result;
    }
    case Base::string: {
      c10::List<std::string> result;
      eachElement(env, value, parameter, [&](napi_value item) { result.push_back(toString(env, item)); });
      return result;
    }
    default:
      throw std::invalid_argument("has a type that cannot be passed from JavaScript");
  }
}

template <typename Items>
napi_value fromItems(napi_env env, const Items& items) {
  napi_value result;
  check(env, napi_create_array_with_length(env, items.size(), &result), "array");
  for (size_t i = 0; i < items.size(); i++) {
    const c10::IValue item = items[i];
    check(env, napi_set_element(env, result, static_cast<uint32_t>(i), fromIValue(env, item)), "array element");
  }
  return result;
}

}  // namespace

Parameter parameterOf(const c10::Argument& argument) {
  Parameter result;
  result.name = argument.name();
  result.type = argument.type();
  if (result.type->kind() == c10::TypeKind::OptionalType) {
    result.optional = true;
    result.type = result.type->expectRef<c10::OptionalType>().getElementType();
  }
  if (result.type->kind() == c10::TypeKind::ListType) {
    result.list = true;
    result.type = result.type->expectRef<c10::ListType>().getElementType();
    if (argument.N()) result.fixedLength = static_cast<uint32_t>(*argument.N());
    if (result.type->kind() == c10::TypeKind::OptionalType) {
      result.elementOptional = true;
      result.base = baseOf(result.type->expectRef<c10::OptionalType>().getElementType());
      return result;
    }
  }
  result.base = baseOf(result.type);
  if (argument.default_value()) {
    result.hasDefault = true;
    result.defaultValue = *argument.default_value();
  }
  return result;
}

c10::IValue toIValue(napi_env env, napi_value value, const Parameter& parameter) {
  try {
    napi_valuetype type;
    check(env, napi_typeof(env, value, &type), "typeof");
    if (type == napi_undefined) {
      if (parameter.hasDefault) return parameter.defaultValue;
      if (parameter.optional) return c10::IValue();
      throw std::invalid_argument("is required");
    }
    if (type == napi_null) {
      if (parameter.optional) return c10::IValue();
      throw std::invalid_argument("is required, got null");
    }
    return parameter.list ? list(env, value, parameter) : single(env, value, parameter.base);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument("argument \"" + parameter.name + "\" " + error.what());
  }
}

napi_value fromIValue(napi_env env, const c10::IValue& value) {
  if (value.isTensor()) return wrapTensor(env, value.toTensor());
  if (value.isNone()) return null(env);
  if (value.isBool()) return fromBool(env, value.toBool());
  if (value.isInt()) return fromInt64(env, value.toInt());
  if (value.isDouble()) return fromDouble(env, value.toDouble());
  if (value.isSymInt()) return fromInt64(env, value.toSymInt().guard_int(__FILE__, __LINE__));
  if (value.isString()) return fromString(env, value.toStringRef());
  if (value.isDevice()) return fromString(env, value.toDevice().str());
  if (value.isTuple()) return fromItems(env, value.toTupleRef().elements());
  if (value.isList()) return fromItems(env, value.toListRef());
  throw std::runtime_error("result of type " + value.tagKind() + " cannot be passed to JavaScript");
}

}  // namespace relent
