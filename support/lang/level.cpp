// Severities of rules and levels of log lines by name.
//
// The names are those of log4j, logback, java.util.logging, Python's logging, slog, zap, zerolog, logrus,
// klog, pino, bunyan, winston, syslog (RFC 5424), systemd, nginx, Apache, Docker, GitHub and MSBuild.
#include "support/lang/lang.h"

#include <algorithm>
#include <array>
#include <string>

namespace faultline::lang {
namespace {

constexpr std::array<std::string_view, 4> kSeverityNames = {"note", "warning", "error", "critical"};
constexpr std::array<std::string_view, 6> kLevelNames = {"trace",   "debug", "info",
                                                         "warning", "error", "critical"};

struct LevelWord {
  std::string_view word;  // lower case
  Level level;
};

constexpr LevelWord kLevelWords[] = {
    {"trace", Level::kTrace},
    {"trc", Level::kTrace},
    {"t", Level::kTrace},
    {"verbose", Level::kTrace},
    {"v", Level::kTrace},
    {"silly", Level::kTrace},
    {"finest", Level::kTrace},
    {"finer", Level::kTrace},
    {"all", Level::kTrace},
    {"debug", Level::kDebug},
    {"dbg", Level::kDebug},
    {"debu", Level::kDebug},
    {"d", Level::kDebug},
    {"fine", Level::kDebug},
    {"config", Level::kDebug},
    {"info", Level::kInfo},
    {"information", Level::kInfo},
    {"informational", Level::kInfo},
    {"inf", Level::kInfo},
    {"i", Level::kInfo},
    {"notice", Level::kInfo},
    {"note", Level::kInfo},
    {"n", Level::kInfo},
    {"http", Level::kInfo},
    {"log", Level::kInfo},
    {"normal", Level::kInfo},
    {"success", Level::kInfo},
    {"warning", Level::kWarning},
    {"warn", Level::kWarning},
    {"wrn", Level::kWarning},
    {"w", Level::kWarning},
    {"error", Level::kError},
    {"err", Level::kError},
    {"erro", Level::kError},
    {"eror", Level::kError},
    {"e", Level::kError},
    {"severe", Level::kError},
    {"failure", Level::kError},
    {"critical", Level::kCritical},
    {"crit", Level::kCritical},
    {"c", Level::kCritical},
    {"fatal", Level::kCritical},
    {"ftl", Level::kCritical},
    {"fata", Level::kCritical},
    {"f", Level::kCritical},
    {"panic", Level::kCritical},
    {"pani", Level::kCritical},
    {"pnc", Level::kCritical},
    {"dpanic", Level::kCritical},
    {"alert", Level::kCritical},
    {"emerg", Level::kCritical},
    {"emergency", Level::kCritical},
};

}  // namespace

std::string_view SeverityName(Severity severity) {
  return kSeverityNames[static_cast<std::size_t>(severity)];
}

std::optional<Severity> SeverityByName(std::string_view name) {
  for (std::size_t i = 0; i < kSeverityNames.size(); ++i) {
    if (kSeverityNames[i] == name) return static_cast<Severity>(i);
  }
  return std::nullopt;
}

std::string_view LevelName(Level level) {
  return kLevelNames[static_cast<std::size_t>(level)];
}

std::optional<Level> LevelByName(std::string_view name) {
  char lower[16];
  if (name.empty() || name.size() > sizeof lower) return std::nullopt;
  bool digits = true;
  std::int64_t number = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    lower[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    digits = digits && c >= '0' && c <= '9';
    if (digits && number < 1000) number = number * 10 + (c - '0');
  }
  if (digits) return LevelByNumber(number);
  const std::string_view key(lower, name.size());
  for (const LevelWord& word : kLevelWords) {
    if (word.word == key) return word.level;
  }
  return std::nullopt;
}

std::vector<std::string_view> LevelWords(Level level) {
  std::vector<std::string_view> words;
  for (const LevelWord& word : kLevelWords) {
    if (word.level == level) words.push_back(word.word);
  }
  return words;
}

std::optional<Level> LevelByNumber(std::int64_t number) {
  switch (number) {
    case 10:
      return Level::kTrace;
    case 20:
      return Level::kDebug;
    case 30:
      return Level::kInfo;
    case 40:
      return Level::kWarning;
    case 50:
      return Level::kError;
    case 60:
      return Level::kCritical;
    default:
      return std::nullopt;  // syslog's 0 to 7 run the other way: no telling which is meant
  }
}

}  // namespace faultline::lang
