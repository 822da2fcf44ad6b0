#include "handle.h"

#include <cmath>

namespace relent {
namespace {

constexpr uint64_t kSlotBits = 24;
constexpr uint64_t kSlotMask = (uint64_t{1} << kSlotBits) - 1;
constexpr uint64_t kMaxHandle = uint64_t{1} << 53;
constexpr uint32_t kMaxGeneration = (uint32_t{1} << 27) - 1;
constexpr uint32_t kNone = 0xffffffff;

template <typename T, uint64_t Kind>
class Table {
 public:
  Handle keep(T object) {
    uint32_t slot = free_;
    if (slot == kNone) {
      if (slots_.size() > kSlotMask) throw std::runtime_error("too many live handles");
      slot = static_cast<uint32_t>(slots_.size());
      slots_.emplace_back();
    } else {
      free_ = slots_[slot].next;
    }
    Slot& entry = slots_[slot];
    entry.object = std::move(object);
    entry.live = true;
    live_++;
    return static_cast<Handle>(((uint64_t{entry.generation} << 1 | Kind) << kSlotBits) | slot);
  }

  T* find(Handle handle) {
    Slot* entry = entryOf(handle);
    return entry ? &entry->object : nullptr;
  }

  bool release(Handle handle) {
    Slot* entry = entryOf(handle);
    if (!entry) return false;
    // The object dies last: its destructor may run a deleter that looks at this table.
    T object = std::move(entry->object);
    entry->object = T();
    entry->live = false;
    live_--;
    // A slot whose generations are used up is retired: its old handles must never match again.
    if (entry->generation++ < kMaxGeneration) {
      entry->next = free_;
      free_ = static_cast<uint32_t>(entry - slots_.data());
    }
    return true;
  }

  size_t live() const { return live_; }

 private:
  struct Slot {
    T object;
    uint32_t generation = 1;
    uint32_t next = kNone;
    bool live = false;
  };

  Slot* entryOf(Handle handle) {
    if (!(handle > 0 && handle < static_cast<double>(kMaxHandle)) || std::trunc(handle) != handle) return nullptr;
    const auto bits = static_cast<uint64_t>(handle);
    const uint64_t slot = bits & kSlotMask;
    if ((bits >> kSlotBits & 1) != Kind || slot >= slots_.size()) return nullptr;
    Slot& entry = slots_[slot];
    return entry.live && entry.generation == bits >> (kSlotBits + 1) ? &entry : nullptr;
  }

  std::vector<Slot> slots_;
  uint32_t free_ = kNone;
  size_t live_ = 0;
};

struct Tables {
  Table<at::Tensor, 0> tensors;
  Table<at::Generator, 1> generators;
};

// Never destroyed: at exit the allocators that the tensors need may be gone before thread-local destructors run.
Tables& tables() {
  thread_local Tables* instance = new Tables();
  return *instance;
}

napi_value free(napi_env env, const Arguments& arguments) {
  bool released = false;
  for (size_t i = 0; i < arguments.size(); i++) released = release(toDouble(env, arguments[i]));
  return fromBool(env, released);
}

napi_value freeAll(napi_env env, const Arguments& arguments) {
  const Bytes bytes = toBytes(env, arguments[0]);
  const auto* handles = static_cast<const double*>(bytes.data);
  const auto count = static_cast<size_t>(toInt64(env, arguments[1]));
  if (count > bytes.size / sizeof(double)) throw std::out_of_range("freeAll: count beyond the array");
  for (size_t i = 0; i < count; i++) release(handles[i]);
  return undefined(env);
}

napi_value liveHandles(napi_env env, const Arguments&) {
  return fromDouble(env, static_cast<double>(liveTensors() + liveGenerators()));
}

}  // namespace

Handle keepTensor(at::Tensor tensor) { return tables().tensors.keep(std::move(tensor)); }
Handle keepGenerator(at::Generator generator) { return tables().generators.keep(std::move(generator)); }

const at::Tensor& tensorOf(Handle handle) {
  const at::Tensor* tensor = tables().tensors.find(handle);
  if (!tensor) throw std::invalid_argument("expected a live tensor, got a freed or foreign handle");
  return *tensor;
}

at::Generator& generatorOf(Handle handle) {
  at::Generator* generator = tables().generators.find(handle);
  if (!generator) throw std::invalid_argument("expected a live generator, got a freed or foreign handle");
  return *generator;
}

bool release(Handle handle) { return tables().tensors.release(handle) || tables().generators.release(handle); }
size_t liveTensors() { return tables().tensors.live(); }
size_t liveGenerators() { return tables().generators.live(); }

const at::Tensor& tensorOf(napi_env env, napi_value value) { return tensorOf(toDouble(env, value)); }

at::Tensor optionalTensorOf(napi_env env, napi_value value) {
  return isNullish(env, value) ? at::Tensor() : tensorOf(env, value);
}

std::vector<at::Tensor> tensorsOf(napi_env env, napi_value array) {
  const uint32_t length = arrayLength(env, array);
  std::vector<at::Tensor> result;
  result.reserve(length);
  for (uint32_t i = 0; i < length; i++) result.push_back(optionalTensorOf(env, element(env, array, i)));
  return result;
}

napi_value wrapTensor(napi_env env, at::Tensor tensor) {
  if (!tensor.defined()) return null(env);
  return fromDouble(env, keepTensor(std::move(tensor)));
}

void exposeHandles(napi_env env, napi_value exports) {
  expose<free>(env, exports, "free");
  expose<freeAll>(env, exports, "freeAll");
  expose<liveHandles>(env, exports, "liveHandles");
}

}  // namespace relent
