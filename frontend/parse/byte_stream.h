// The bytes of a file as ANTLR's character stream, without copying or decoding them: offsets in tokens are
// byte offsets. Bytes above 0x7f are shown to the lexer as 0x7f, which keeps every transition inside the part
// of the lexer's automaton that ANTLR caches (it caches none beyond 127).
#ifndef FAULTLINE_FRONTEND_PARSE_BYTE_STREAM_H_
#define FAULTLINE_FRONTEND_PARSE_BYTE_STREAM_H_

#include "antlr4-runtime.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace faultline::parse {

class ByteStream final : public antlr4::CharStream {
 public:
  explicit ByteStream(std::string_view text) : text_(text) {}

  void consume() override {
    if (position_ < text_.size()) ++position_;
  }
  std::size_t LA(ssize_t i) override {
    if (i == 0) return 0;
    const ssize_t at = static_cast<ssize_t>(position_) + (i > 0 ? i - 1 : i);
    if (at < 0 || at >= static_cast<ssize_t>(text_.size())) return IntStream::EOF;
    const auto byte = static_cast<unsigned char>(text_[static_cast<std::size_t>(at)]);
    return byte < 0x80 ? byte : 0x7f;
  }
  ssize_t mark() override { return -1; }
  void release(ssize_t) override {}
  std::size_t index() override { return position_; }
  void seek(std::size_t index) override { position_ = std::min(index, text_.size()); }
  std::size_t size() override { return text_.size(); }
  std::string getSourceName() const override { return "rules"; }
  std::string getText(const antlr4::misc::Interval& interval) override {
    if (interval.a < 0 || interval.b < interval.a) return {};
    const auto begin = static_cast<std::size_t>(interval.a);
    return begin >= text_.size()
               ? std::string()
               : std::string(text_.substr(begin, static_cast<std::size_t>(interval.b - interval.a) + 1));
  }
  std::string toString() const override { return std::string(text_); }

 private:
  std::string_view text_;
  std::size_t position_ = 0;
};

}  // namespace faultline::parse

#endif  // FAULTLINE_FRONTEND_PARSE_BYTE_STREAM_H_
