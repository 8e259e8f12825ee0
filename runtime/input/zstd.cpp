// zstd, streaming: concatenated frames, skippable frames. The window a frame may ask for is bounded, so that
// a few hostile bytes cannot ask for gigabytes.
#include "runtime/input/byte_source.h"

#include <algorithm>
#include <string>
#include <utility>
#include <zstd.h>

namespace faultline::runtime {
namespace {

constexpr int kMaxWindowLog = 27;  // 128 MiB: what `zstd --ultra -22` needs

class Zstd final : public ByteSource {
 public:
  Zstd(std::unique_ptr<ByteSource> inner, std::string path)
      : inner_(std::move(inner)), path_(std::move(path)), in_(64 * 1024, '\0'), context_(ZSTD_createDCtx()) {
    if (context_ == nullptr ||
        ZSTD_isError(ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kMaxWindowLog))) {
      Fail(InputErrorKind::kRead, "zstd could not be set up");
    }
  }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;
  ~Zstd() override { ZSTD_freeDCtx(context_); }

  std::size_t Read(char* buffer, std::size_t size) override {
    ZSTD_outBuffer out{buffer, size, 0};
    while (!done_ && out.pos < out.size) {
      if (pending_.pos == pending_.size && !flushing_) {
        pending_ = {in_.data(), inner_->Read(in_.data(), in_.size()), 0};
        if (pending_.size == 0) {
          done_ = true;
          if (inside_frame_) {
            Fail(InputErrorKind::kTruncated, "the zstd data ends early; what came before was used");
          }
          break;
        }
      }
      // No more input than to the end of the next block: a call that fails says nothing of what it put out
      // before, so none may go on behind a block into damage. zstd's hint is that block and the 3 bytes of
      // the header behind it. Nothing at all while there is output left from before.
      const std::size_t wanted = flushing_ ? 0 : std::max<std::size_t>(hint_ > 3 ? hint_ - 3 : hint_, 1);
      ZSTD_inBuffer in{pending_.src, std::min(pending_.size, pending_.pos + wanted), pending_.pos};
      const std::size_t result = ZSTD_decompressStream(context_, &out, &in);
      pending_.pos = in.pos;
      if (ZSTD_isError(result) != 0) {
        Fail(InputErrorKind::kCorrupt, std::string("the zstd data is damaged (") + ZSTD_getErrorName(result) +
                                           "); what came before was used");
        break;
      }
      hint_ = result;
      inside_frame_ = result != 0;
      flushing_ = inside_frame_ && out.pos == out.size;  // more may come without more input
    }
    return out.pos;
  }

  const std::optional<InputError>& error() const override {
    return inner_->error() ? inner_->error() : error_;
  }

 private:
  void Fail(InputErrorKind kind, std::string message) {
    error_ = InputError{kind, path_, std::move(message)};
    done_ = true;
  }

  std::unique_ptr<ByteSource> inner_;
  std::string path_;
  std::string in_;
  ZSTD_DCtx* context_;
  ZSTD_inBuffer pending_{nullptr, 0, 0};
  std::size_t hint_ = 0;  // how much input zstd asked for
  bool inside_frame_ = false;
  bool flushing_ = false;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> ZstdSource(std::unique_ptr<ByteSource> inner, std::string path) {
  return std::make_unique<Zstd>(std::move(inner), std::move(path));
}

}  // namespace faultline::runtime
