// Bytes that a program pushes, for an engine that pulls: a view that is there while one call feeds it.
//
// Thread safety: one thread, that of the call.
#ifndef FAULTLINE_CAPI_PUSH_SOURCE_H_
#define FAULTLINE_CAPI_PUSH_SOURCE_H_

#include "runtime/input/byte_source.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace faultline::capi {

class PushSource final : public runtime::ByteSource {
 public:
  explicit PushSource(bool records) : records_(records) {}

  // `bytes` must stay until Take. With records: one line, and its time or missing.
  void Give(std::string_view bytes, const Value& time = Value::Missing()) {
    bytes_ = bytes;
    time_ = time;
  }
  // What was not read is gone.
  void Take() { bytes_ = {}; }
  void End() { over_ = true; }

  std::size_t Read(char* buffer, std::size_t size) override {
    const std::size_t count = std::min(size, bytes_.size());
    std::memcpy(buffer, bytes_.data(), count);
    bytes_.remove_prefix(count);
    return count;
  }
  runtime::AtEnd at_end() override { return over_ ? runtime::AtEnd::kFinal : runtime::AtEnd::kLater; }
  bool has_records() const override { return records_; }
  // Records are looked at one by one, so the line is that of the record at hand.
  Value TimeOfLine(std::int64_t) const override { return time_; }

 private:
  std::string_view bytes_;
  Value time_;
  bool records_;
  bool over_ = false;
};

}  // namespace faultline::capi

#endif  // FAULTLINE_CAPI_PUSH_SOURCE_H_
