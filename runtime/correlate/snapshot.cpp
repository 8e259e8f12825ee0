// Snapshots: see snapshot.h.
#include "runtime/correlate/snapshot.h"

#include <bit>

namespace faultline::runtime::snapshot {
namespace {

constexpr std::size_t kLengthBytes = 8;  // of a section: fixed, so that it can be filled in at its end

std::uint64_t Zigzag(std::int64_t number) {
  return (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
}

std::int64_t Unzigzag(std::uint64_t number) {
  return static_cast<std::int64_t>(number >> 1) ^ -static_cast<std::int64_t>(number & 1);
}

}  // namespace

void Writer::Unsigned(std::uint64_t number) {
  while (number >= 0x80) {
    bytes_.push_back(static_cast<char>((number & 0x7f) | 0x80));
    number >>= 7;
  }
  bytes_.push_back(static_cast<char>(number));
}

void Writer::Signed(std::int64_t number) {
  Unsigned(Zigzag(number));
}

void Writer::Float(double number) {
  std::uint64_t bits = std::bit_cast<std::uint64_t>(number);
  for (int i = 0; i < 8; ++i, bits >>= 8) bytes_.push_back(static_cast<char>(bits & 0xff));
}

void Writer::Text(std::string_view text) {
  Unsigned(text.size());
  bytes_.append(text);
}

void Writer::Put(const Value& value) {
  PutValue(value, 0);
}

void Writer::PutValue(const Value& value, int depth) {
  if (depth > kMaxValueDepth) {
    Unsigned(static_cast<std::uint64_t>(ValueKind::kMissing));
    return;
  }
  Unsigned(static_cast<std::uint64_t>(value.kind));
  switch (value.kind) {
    case ValueKind::kMissing:
      return;
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kDuration:
    case ValueKind::kBytes:
    case ValueKind::kTime:
    case ValueKind::kLevel:
      Signed(value.integer);
      return;
    case ValueKind::kFloat:
      Float(value.real);
      return;
    case ValueKind::kText:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
    case ValueKind::kIp:
    case ValueKind::kNetwork:
    case ValueKind::kUuid:
      Text(value.AsText());
      return;
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap:
      Unsigned(value.size);
      for (std::size_t i = 0; i < ItemCount(value); ++i) PutValue(value.items[i], depth + 1);
      return;
  }
}

void Writer::Header() {
  bytes_.append(kMagic);
  Unsigned(kVersion);
}

std::size_t Writer::Begin() {
  bytes_.append(kLengthBytes, '\0');
  return bytes_.size();
}

void Writer::End(std::size_t begin) {
  std::uint64_t length = bytes_.size() - begin;
  for (std::size_t i = 0; i < kLengthBytes; ++i, length >>= 8) {
    bytes_[begin - kLengthBytes + i] = static_cast<char>(length & 0xff);
  }
}

void Reader::Fail() {
  ok_ = false;
  rest_ = {};
}

std::uint64_t Reader::Unsigned() {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) break;
    const std::uint64_t byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    if (shift == 63 && byte > 1) break;
    number |= (byte & 0x7f) << shift;
    if (byte < 0x80) return number;
  }
  Fail();
  return 0;
}

std::int64_t Reader::Signed() {
  return Unzigzag(Unsigned());
}

bool Reader::Bool() {
  const std::uint64_t value = Unsigned();
  if (value > 1) Fail();
  return ok_ && value == 1;
}

double Reader::Float() {
  if (rest_.size() < 8) {
    Fail();
    return 0;
  }
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
  }
  rest_.remove_prefix(8);
  return std::bit_cast<double>(bits);
}

std::size_t Reader::Count() {
  const std::uint64_t count = Unsigned();
  if (count > rest_.size()) Fail();
  return ok_ ? static_cast<std::size_t>(count) : 0;
}

std::string_view Reader::Text() {
  const std::size_t size = Count();
  const std::string_view text = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return text;
}

Value Reader::Get(Arena* arena) {
  return GetValue(arena, 0);
}

Value Reader::GetValue(Arena* arena, int depth) {
  const std::uint64_t number = Unsigned();
  // What is nested more deeply than it is ever written is not ours.
  if (number > static_cast<std::uint64_t>(ValueKind::kMap) || (depth > kMaxValueDepth && number != 0)) Fail();
  if (!ok_) return Value::Missing();
  const ValueKind kind = static_cast<ValueKind>(number);
  switch (kind) {
    case ValueKind::kMissing:
      return Value::Missing();
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kDuration:
    case ValueKind::kBytes:
    case ValueKind::kTime:
    case ValueKind::kLevel: {
      const std::int64_t integer = Signed();
      return ok_ ? Value::Integer(kind, integer) : Value::Missing();
    }
    case ValueKind::kFloat:
      return Value::Float(Float());
    case ValueKind::kText:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
    case ValueKind::kIp:
    case ValueKind::kNetwork:
    case ValueKind::kUuid: {
      const std::string_view text = Text();
      return ok_ ? Value::Textual(kind, arena->Copy(text)) : Value::Missing();
    }
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap: {
      const std::size_t size = Count();
      const std::size_t items = kind == ValueKind::kMap ? size * 2 : size;
      if (items > rest_.size()) Fail();
      if (!ok_) return Value::Missing();
      Value* values = arena->AllocateValues(items);
      for (std::size_t i = 0; i < items; ++i) values[i] = Value::Missing();
      for (std::size_t i = 0; i < items && ok_; ++i) values[i] = GetValue(arena, depth + 1);
      return ok_ ? Value::Items(kind, values, static_cast<std::uint32_t>(size)) : Value::Missing();
    }
  }
  return Value::Missing();
}

bool Reader::Header() {
  if (!rest_.starts_with(kMagic)) {
    Fail();
    return false;
  }
  rest_.remove_prefix(kMagic.size());
  if (Unsigned() != kVersion) Fail();
  return ok_;
}

Reader Reader::Section() {
  std::uint64_t length = 0;
  if (rest_.size() < kLengthBytes) {
    Fail();
  } else {
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
      length |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
    }
    rest_.remove_prefix(kLengthBytes);
    if (length > rest_.size()) Fail();
  }
  Reader section(rest_.substr(0, ok_ ? static_cast<std::size_t>(length) : 0));
  section.ok_ = ok_;
  if (ok_) rest_.remove_prefix(static_cast<std::size_t>(length));
  return section;
}

}  // namespace faultline::runtime::snapshot
