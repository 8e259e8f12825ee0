// The last bytes of an input: see tail.h.
#include "runtime/input/tail.h"

#include <algorithm>
#include <utility>

namespace faultline::runtime {
namespace {

class Tailed final : public ByteSource {
 public:
  Tailed(std::unique_ptr<ByteSource> inner, Tail* tail) : inner_(std::move(inner)), tail_(tail) {}

  std::size_t Read(char* buffer, std::size_t size) override {
    const std::size_t got = inner_->Read(buffer, size);
    tail_->Append({buffer, got});
    return got;
  }
  AtEnd at_end() override { return inner_->at_end(); }
  const std::optional<InputError>& error() const override { return inner_->error(); }
  std::uint64_t first_offset() const override { return inner_->first_offset(); }
  Encoding encoding() const override { return inner_->encoding(); }

 private:
  std::unique_ptr<ByteSource> inner_;
  Tail* tail_;
};

}  // namespace

void Tail::Append(std::string_view bytes) {
  bytes_.append(bytes);
  if (bytes_.size() <= 2 * limit_) return;
  const std::size_t gone = bytes_.size() - limit_;
  dropped_ += gone;
  dropped_lines_ += std::count(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(gone), '\n');
  bytes_.erase(0, gone);
}

std::size_t Tail::Begin() const {
  if (!cut()) return 0;
  const std::size_t begin = bytes_.size() - std::min(bytes_.size(), limit_);
  const std::size_t end = bytes_.find('\n', begin);
  return end == std::string::npos ? begin : end + 1;
}

std::string_view Tail::text() const {
  return std::string_view(bytes_).substr(Begin());
}

std::int64_t Tail::first_line() const {
  return 1 + dropped_lines_ +
         std::count(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(Begin()), '\n');
}

std::unique_ptr<ByteSource> TailedSource(std::unique_ptr<ByteSource> inner, Tail* tail) {
  return std::make_unique<Tailed>(std::move(inner), tail);
}

}  // namespace faultline::runtime
