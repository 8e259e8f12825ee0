#include "tools/driver/clock.h"

#include "support/value/time.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

namespace faultline::driver {

std::optional<std::int64_t> NowOption(const std::string& text) {
  if (text.empty()) {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
  }
  return ParseTime(text, TimeDefaults{});
}

std::optional<std::int64_t> ZoneOption(const std::string& text) {
  if (text.empty() || text == "UTC" || text == "Z" || text == "z") return 0;
  if (text[0] != '+' && text[0] != '-') return std::nullopt;
  std::string digits = text.substr(1);
  if (digits.size() == 5 && digits[2] == ':') digits.erase(2, 1);
  if (digits.size() == 2) digits += "00";
  if (digits.size() != 4 ||
      !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  const int hours = (digits[0] - '0') * 10 + (digits[1] - '0');
  const int minutes = (digits[2] - '0') * 10 + (digits[3] - '0');
  if (hours > 18 || minutes > 59) return std::nullopt;
  const std::int64_t seconds = hours * 3600 + minutes * 60;
  return text[0] == '-' ? -seconds : seconds;
}

std::vector<ContextEntry> RunContext(const std::vector<std::string>& options, std::vector<std::string>* bad) {
  std::vector<ContextEntry> entries;
  for (const std::string& option : options) {
    const std::size_t equals = option.find('=');
    if (equals == std::string::npos || equals == 0) {
      bad->push_back(option);
    } else {
      entries.push_back({option.substr(0, equals), option.substr(equals + 1), "--context"});
    }
  }
  struct Variable {
    const char* key;
    const char* name;
  };
  // GitHub, GitLab, Jenkins, Buildkite, CircleCI, in this order.
  static constexpr std::array<Variable, 17> kVariables = {{{"job", "GITHUB_JOB"},
                                                           {"job", "CI_JOB_NAME"},
                                                           {"job", "JOB_NAME"},
                                                           {"job", "BUILDKITE_LABEL"},
                                                           {"job", "CIRCLE_JOB"},
                                                           {"branch", "GITHUB_REF_NAME"},
                                                           {"branch", "CI_COMMIT_REF_NAME"},
                                                           {"branch", "BRANCH_NAME"},
                                                           {"branch", "BUILDKITE_BRANCH"},
                                                           {"branch", "CIRCLE_BRANCH"},
                                                           {"commit", "GITHUB_SHA"},
                                                           {"commit", "CI_COMMIT_SHA"},
                                                           {"commit", "GIT_COMMIT"},
                                                           {"commit", "BUILDKITE_COMMIT"},
                                                           {"commit", "CIRCLE_SHA1"},
                                                           {"repository", "GITHUB_REPOSITORY"},
                                                           {"repository", "CI_PROJECT_PATH"}}};
  for (const Variable& variable : kVariables) {
    const char* value = std::getenv(variable.name);
    const bool known = std::any_of(entries.begin(), entries.end(),
                                   [&](const ContextEntry& e) { return e.key == variable.key; });
    if (value != nullptr && value[0] != '\0' && !known)
      entries.push_back({variable.key, value, variable.name});
  }
  return entries;
}

}  // namespace faultline::driver
