// A JSON object as it is written: keys with commas between them, in the order in which they come.
//
// Thread safety: none.
#ifndef FAULTLINE_RUNTIME_REPORT_JSON_OBJECT_H_
#define FAULTLINE_RUNTIME_REPORT_JSON_OBJECT_H_

#include "support/value/json.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace faultline::runtime {

class JsonObject {
 public:
  explicit JsonObject(std::string* out) : out_(out) { *out_ += '{'; }
  std::string& Key(std::string_view key) {
    if (!first_) *out_ += ',';
    first_ = false;
    AppendJsonText(*out_, key);
    *out_ += ':';
    return *out_;
  }
  void Text(std::string_view key, std::string_view text) { AppendJsonText(Key(key), text); }
  void Number(std::string_view key, std::int64_t number) { Key(key) += std::to_string(number); }
  void Close() { *out_ += '}'; }
  bool empty() const { return first_; }

 private:
  std::string* out_;
  bool first_ = true;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_REPORT_JSON_OBJECT_H_
