// gzip, streaming, with zlib. A file may hold several members (logrotate, bgzip, `cat a.gz b.gz`); what could
// be unpacked before the damage is used.
#include "runtime/input/byte_source.h"

#include <algorithm>
#include <string>
#include <utility>
#include <zlib.h>

namespace faultline::runtime {
namespace {

class Gzip final : public ByteSource {
 public:
  Gzip(std::unique_ptr<ByteSource> inner, std::string path)
      : inner_(std::move(inner)), path_(std::move(path)), in_(64 * 1024, '\0') {
    // 15: largest window; 16: gzip headers only.
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) Fail(InputErrorKind::kRead, "zlib could not be set up");
  }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  ~Gzip() override { inflateEnd(&stream_); }

  std::size_t Read(char* buffer, std::size_t size) override {
    if (done_) return 0;
    const auto room = static_cast<uInt>(std::min<std::size_t>(size, 1U << 30));
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out = room;
    while (!done_ && stream_.avail_out > 0) {
      if (stream_.avail_in == 0) Refill();
      if (between_members_) {
        NextMember();
        continue;
      }
      // Also without input: zlib may hold output that did not fit the last time.
      const int result = inflate(&stream_, Z_NO_FLUSH);
      if (result == Z_STREAM_END) {
        between_members_ = true;
      } else if (result == Z_BUF_ERROR && stream_.avail_in == 0) {
        Fail(InputErrorKind::kTruncated, "the gzip data ends early; what came before was used");
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        const std::string why = stream_.msg != nullptr ? std::string(" (") + stream_.msg + ")" : "";
        Fail(InputErrorKind::kCorrupt, "the gzip data is damaged" + why + "; what came before was used");
      }
    }
    return room - stream_.avail_out;
  }

  const std::optional<InputError>& error() const override {
    return inner_->error() ? inner_->error() : error_;
  }

 private:
  void Refill() {
    const std::size_t n = inner_->Read(in_.data(), in_.size());
    stream_.next_in = reinterpret_cast<Bytef*>(in_.data());
    stream_.avail_in = static_cast<uInt>(n);
  }

  // Behind a member: the end, zero padding (tapes, some uploaders), or another member.
  void NextMember() {
    while (stream_.avail_in > 0 && *stream_.next_in == 0) {
      ++stream_.next_in;
      --stream_.avail_in;
      padding_ = true;
    }
    if (stream_.avail_in == 0) {
      Refill();
      if (stream_.avail_in == 0) done_ = true;
      return;
    }
    if (*stream_.next_in != 0x1F || padding_) {
      Fail(InputErrorKind::kCorrupt, "something that is not gzip follows the gzip data; it was left out");
      return;
    }
    between_members_ = false;
    inflateReset(&stream_);
  }

  void Fail(InputErrorKind kind, std::string message) {
    error_ = InputError{kind, path_, std::move(message)};
    done_ = true;
  }

  std::unique_ptr<ByteSource> inner_;
  std::string path_;
  std::string in_;
  z_stream stream_{};
  bool between_members_ = false;
  bool padding_ = false;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> GzipSource(std::unique_ptr<ByteSource> inner, std::string path) {
  return std::make_unique<Gzip>(std::move(inner), std::move(path));
}

}  // namespace faultline::runtime
