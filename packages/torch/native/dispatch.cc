// Calls any registered operator by the handle of its schema, through the boxed calling convention.
#include <ATen/core/dispatch/Dispatcher.h>

#include <sstream>

#include "handle.h"
#include "registry.h"
#include "value.h"

namespace relent {
namespace {

struct Operator {
  c10::OperatorHandle handle;
  std::vector<Parameter> parameters;
  std::vector<bool> writtenReturn;  // the return is one of the arguments, so it needs no handle of its own
};

// Resolved operators of this thread, indexed by the number that JavaScript keeps.
std::vector<Operator>& operators() {
  thread_local auto* instance = new std::vector<Operator>();
  return *instance;
}

std::string printSchema(const c10::FunctionSchema& schema) {
  std::ostringstream text;
  text << schema;
  return text.str();
}

/// resolve(name, overload) → index
napi_value resolve(napi_env env, const Arguments& arguments) {
  const std::string name = toString(env, arguments[0]);
  const std::string overload = toString(env, arguments[1]);
  const auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
  if (!handle) throw std::invalid_argument("no operator of this name");
  const auto& schema = handle->schema();
  if (schema.is_vararg() || schema.is_varret()) throw std::invalid_argument("operators with varying arity are not callable");
  Operator entry{*handle, {}, {}};
  for (const auto& argument : schema.arguments()) entry.parameters.push_back(parameterOf(argument));
  for (const auto& result : schema.returns())
    entry.writtenReturn.push_back(result.alias_info() && result.alias_info()->isWrite());
  operators().push_back(std::move(entry));
  return fromDouble(env, static_cast<double>(operators().size() - 1));
}

/// call(index, ...arguments in schema order) → result, array of results, or undefined
napi_value call(napi_env env, const Arguments& arguments) {
  const auto index = static_cast<size_t>(toDouble(env, arguments[0]));
  if (index >= operators().size()) throw std::invalid_argument("unknown operator index");
  // A copy of the handle and no reference held across the call: an operator may resolve others.
  const Operator& op = operators()[index];
  const c10::OperatorHandle handle = op.handle;
  if (arguments.size() - 1 > op.parameters.size()) throw std::invalid_argument("too many arguments");

  torch::jit::Stack stack;
  stack.reserve(op.parameters.size());
  for (size_t i = 0; i < op.parameters.size(); i++) stack.push_back(toIValue(env, arguments[i + 1], op.parameters[i]));
  handle.callBoxed(&stack);

  const auto& written = operators()[index].writtenReturn;
  if (stack.size() != written.size()) throw std::runtime_error("operator returned an unexpected number of results");
  if (stack.empty()) return undefined(env);
  if (stack.size() == 1) return written[0] ? undefined(env) : fromIValue(env, stack[0]);
  napi_value result;
  check(env, napi_create_array_with_length(env, stack.size(), &result), "array");
  for (size_t i = 0; i < stack.size(); i++) {
    napi_value item = written[i] ? undefined(env) : fromIValue(env, stack[i]);
    check(env, napi_set_element(env, result, static_cast<uint32_t>(i), item), "array element");
  }
  return result;
}

/// schemas() → every registered schema, printed
napi_value schemas(napi_env env, const Arguments&) {
  auto& dispatcher = c10::Dispatcher::singleton();
  napi_value result;
  check(env, napi_create_array(env, &result), "array");
  uint32_t count = 0;
  for (const auto& name : dispatcher.getAllOpNames()) {
    const auto handle = dispatcher.findSchema(name);
    if (!handle) continue;
    napi_value text = fromString(env, printSchema(handle->schema()));
    check(env, napi_set_element(env, result, count++, text), "array element");
  }
  return result;
}

/// schema(name, overload) → the schema, printed, or null
napi_value schema(napi_env env, const Arguments& arguments) {
  const auto handle =
      c10::Dispatcher::singleton().findSchema({toString(env, arguments[0]), toString(env, arguments[1])});
  return handle ? fromString(env, printSchema(handle->schema())) : null(env);
}

}  // namespace

void exposeDispatch(napi_env env, napi_value exports) {
  expose<resolve>(env, exports, "resolve");
  expose<call>(env, exports, "call");
  expose<schemas>(env, exports, "schemas");
  expose<schema>(env, exports, "schema");
}

}  // namespace relent
