// Each translation unit adds its entry points to the module.
#pragma once

#include <node_api.h>

namespace relent {

void exposeHandles(napi_env env, napi_value exports);
void exposeDispatch(napi_env env, napi_value exports);
void exposeAutograd(napi_env env, napi_value exports);
void exposeTensor(napi_env env, napi_value exports);
void exposeRandom(napi_env env, napi_value exports);

}  // namespace relent
