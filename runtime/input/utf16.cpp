// UTF-16 to UTF-8, streaming. Offsets need no table: the UTF-8 that comes out tells how many bytes of UTF-16
// it was (two, or four for what UTF-8 writes in four), so a place in the original is counted from the line's
// beginning when somebody asks for it.
#include "runtime/input/byte_source.h"
#include "support/value/utf8.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace faultline::runtime {
namespace {

class Utf16 final : public ByteSource {
 public:
  Utf16(std::unique_ptr<ByteSource> inner, bool big_endian)
      : inner_(std::move(inner)), big_endian_(big_endian), in_(32 * 1024, '\0') {}

  std::size_t Read(char* buffer, std::size_t size) override {
    while (out_begin_ == out_.size()) {
      if (done_) return 0;
      Decode();
    }
    const std::size_t n = std::min(size, out_.size() - out_begin_);
    std::copy_n(out_.data() + out_begin_, n, buffer);
    out_begin_ += n;
    return n;
  }

  const std::optional<InputError>& error() const override { return inner_->error(); }
  std::uint64_t first_offset() const override { return 2; }
  Encoding encoding() const override { return Encoding::kUtf16; }

 private:
  void Put(std::uint32_t c) { AppendUtf8(c, out_); }

  void Unit(std::uint32_t unit) {
    if (high_ != 0) {
      const std::uint32_t high = std::exchange(high_, 0);
      if (unit >= 0xDC00 && unit < 0xE000) {
        Put(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
        return;
      }
      Put(0xFFFD);
    }
    if (unit >= 0xD800 && unit < 0xDC00) {
      high_ = unit;
    } else if (unit >= 0xDC00 && unit < 0xE000) {
      Put(0xFFFD);
    } else {
      Put(unit);
    }
  }

  void Decode() {
    out_.clear();
    out_begin_ = 0;
    const std::size_t got = inner_->Read(in_.data() + held_, in_.size() - held_);
    const std::size_t have = held_ + got;
    std::size_t i = 0;
    if (!past_bom_ && have >= 2) {
      past_bom_ = true;
      i = 2;
    }
    for (; i + 1 < have; i += 2) {
      const std::uint32_t a = static_cast<unsigned char>(in_[i]);
      const std::uint32_t b = static_cast<unsigned char>(in_[i + 1]);
      Unit(big_endian_ ? (a << 8 | b) : (b << 8 | a));
    }
    held_ = have - i;
    if (held_ > 0) in_[0] = in_[i];
    if (got == 0) {
      if (high_ != 0) Put(0xFFFD);
      if (held_ > 0) Put(0xFFFD);
      done_ = true;
    }
  }

  std::unique_ptr<ByteSource> inner_;
  bool big_endian_;
  std::string in_;
  std::size_t held_ = 0;  // 0 or 1 bytes of a unit whose other half is to come
  bool past_bom_ = false;
  bool done_ = false;
  std::uint32_t high_ = 0;  // a high surrogate that waits for its low one
  std::string out_;
  std::size_t out_begin_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> Utf16Source(std::unique_ptr<ByteSource> inner, bool big_endian) {
  return std::make_unique<Utf16>(std::move(inner), big_endian);
}

std::uint64_t Utf16Length(std::string_view utf8) {
  std::uint64_t units = 0;
  for (const char c : utf8) {
    const auto b = static_cast<unsigned char>(c);
    units += (b & 0xC0) != 0x80 ? 1 : 0;
    units += b >= 0xF0 ? 1 : 0;
  }
  return units * 2;
}

}  // namespace faultline::runtime
