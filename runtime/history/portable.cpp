#include "runtime/history/portable.h"

#include "runtime/decode/json.h"
#include "runtime/input/compress.h"
#include "runtime/input/files.h"
#include "runtime/input/line_reader.h"
#include "runtime/report/escape.h"
#include "support/lang/lang.h"
#include "support/value/time.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace faultline::history {
namespace {

constexpr std::string_view kHead = "{\"faultline_history\":1}";
constexpr std::size_t kMaxLine = 64 * 1024;
constexpr std::size_t kMember = 4 * 1024 * 1024;

struct KindName {
  ValueKind kind;
  std::string_view name;
};
constexpr KindName kKinds[] = {
    {ValueKind::kMissing, "none"},
    {ValueKind::kBool, "bool"},
    {ValueKind::kInt, "int"},
    {ValueKind::kFloat, "float"},
    {ValueKind::kText, "text"},
    {ValueKind::kDuration, "duration"},
    {ValueKind::kBytes, "bytes"},
    {ValueKind::kTime, "time"},
    {ValueKind::kLevel, "level"},
    {ValueKind::kSemver, "semver"},
    {ValueKind::kGoVersion, "go_version"},
};

bool IsText(ValueKind kind) {
  return kind == ValueKind::kText || kind == ValueKind::kSemver || kind == ValueKind::kGoVersion;
}

void PutText(std::string* out, std::string_view text) {
  *out += '"';
  const bool utf8 = runtime::IsUtf8(text);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    char escaped[8];
    if (c == '"' || c == '\\') {
      *out += '\\';
      *out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      std::snprintf(escaped, sizeof escaped, "\\u%04x", byte);
      *out += escaped;
    } else if (byte >= 0x80 && !utf8) {
      *out += "\\ufffd";
    } else {
      *out += c;
    }
  }
  *out += '"';
}

std::string Reason() {
  std::string text = std::strerror(errno);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] + 32);
  return text;
}

// A file that takes the place of `path` once all is written.
class Replacement {
 public:
  explicit Replacement(std::string path)
      : path_(std::move(path)), scratch_(path_ + ".new." + std::to_string(getpid())) {
    descriptor_ = open(scratch_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor_ < 0) error_ = Reason();
  }
  ~Replacement() {
    if (descriptor_ < 0) return;
    close(descriptor_);
    unlink(scratch_.c_str());
  }
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;

  bool Write(std::string_view bytes) {
    while (error_.empty() && !bytes.empty()) {
      const ssize_t wrote = write(descriptor_, bytes.data(), bytes.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) {
        error_ = Reason();
      } else {
        bytes.remove_prefix(static_cast<std::size_t>(wrote));
      }
    }
    return error_.empty();
  }
  bool Finish() {
    if (!error_.empty()) return false;
    if (close(descriptor_) != 0 || rename(scratch_.c_str(), path_.c_str()) != 0) {
      error_ = Reason();
      unlink(scratch_.c_str());
    }
    descriptor_ = -1;
    return error_.empty();
  }
  const std::string& error() const { return error_; }

 private:
  std::string path_, scratch_, error_;
  int descriptor_ = -1;
};

}  // namespace

std::string ToLine(const Row& row) {
  std::string line = "{\"repository\":";
  PutText(&line, row.scope.repository);
  line += ",\"branch\":";
  PutText(&line, row.scope.branch);
  line += ",\"job\":";
  PutText(&line, row.scope.job);
  line += ",\"series\":";
  PutText(&line, row.series);
  line += ",\"key\":";
  PutText(&line, row.key);
  line += ",\"time\":\"" + FormatTime(row.sample.time) + "\"";
  for (const KindName& kind : kKinds) {
    if (kind.kind == row.sample.kind) line += ",\"kind\":\"" + std::string(kind.name) + "\"";
  }
  if (IsText(row.sample.kind)) {
    line += ",\"value\":";
    PutText(&line, row.sample.text);
  } else if (row.sample.kind == ValueKind::kFloat) {
    std::array<char, 40> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), row.sample.real);
    line += ",\"value\":" + std::string(digits.data(), end.ptr);
  } else if (row.sample.kind != ValueKind::kMissing) {
    line += ",\"value\":" + std::to_string(row.sample.integer);
  }
  if (row.number > 0) line += ",\"n\":" + std::to_string(row.number);
  return line + "}\n";
}

std::optional<std::string> FromLine(std::string_view line, Row* row) {
  runtime::JsonDocument document;
  if (!document.Parse(line) || document.node(0).kind != runtime::JsonKind::kObject ||
      line.find_first_not_of(" \t\r", document.position()) != std::string_view::npos) {
    return "not a JSON object";
  }
  Arena arena;
  const auto text = [&](std::string_view name, std::string* out) {
    const auto node = document.Member(0, name);
    if (!node || document.node(*node).kind != runtime::JsonKind::kString) return false;
    *out = document.String(*node, arena);
    return out->size() <= kMaxName;
  };
  const auto integer = [&](std::string_view name, std::int64_t* out) {
    const auto node = document.Member(0, name);
    if (!node || document.node(*node).kind != runtime::JsonKind::kInteger) return false;
    const std::string_view digits = document.Source(*node);
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), *out);
    return end.ec == std::errc() && end.ptr == digits.data() + digits.size();
  };
  *row = Row();
  std::string time, kind;
  if (!text("repository", &row->scope.repository)) return "`repository` is not a text";
  if (!text("branch", &row->scope.branch)) return "`branch` is not a text";
  if (!text("job", &row->scope.job)) return "`job` is not a text";
  if (!text("series", &row->series)) return "`series` is not a text";
  if (!text("key", &row->key)) return "`key` is not a text";
  if (!text("time", &time) || !text("kind", &kind)) return "`time` or `kind` is not a text";
  const auto at = ParseTime(time, TimeDefaults{});
  if (!at || !time.ends_with('Z')) return "`time` is not a time in UTC";
  Sample& sample = row->sample;
  sample.time = *at;
  const auto known =
      std::find_if(std::begin(kKinds), std::end(kKinds), [&](const KindName& k) { return k.name == kind; });
  if (known == std::end(kKinds)) return "`kind` is none that is kept";
  sample.kind = known->kind;
  if (document.Member(0, "n") && (!integer("n", &row->number) || row->number < 0))
    return "`n` is not a number";
  if (sample.kind == ValueKind::kMissing) return std::nullopt;
  if (IsText(sample.kind)) {
    if (!text("value", &sample.text) || sample.text.size() > kMaxText)
      return "`value` is not a text of at most 256 bytes";
    return std::nullopt;
  }
  if (sample.kind == ValueKind::kFloat) {
    const auto node = document.Member(0, "value");
    if (!node) return "`value` is missing";
    const std::string_view digits = document.Source(*node);
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), sample.real);
    if (end.ec != std::errc() || end.ptr != digits.data() + digits.size() || !std::isfinite(sample.real))
      return "`value` is not a number";
    return std::nullopt;
  }
  const std::int64_t most = sample.kind == ValueKind::kBool ? 1
                            : sample.kind == ValueKind::kLevel
                                ? static_cast<std::int64_t>(lang::Level::kCritical)
                                : INT64_MAX;
  if (!integer("value", &sample.integer) ||
      (most != INT64_MAX && (sample.integer < 0 || sample.integer > most)))
    return "`value` does not fit `kind`";
  return std::nullopt;
}

std::optional<Error> Export(Store* store, const std::string& path, std::string* text, std::int64_t* rows) {
  *rows = 0;
  const bool to_text = path == "-";
  const runtime::Compression compression =
      to_text ? runtime::Compression::kNone : runtime::CompressionOf(path);
  std::optional<Replacement> file;
  if (!to_text) file.emplace(path);
  std::string pending = std::string(kHead) + "\n", failure;
  if (file && !file->error().empty()) return Error{ErrorKind::kOpen, path, file->error(), {}};
  const auto flush = [&]() {
    if (to_text) {
      *text += pending;
    } else {
      const auto packed = runtime::Compress(pending, compression);
      if (!packed) {
        failure = "it could not be packed";
      } else if (!file->Write(*packed)) {
        failure = file->error();
      }
    }
    pending.clear();
    return failure.empty();
  };
  auto error = store->Each([&](const Row& row) {
    pending += ToLine(row);
    ++*rows;
    return pending.size() < kMember || flush();
  });
  if (error) return error;
  if (failure.empty() && flush() && file && !file->Finish()) failure = file->error();
  if (!failure.empty()) return Error{ErrorKind::kFull, path, failure, {}};
  return std::nullopt;
}

std::optional<Error> Import(Store* store, const std::string& path, std::int64_t* rows) {
  *rows = 0;
  runtime::InputError input_error;
  auto source = runtime::OpenInput({path, false}, &input_error);
  if (!source) return Error{ErrorKind::kOpen, path, input_error.message, {}};
  runtime::LineOptions options;
  options.max_line_bytes = kMaxLine;
  runtime::LineReader reader(std::move(source), path, options);
  runtime::LineBlock block;
  std::size_t at = 0;
  std::int64_t number = 0;
  std::optional<Error> stop;
  const auto wrong = [&](std::string message) {
    stop = Error{ErrorKind::kSyntax, path, "line " + std::to_string(number) + ": " + std::move(message), {}};
    return false;
  };
  const auto next = [&](Row* row) {
    for (;;) {
      while (at == block.lines().size()) {
        at = 0;
        if (reader.NextBlock(block)) continue;
        for (const runtime::InputError& problem : reader.errors()) {
          if (problem.IsFailure()) {
            stop = Error{ErrorKind::kRead, path, problem.message, {}};
            return false;
          }
        }
        if (number == 0) return wrong("it is empty");
        return false;
      }
      std::string_view line = block.Raw(at);
      const bool cut = block.lines()[at].cut;
      ++at;
      ++number;
      while (line.ends_with('\r')) line.remove_suffix(1);
      if (number == 1) {
        if (line != kHead) return wrong("not an exported history, which begins with " + std::string(kHead));
        continue;
      }
      if (line.empty()) continue;
      if (cut) return wrong("it is longer than 64 KiB");
      if (auto problem = FromLine(line, row)) return wrong(*problem);
      ++*rows;
      return true;
    }
  };
  return store->Add(next, &stop);
}

}  // namespace faultline::history
