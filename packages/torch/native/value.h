// Conversion between JavaScript values and the dispatcher's IValues, driven by the operator's own schema.
#pragma once

#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>

#include "boundary.h"

namespace relent {

/// What JavaScript passes for a parameter. ScalarType, Layout and MemoryFormat arrive as their integer codes.
enum class Base { tensor, integer, floating, boolean, scalar, string, device, generator, unsupported };

/// A schema's parameter, worked out once per operator.
struct Parameter {
  Base base = Base::unsupported;
  bool optional = false;         // None is allowed
  bool list = false;             // a list of `base`
  bool elementOptional = false;  // None is allowed inside the list
  uint32_t fixedLength = 0;      // a list of this length may be given as one value
  bool hasDefault = false;
  c10::IValue defaultValue;
  std::string name;
  c10::TypePtr type;
};

Parameter parameterOf(const c10::Argument& argument);

/// @throws std::invalid_argument naming the parameter.
c10::IValue toIValue(napi_env env, napi_value value, const Parameter& parameter);

/// Tensors become handles, lists and tuples arrays, None null.
napi_value fromIValue(napi_env env, const c10::IValue& value);

}  // namespace relent
