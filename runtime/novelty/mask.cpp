// The masking scanner: see mask.h.
//
// A token is what stands between blanks. Most tokens hold no digit and are copied as they are, apart from
// temporary paths and long runs of punctuation; only those with digits are looked at run by run.
#include "runtime/novelty/mask.h"

#include "runtime/novelty/words.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace faultline::novelty {
namespace {

enum Class : std::uint8_t { kBlank = 1, kLetter = 2, kDigit = 4, kPunct = 8, kSlash = 16, kHexLetter = 32 };

constexpr std::array<std::uint8_t, 256> MakeClasses() {
  std::array<std::uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    std::uint8_t value = kPunct;
    if (c <= 0x20 || c == 0x7f) value = kBlank;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80) value = kLetter;
    if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) value |= kHexLetter;
    if (c >= '0' && c <= '9') value = kDigit;
    if (c == '/' || c == '\\') value = kPunct | kSlash;
    classes[static_cast<std::size_t>(c)] = value;
  }
  return classes;
}
constexpr std::array<std::uint8_t, 256> kClasses = MakeClasses();

std::uint8_t ClassOf(char c) {
  return kClasses[static_cast<std::uint8_t>(c)];
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsAlnum(char c) {
  return (ClassOf(c) & (kLetter | kDigit)) != 0;
}
bool IsHex(char c) {
  return (ClassOf(c) & (kDigit | kHexLetter)) != 0;
}
bool IsMark(char c) {
  return c == kMask || c == kZero || c == kNonZero;
}

std::uint64_t Mix(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t product = (a ^ b) * 0x9fb21c651e98df25;
  return product ^ (product >> 29);
}

// `bytes` may be read up to eight bytes behind its end.
std::uint64_t HashOf(const char* bytes, std::size_t size) {
  std::uint64_t hash = 0x1f83d9abfb41bd6b + size;
  for (; size >= 8; size -= 8, bytes += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes, 8);
    hash = Mix(hash, word);
  }
  if (size > 0) {
    std::uint64_t word;
    std::memcpy(&word, bytes, 8);
    const std::size_t gone = 64 - 8 * size;
    word = std::endian::native == std::endian::little ? word & (~std::uint64_t{0} >> gone)
                                                      : word & (~std::uint64_t{0} << gone);
    hash = Mix(hash, word + 0x9e3779b97f4a7c15);
  }
  hash = Mix(hash, hash >> 32);
  return hash == 0 ? 1 : hash;
}

bool StartsWith(const char* at, const char* end, std::string_view text) {
  return static_cast<std::size_t>(end - at) >= text.size() && std::memcmp(at, text.data(), text.size()) == 0;
}

// Behind which folder everything is made up. 0: none; else how much of it stays.
struct TempFolder {
  std::string_view name;
  std::size_t kept;
};
constexpr TempFolder kTempFolders[] = {{"/tmp/", 0},         {"/temp/", 0},        {"/var/tmp/", 0},
                                       {"/var/folders/", 0}, {"/private/var/", 0}, {"/private/tmp/", 0},
                                       {"/_temp/", 7},       {"\\Temp\\", 6},      {"\\temp\\", 6}};

bool EndsPath(char c) {
  return c == '"' || c == '\'' || c == ')' || c == ']' || c == '>' || c == ',' || c == ';' || c == ':' ||
         c == '`';
}

// Groups of at most four hex digits between colons, three colons or more: IPv6 and MAC addresses.
const char* BehindColonHex(const char* at, const char* end) {
  int colons = 0, group = 0;
  bool pair = false, digits = false;
  const char* p = at;
  for (; p < end && (*p == ':' || IsHex(*p)); ++p) {
    if (*p == ':') {
      pair = pair || (p > at && p[-1] == ':');
      ++colons;
      group = 0;
    } else {
      digits = true;
      if (++group > 4) return nullptr;
    }
  }
  if (p < end && IsAlnum(*p)) return nullptr;
  while (p > at && p[-1] == ':' && !(pair && p - at >= 2 && p[-2] == ':')) {
    --p;
    --colons;
  }
  return digits && (colons >= 3 || (pair && colons >= 2)) ? p : nullptr;
}

const char* BehindUuid(const char* at, const char* end) {
  if (end - at < 36 || at[8] != '-' || at[13] != '-' || at[18] != '-' || at[23] != '-') return nullptr;
  for (int i = 0; i < 36; ++i) {
    if (i != 8 && i != 13 && i != 18 && i != 23 && !IsHex(at[i])) return nullptr;
  }
  return end - at == 36 || !IsAlnum(at[36]) ? at + 36 : nullptr;
}

// A long run that changes between upper case, lower case and digits more often than names do.
const char* BehindBase64(const char* at, const char* end) {
  const auto kind = [](char c) {
    return IsDigit(c) ? 2 : c >= 'a' && c <= 'z' ? 1 : c >= 'A' && c <= 'Z' ? 0 : 3;
  };
  const char* p = at;
  int changes = 0, last = -1, digits = 0;
  for (; p < end; ++p) {
    const int now = kind(*p);
    if (now == 3 && *p != '+' && *p != '/' && *p != '_' && *p != '-') break;
    changes += now != last ? 1 : 0;
    digits += now == 2 ? 1 : 0;
    last = now;
  }
  while (p < end && *p == '=') ++p;  // padding
  const auto size = p - at;
  return size >= 24 && digits > 0 && changes * 20 >= size * 9 ? p : nullptr;
}

// Suffixes of pods and replica sets: Kubernetes leaves vowels out.
bool LooksLikePodSuffix(const char* at, const char* end) {
  const auto size = end - at;
  if (size != 5 && (size < 8 || size > 10)) return false;
  return std::all_of(at, end, [](char c) {
    return std::string_view("bcdfghjklmnpqrstvwxz2456789").find(c) != std::string_view::npos;
  });
}

bool IsDayOrMonth(const char* at, std::size_t size) {
  if (size != 3) return false;
  static constexpr std::string_view kNames =
      "Mon Tue Wed Thu Fri Sat Sun Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec ";
  if (*at < 'A' || *at > 'W') return false;
  for (std::size_t i = 0; i < kNames.size(); i += 4) {
    if (std::memcmp(at, kNames.data() + i, 3) == 0) return true;
  }
  return false;
}

// What may follow a number after a blank and belong to it. Without a plural s.
bool IsUnit(std::string_view word) {
  if (word.empty() || word.size() > 12) return false;
  if (word.ends_with("/s")) word.remove_suffix(2);
  static constexpr std::string_view kUnits[] = {
      "s",    "ms",     "us",      "ns", "µs",   "sec",   "secs", "second", "seconds", "m",   "min",
      "mins", "minute", "minutes", "h",  "hour", "hours", "d",    "day",    "days",    "B",   "b",
      "byte", "bytes",  "kB",      "KB", "MB",   "GB",    "TB",   "KiB",    "MiB",     "GiB", "TiB",
      "k",    "K",      "M",       "G",  "AM",   "PM",    "msec", "kbps",   "Mbps"};
  return std::find(std::begin(kUnits), std::end(kUnits), word) != std::end(kUnits);
}

}  // namespace

// One line through the masker. Writes into the masker's buffer, which has room for the longest line.
class Scanner {
 public:
  explicit Scanner(Masker* masker) : m_(*masker), begin_(masker->buffer_.data()), out_(begin_) {}

  void Run(const char* p, const char* end) {
    while (m_.tokens_.size() < kMaxTokens) {
      while (p < end && (ClassOf(*p) & kBlank) != 0) {
        // Colours: ESC [ … letter
        if (*p == '\x1b' && p + 1 < end && p[1] == '[') {
          p += 2;
          while (p < end && !((*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z'))) ++p;
        }
        if (p < end) ++p;
      }
      if (p >= end) break;
      const char* token = p;
      std::uint8_t classes = 0;
      for (; p < end; ++p) {
        const std::uint8_t one = ClassOf(*p);
        if ((one & kBlank) != 0) break;
        classes |= one;
        if (*p == ',' && p + 1 < end && p[1] == '"') {  // members of JSON without blanks
          ++p;
          break;
        }
      }
      TokenOf(token, p, classes);
    }
    if (out_ > begin_ && out_[-1] == ' ') --out_;
    m_.size_ = static_cast<std::size_t>(out_ - begin_);
  }

 private:
  void TokenOf(const char* p, const char* end, std::uint8_t classes) {
    start_ = out_;
    rigid_ = false;
    const Token* last = m_.tokens_.empty() ? nullptr : &m_.tokens_.back();
    const char behind = last == nullptr ? '\0' : begin_[last->end - 1];  // what the token before ends with
    if ((classes & kDigit) != 0) {
      Digits(p, end);
    } else if ((classes & (kPunct | kSlash)) == 0) {
      if (IsMark(behind) && Unit(p, end)) return;
      Copy(p, end);
      if (IsMark(behind) && out_ - start_ > 3 && out_[-1] == 's' && out_[-2] != 's') --out_;
      if (IsDayOrMonth(start_, static_cast<std::size_t>(out_ - start_))) {
        out_ = start_;
        Mask();
      }
    } else {
      if (IsMark(behind) && Unit(p, end)) return;
      Words(p, end, (classes & kSlash) != 0);
    }
    // Numbers side by side are one.
    if (out_ - start_ == 1 && *start_ == kMask && last != nullptr && last->end - last->begin == 1 &&
        behind == kMask) {
      out_ = start_;
      if (number_ == start_) number_ = start_ - 2;
      return;
    }
    if (out_ == start_) return;
    Token token;
    token.begin = static_cast<std::uint32_t>(start_ - begin_);
    token.end = static_cast<std::uint32_t>(out_ - begin_);
    token.rigid = rigid_;
    m_.tokens_.push_back(token);
    *out_++ = ' ';
  }

  // The unit of the number before. What punctuation follows it goes with it.
  bool Unit(const char* p, const char* end) {
    while (end > p &&
           (end[-1] == ',' || end[-1] == '.' || end[-1] == ')' || end[-1] == ']' || end[-1] == ';'))
      --end;
    return IsUnit({p, static_cast<std::size_t>(end - p)});
  }

  // A run of letters, as it is; what it means for the numbers beside it.
  void Copy(const char* p, const char* end) {
    const auto size = static_cast<std::size_t>(end - p);
    std::memcpy(out_, p, size);
    const std::uint8_t flags = FlagsOfWord(out_, size);
    out_ += size;
    rigid_ = rigid_ || (flags & kRigidWord) != 0;
    counts_ = (flags & kCountWord) != 0;
    if (counts_ && number_ != nullptr) *number_ = zero_ ? kZero : kNonZero;
    number_ = nullptr;
  }

  // False: it became one with the mark before it, as the parts of 12:30:45.1 do.
  bool Mask() {
    if (out_ > start_ && out_[-1] == kMask) return false;
    if (out_ - start_ >= 2 && out_[-2] == kMask &&
        std::string_view(".,:-/+_").find(out_[-1]) != std::string_view::npos) {
      --out_;
      return false;
    }
    *out_++ = kMask;
    return true;
  }

  void Number(const char* p, const char* end) {
    number_ = nullptr;
    if (!Mask()) return;
    zero_ = end - p == 1 && *p == '0';
    number_ = out_ - 1;
    if (counts_) {
      *number_ = zero_ ? kZero : kNonZero;
      counts_ = false;
    }
  }

  // Punctuation, at most three of a kind in a row.
  void Punct(char c) {
    if (c == ',' || c == ';') {  // what stands behind is another statement
      number_ = nullptr;
      counts_ = false;
    }
    if (out_ - start_ >= 3 && out_[-1] == c && out_[-2] == c && out_[-3] == c) return;
    *out_++ = c;
  }

  // At a slash: what is below a temporary folder. Null: nothing is.
  const char* Temporary(const char* p, const char* end) {
    for (const TempFolder& folder : kTempFolders) {
      if (*p != folder.name[0] || !StartsWith(p, end, folder.name)) continue;
      std::memcpy(out_, p, folder.kept);
      out_ += folder.kept;
      Mask();
      for (p += folder.name.size(); p < end && !EndsPath(*p); ++p) {
      }
      return p;
    }
    return nullptr;
  }

  // A token without digits.
  void Words(const char* p, const char* end, bool slashes) {
    // "--:--:--": a time that is not known yet.
    if (*p == '-' && end - p >= 5 && std::all_of(p, end, [](char c) { return c == '-' || c == ':'; }) &&
        std::find(p, end, ':') != end) {
      Mask();
      return;
    }
    while (p < end) {
      if ((ClassOf(*p) & kLetter) != 0) {
        const char* word = p;
        while (p < end && (ClassOf(*p) & kLetter) != 0) ++p;
        Letters(word, p);
        continue;
      }
      if (slashes && (ClassOf(*p) & kSlash) != 0) {
        if (const char* behind = Temporary(p, end)) {
          p = behind;
          continue;
        }
      }
      if (*p == ':' && p + 1 < end && p[1] == ':') {
        if (const char* behind = BehindColonHex(p, end)) {
          Mask();
          p = behind;
          continue;
        }
      }
      Punct(*p++);
    }
  }

  // "…<*>-"
  bool BehindMaskedPart() const { return out_ - start_ >= 2 && out_[-1] == '-' && out_[-2] == kMask; }

  // Letters between punctuation.
  void Letters(const char* word, const char* behind) {
    if (BehindMaskedPart() && LooksLikePodSuffix(word, behind)) {
      Mask();
    } else if (IsDayOrMonth(word, static_cast<std::size_t>(behind - word))) {
      Mask();
    } else {
      Copy(word, behind);
    }
  }

  // A token with digits.
  void Digits(const char* p, const char* end) {
    const bool maybe_base64 = end - p >= 24;
    const char* base64_until = p;  // no other try before this
    while (p < end) {
      const char c = *p;
      if (!IsAlnum(c)) {
        if ((ClassOf(c) & kSlash) != 0) {
          if (const char* behind = Temporary(p, end)) {
            p = behind;
            continue;
          }
        }
        if (c == ':' && p + 1 < end && p[1] == ':') {
          if (const char* behind = BehindColonHex(p, end)) {
            Mask();
            p = behind;
            continue;
          }
        }
        const bool sign =
            (c == '-' || c == '+') && p + 1 < end && IsDigit(p[1]) &&
            (out_ == start_ || std::string_view("=(:,[<").find(out_[-1]) != std::string_view::npos);
        if (!sign) Punct(c);
        ++p;
        continue;
      }
      if (maybe_base64 && p >= base64_until) {
        if (const char* behind = BehindBase64(p, end)) {
          Mask();
          p = behind;
          continue;
        }
        base64_until = p;
        while (base64_until < end && (IsAlnum(*base64_until) || *base64_until == '/' || *base64_until == '+'))
          ++base64_until;
      }
      p = Alnum(p, end);
    }
  }

  // A run of letters and digits at `p`. Returns what is behind it.
  const char* Alnum(const char* p, const char* end) {
    const char* r = p;
    int digits = 0, changes = 0, letters = 0, most_letters = 0;
    bool hex = true, last_digit = IsDigit(*p);
    for (; r < end && IsAlnum(*r); ++r) {
      const bool digit = IsDigit(*r);
      changes += digit != last_digit ? 1 : 0;
      last_digit = digit;
      digits += digit ? 1 : 0;
      letters = digit ? 0 : letters + 1;
      most_letters = std::max(most_letters, letters);
      hex = hex && IsHex(*r);
    }
    const auto size = r - p;
    if (hex && size == 8) {
      if (const char* behind = BehindUuid(p, end)) {
        Mask();
        return behind;
      }
    }
    if (hex && size <= 4 && r < end && *r == ':') {
      if (const char* behind = BehindColonHex(p, end)) {
        Mask();
        return behind;
      }
    }
    if (digits == 0) {
      Letters(p, r);
      return r;
    }
    if (digits == size) {
      Number(p, r);
      return r;
    }
    number_ = nullptr;
    const bool prefixed = size > 2 && *p == '0' && (p[1] == 'x' || p[1] == 'X') &&
                          std::all_of(p + 2, r, [](char c) { return IsHex(c); });
    const bool made_up = (hex && size >= 7) || (size >= 5 && changes >= 2) ||
                         (IsDigit(*p) && most_letters <= 3) ||
                         (BehindMaskedPart() && LooksLikePodSuffix(p, r));
    if (prefixed || made_up) {
      Mask();
      return r;
    }
    while (p < r) {
      if (IsDigit(*p)) {
        while (p < r && IsDigit(*p)) ++p;
        Mask();
      } else {
        const char* word = p;
        while (p < r && !IsDigit(*p)) ++p;
        Copy(word, p);
      }
    }
    return r;
  }

  Masker& m_;
  char* begin_;
  char* out_;
  char* start_ = nullptr;   // of the token
  char* number_ = nullptr;  // the mark of the number that was last, if no word has come since
  bool zero_ = false;       // what it was
  bool counts_ = false;     // the last word was one whose numbers count
  bool rigid_ = false;
};

Masker::Masker() : buffer_(kMaxLineBytes * 2 + 64) {
  tokens_.reserve(kMaxTokens);
}

void Masker::Scan(std::string_view line) {
  tokens_.clear();
  line = line.substr(0, kMaxLineBytes);
  Scanner(this).Run(line.data(), line.data() + line.size());
  Finish();
}

void Masker::ScanMasked(std::string_view text) {
  tokens_.clear();
  text = text.substr(0, kMaxLineBytes);
  std::copy(text.begin(), text.end(), buffer_.begin());
  size_ = text.size();
  for (std::size_t at = 0; at < size_ && tokens_.size() < kMaxTokens;) {
    std::size_t end = text.find(' ', at);
    if (end == std::string_view::npos) end = size_;
    if (end > at) {
      Token token;
      token.begin = static_cast<std::uint32_t>(at);
      token.end = static_cast<std::uint32_t>(end);
      for (std::size_t p = at; p < end;) {
        std::size_t r = p;
        while (r < end && (ClassOf(buffer_[r]) & kLetter) != 0) ++r;
        if (r > p && (FlagsOfWord(buffer_.data() + p, r - p) & kRigidWord) != 0) token.rigid = true;
        p = std::max(r, p + 1);
      }
      tokens_.push_back(token);
    }
    at = end + 1;
  }
  Finish();
}

void Masker::Finish() {
  hash_ = tokens_.size();
  blank_ = true;
  for (Token& token : tokens_) {
    const char* bytes = buffer_.data() + token.begin;
    const std::size_t size = token.end - token.begin;
    token.hash = HashOf(bytes, size);
    token.masked = std::memchr(bytes, kMask, size) != nullptr || (size == 1 && *bytes == kAny);
    hash_ = Mix(hash_, token.hash);
    if (blank_) {
      blank_ = std::none_of(bytes, bytes + size, [](char c) {
        return (ClassOf(c) & kLetter) != 0 || c == kZero || c == kNonZero || c == kAny;
      });
    }
  }
  if (hash_ == 0) hash_ = 1;
}

std::string ShowMasked(std::string_view text) {
  std::string shown;
  shown.reserve(text.size() + 16);
  for (const char c : text) {
    switch (c) {
      case kMask:
      case kAny:
        shown += "<*>";
        break;
      case kZero:
        shown += "<0>";
        break;
      case kNonZero:
        shown += "<n>";
        break;
      default:
        shown += c;
    }
  }
  return shown;
}

namespace {

// Words of names and paths say nothing of how it went (`libcom_err`, `--cleanup-on-failure`,
// `internal/race`, `errors.go`), nor do those of settings (`timeout=10`).
bool IsPartOfName(std::string_view line, std::size_t begin, std::size_t end) {
  const auto joins = [](char c) { return c == '_' || c == '-' || c == '/'; };
  if (begin > 0 && joins(line[begin - 1])) return true;
  if (end + 1 >= line.size()) return false;
  const bool letter = (ClassOf(line[end + 1]) & kLetter) != 0;
  if (line[end] == '.') return letter;
  if (joins(line[end])) return letter || joins(line[end + 1]);
  return line[end] == '=' && line[end + 1] >= '0' && line[end + 1] <= '9';
}

}  // namespace

WordKind GravestWord(std::string_view line) {
  line = line.substr(0, kMaxLineBytes);
  WordKind gravest = WordKind::kPlain;
  char word[32] = {};
  for (std::size_t p = 0; p < line.size();) {
    std::size_t r = p;
    while (r < line.size() && (ClassOf(line[r]) & kLetter) != 0) ++r;
    if (r > p && !IsPartOfName(line, p, r)) {
      // Of a long name its end says what it is: SomeLongNamedException.
      const std::string_view whole = line.substr(p, r - p);
      const std::string_view kept = whole.size() > 16 ? whole.substr(whole.size() - 16) : whole;
      std::memcpy(word, kept.data(), kept.size());
      if (whole.size() > 16) word[0] = whole[0];
      const std::uint8_t flags = FlagsOfWord(word, kept.size());
      const WordKind kind = (flags & kFatalWord) != 0   ? WordKind::kFatal
                            : (flags & kErrorWord) != 0 ? WordKind::kError
                            : (flags & kWarnWord) != 0  ? WordKind::kWarning
                                                        : WordKind::kPlain;
      gravest = std::max(gravest, kind);
    }
    p = std::max(r, p + 1);
  }
  return gravest;
}

}  // namespace faultline::novelty
