// Floats of the language and the bump allocator.
//
// The arena's blocks double from 4 KiB to 1 MiB; what is larger gets a block of its own. Copying a nested
// value works from a list of what is left to do, since the depth of a value comes from a log.
#include "support/value/value.h"

#include "support/value/kinds.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace faultline {
namespace {

constexpr std::size_t kFirstBlock = 4096;
constexpr std::size_t kLargestBlock = std::size_t{1} << 20;

}  // namespace

Value Value::Float(double v) {
  if (!std::isfinite(v)) return Missing();
  Value result;
  result.kind = ValueKind::kFloat;
  result.real = v;
  return result;
}

std::size_t ItemCount(const Value& value) {
  switch (value.kind) {
    case ValueKind::kList:
    case ValueKind::kRecord:
      return value.size;
    case ValueKind::kMap:
      return std::size_t{2} * value.size;
    case ValueKind::kMissing:
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kFloat:
    case ValueKind::kText:
    case ValueKind::kDuration:
    case ValueKind::kBytes:
    case ValueKind::kTime:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
    case ValueKind::kIp:
    case ValueKind::kNetwork:
    case ValueKind::kUuid:
    case ValueKind::kLevel:
      return 0;
  }
  return 0;
}

char* Arena::Allocate(std::size_t bytes, std::size_t alignment) {
  used_ += bytes;
  while (block_ < blocks_.size()) {
    const std::size_t start = (offset_ + alignment - 1) & ~(alignment - 1);
    if (start <= sizes_[block_] && bytes <= sizes_[block_] - start) {
      offset_ = start + bytes;
      return blocks_[block_].get() + start;
    }
    ++block_;
    offset_ = 0;
  }
  const std::size_t doubled = sizes_.empty() ? kFirstBlock : std::min(sizes_.back() * 2, kLargestBlock);
  const std::size_t size = std::max(doubled, bytes);
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));  // new aligns for every fundamental type
  sizes_.push_back(size);
  block_ = blocks_.size() - 1;
  offset_ = bytes;
  return blocks_.back().get();
}

std::string_view Arena::Copy(std::string_view text) {
  if (text.empty()) return {};
  char* copy = Allocate(text.size(), 1);
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

Value* Arena::AllocateValues(std::size_t count) {
  Value* values = reinterpret_cast<Value*>(Allocate(count * sizeof(Value), alignof(Value)));
  std::uninitialized_default_construct_n(values, count);
  return values;
}

Value Arena::DeepCopy(const Value& value) {
  struct Work {
    Value* items;
    std::size_t count;
  };
  Value result = value;
  std::vector<Work> work = {{&result, 1}};
  while (!work.empty()) {
    const Work next = work.back();
    work.pop_back();
    for (std::size_t i = 0; i < next.count; ++i) {
      Value& item = next.items[i];
      if (HoldsText(item.kind)) {
        item.text = Copy(item.AsText()).data();
      } else if (const std::size_t count = ItemCount(item); count > 0) {
        Value* items = AllocateValues(count);
        std::copy_n(item.items, count, items);
        item.items = items;
        work.push_back({items, count});
      }
    }
  }
  return result;
}

void Arena::Reset() {
  if (blocks_.size() > 1) {
    blocks_.resize(1);
    sizes_.resize(1);
  }
  block_ = 0;
  offset_ = 0;
  used_ = 0;
}

}  // namespace faultline
