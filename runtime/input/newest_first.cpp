// Exports whose newest line stands first: see newest_first.h.
//
// Entries are parts of the file as they stand, so only their beginnings have to be found backwards; what is
// given is read forwards from there.
#include "runtime/input/newest_first.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace faultline::runtime {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

// Bytes that can be read anywhere.
class Bytes {
 public:
  explicit Bytes(std::size_t spool_bytes) : spool_bytes_(spool_bytes) {}
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() {
    if (descriptor_ >= 0 && owned_) close(descriptor_);
  }

  void Use(const Seekable& file) {
    descriptor_ = file.descriptor;
    size_ = file.size;
  }

  // False: `error` says why no more could be kept.
  bool Add(std::string_view bytes, std::string* error) {
    size_ += bytes.size();
    if (descriptor_ < 0) {
      memory_.append(bytes);
      if (memory_.size() <= spool_bytes_) return true;
      const std::string kept = std::exchange(memory_, {});
      return MakeFile(error) && WriteAll(kept, error);
    }
    return WriteAll(bytes, error);
  }

  std::uint64_t size() const { return size_; }

  // Fewer bytes than asked for only where the file has become shorter.
  std::size_t ReadAt(std::uint64_t offset, char* buffer, std::size_t size) const {
    if (descriptor_ < 0) return memory_.copy(buffer, size, static_cast<std::size_t>(offset));
    std::size_t have = 0;
    while (have < size) {
      const ssize_t n = pread(descriptor_, buffer + have, size - have, static_cast<off_t>(offset + have));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      have += static_cast<std::size_t>(n);
    }
    return have;
  }

 private:
  bool MakeFile(std::string* error) {
    const char* folder = std::getenv("TMPDIR");
    std::string name =
        std::string(folder != nullptr && *folder != '\0' ? folder : "/tmp") + "/faultline-XXXXXX";
    descriptor_ = mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ < 0) {
      *error = std::generic_category().message(errno);
      return false;
    }
    owned_ = true;
    unlink(name.c_str());
    return true;
  }
  bool WriteAll(std::string_view bytes, std::string* error) {
    while (!bytes.empty()) {
      const ssize_t n = write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        *error = std::generic_category().message(errno);
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  std::size_t spool_bytes_;
  std::string memory_;
  int descriptor_ = -1;
  bool owned_ = false;
  std::uint64_t size_ = 0;
};

class NewestFirst final : public ByteSource {
 public:
  NewestFirst(std::unique_ptr<ByteSource> inner, const EntryBegins& begins, std::string path,
              std::size_t spool_bytes)
      : inner_(std::move(inner)), begins_(begins), path_(std::move(path)), bytes_(spool_bytes) {}

  std::size_t Read(char* buffer, std::size_t size) override {
    if (!std::exchange(begun_, true)) Begin();
    std::size_t have = 0;
    while (have < size) {
      if (at_ == entry_end_ && !add_newline_ && !NextEntry()) break;
      const std::size_t want =
          static_cast<std::size_t>(std::min<std::uint64_t>(size - have, entry_end_ - at_));
      if (want > 0) {
        const std::size_t got = Copy(at_, buffer + have, want);
        have += got;
        at_ += got;
        if (got < want) {  // the file has become shorter; its newer lines were given
          error_ = InputError{InputErrorKind::kRead, path_, "became shorter while it was read", 1};
          at_ = entry_end_ = end_ = 0;
          places_.clear();
          break;
        }
      }
      if (at_ == entry_end_ && add_newline_ && have < size) {
        buffer[have++] = '\n';
        add_newline_ = false;
      }
    }
    return have;
  }

  const std::optional<InputError>& error() const override { return error_ ? error_ : inner_->error(); }
  std::uint64_t first_offset() const override { return inner_->first_offset(); }
  Encoding encoding() const override { return inner_->encoding(); }

  bool TakePlace(LineNumberAndOffset* place) override {
    if (places_.empty()) return false;
    *place = places_.front();
    places_.pop_front();
    return true;
  }

 private:
  void Begin() {
    if (const std::optional<Seekable> file = inner_->seekable()) {
      bytes_.Use(*file);
    } else {
      std::string buffer(kPiece, '\0'), why;
      while (const std::size_t got = inner_->Read(buffer.data(), buffer.size())) {
        if (!bytes_.Add({buffer.data(), got}, &why)) {
          error_ = InputError{InputErrorKind::kRead, path_,
                              "no room to turn around a log whose newest line stands first: " + why, 1};
          return;
        }
      }
    }
    end_ = bytes_.size();
    std::string piece(kPiece, '\0');
    std::uint64_t original = 0;
    char last = '\n';
    for (std::uint64_t at = 0; at < end_;) {
      const std::size_t got = bytes_.ReadAt(at, piece.data(), piece.size());
      if (got == 0) break;
      lines_ += std::count(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(got), '\n');
      original += OriginalLength({piece.data(), got});
      last = piece[got - 1];
      at += got;
    }
    original_end_ = inner_->first_offset() + original;
    if (last != '\n') {
      ++lines_;
      add_newline_last_ = true;
    }
  }

  std::uint64_t OriginalLength(std::string_view bytes) const {
    return inner_->encoding() == Encoding::kBytes ? bytes.size() : Utf16Length(bytes);
  }

  // From the piece at hand where it is there, else from the file.
  std::size_t Copy(std::uint64_t offset, char* buffer, std::size_t size) {
    if (offset >= window_ && offset + size <= window_ + piece_.size()) {
      std::memcpy(buffer, piece_.data() + (offset - window_), size);
      return size;
    }
    return bytes_.ReadAt(offset, buffer, size);
  }

  // The piece of the file that ends at `end`, at least one byte. False: it is not there any more.
  bool Look(std::uint64_t end) {
    if (end > window_ && end <= window_ + piece_.size()) return true;
    const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(end, kPiece));
    window_ = end - size;
    piece_.resize(size);
    piece_.resize(bytes_.ReadAt(window_, piece_.data(), size));
    return piece_.size() == size;
  }

  // Where the line begins that ends, without its newline, before `end`.
  bool BeginOfLine(std::uint64_t end, std::uint64_t* begin) {
    while (end > 0) {
      if (!Look(end)) return false;
      const std::size_t in = static_cast<std::size_t>(end - window_);
      const void* newline = memrchr(piece_.data(), '\n', in);
      if (newline != nullptr) {
        *begin = window_ + static_cast<std::uint64_t>(static_cast<const char*>(newline) - piece_.data()) + 1;
        return true;
      }
      end = window_;
    }
    *begin = 0;
    return true;
  }

  bool Begins(std::uint64_t begin, std::uint64_t end) {
    char first = '\n';
    if (begin < end) Copy(begin, &first, 1);
    return begins_.Has(first == '\n' ? std::string_view() : std::string_view(&first, 1));
  }

  bool NextEntry() {
    if (end_ == 0) return false;
    starts_.clear();
    entry_end_ = end_;
    add_newline_ = std::exchange(add_newline_last_, false);
    std::uint64_t line_end = end_ - (add_newline_ ? 0 : 1);  // without its newline
    std::uint64_t begin = 0;
    for (;;) {
      if (!BeginOfLine(line_end, &begin)) {
        error_ = InputError{InputErrorKind::kRead, path_, "became shorter while it was read", 1};
        at_ = entry_end_ = end_ = 0;
        add_newline_ = false;
        return false;
      }
      starts_.push_back(begin);
      if (begin == 0 || starts_.size() == kMaxEntryLines || Begins(begin, line_end)) break;
      line_end = begin - 1;
    }
    at_ = end_ = begin;
    lines_ -= static_cast<std::int64_t>(starts_.size());
    AddPlaces();
    return true;
  }

  void AddPlaces() {
    std::int64_t number = lines_;
    if (inner_->encoding() == Encoding::kBytes) {
      for (auto start = starts_.rbegin(); start != starts_.rend(); ++start) {
        places_.push_back({++number, inner_->first_offset() + *start});
      }
      return;
    }
    std::vector<std::uint64_t> lengths;
    std::uint64_t end = entry_end_;
    for (const std::uint64_t start : starts_) {
      std::uint64_t length = 0;
      std::string part(std::min<std::uint64_t>(end - start, kPiece), '\0');
      for (std::uint64_t at = start; at < end;) {
        const std::size_t got = Copy(at, part.data(), std::min<std::uint64_t>(end - at, part.size()));
        if (got == 0) break;
        length += OriginalLength({part.data(), got});
        at += got;
      }
      lengths.push_back(length);
      original_end_ -= length;
      end = start;
    }
    std::uint64_t offset = original_end_;
    for (auto length = lengths.rbegin(); length != lengths.rend(); ++length) {
      places_.push_back({++number, offset});
      offset += *length;
    }
  }

  std::unique_ptr<ByteSource> inner_;
  EntryBegins begins_;
  std::string path_;
  Bytes bytes_;
  bool begun_ = false;
  std::uint64_t end_ = 0;           // what is behind was given
  std::int64_t lines_ = 0;          // before end_
  std::uint64_t original_end_ = 0;  // of what is before end_, in the original
  bool add_newline_last_ = false;   // the file's last line has none
  // The entry at hand.
  std::uint64_t at_ = 0, entry_end_ = 0;
  bool add_newline_ = false;
  std::vector<std::uint64_t> starts_;  // of its lines, the last first
  std::deque<LineNumberAndOffset> places_;
  // A piece of the file.
  std::uint64_t window_ = 0;
  std::string piece_;
};

std::size_t ByteOf(char c) {
  return c >= '0' && c <= '9' ? '0' : static_cast<unsigned char>(c);
}

}  // namespace

void EntryBegins::Add(std::string_view line) {
  if (!line.empty()) bytes_.set(ByteOf(line[0]));
}

bool EntryBegins::Has(std::string_view line) const {
  if (line.empty()) return false;
  return empty() ? line[0] != ' ' && line[0] != '\t' : bytes_.test(ByteOf(line[0]));
}

std::unique_ptr<ByteSource> NewestFirstSource(std::unique_ptr<ByteSource> bytes, const EntryBegins& begins,
                                              const std::string& path, std::size_t spool_bytes) {
  return std::make_unique<NewestFirst>(std::move(bytes), begins, path, spool_bytes);
}

}  // namespace faultline::runtime
