// Values that are kept: see owned_value.h.
#include "runtime/aggregate/owned_value.h"

#include "support/value/kinds.h"

#include <algorithm>
#include <cstring>

namespace faultline::aggregate {

OwnedValue::OwnedValue(const Value& value) : value_(value) {
  if (HoldsText(value.kind)) {
    if (value.size == 0) {
      value_.text = "";
      return;
    }
    text_ = std::make_unique<char[]>(value.size);
    std::memcpy(text_.get(), value.text, value.size);
    value_.text = text_.get();
    bytes_ = value.size + 16;
  } else if (ItemCount(value) > 0) {
    arena_ = std::make_unique<Arena>();
    value_ = arena_->DeepCopy(value);
    bytes_ = std::max<std::uint64_t>(arena_->bytes_used(), 4096) + sizeof(Arena);
  } else if (HoldsItems(value.kind)) {
    value_.items = nullptr;
  }
}

OwnedValue OwnedValue::Load(StateReader* reader) {
  Arena arena;
  return OwnedValue(reader->Get(&arena));
}

}  // namespace faultline::aggregate
