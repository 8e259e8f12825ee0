// --now and --tz as numbers, and the context of a run from CI variables.
#ifndef FAULTLINE_TOOLS_DRIVER_CLOCK_H_
#define FAULTLINE_TOOLS_DRIVER_CLOCK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace faultline::driver {

// Nanoseconds since 1970 UTC. Empty text: the clock. nullopt: not a time.
std::optional<std::int64_t> NowOption(const std::string& text);

// Seconds east of UTC: "", "UTC", "Z", "+02:00", "-0730". nullopt: not a zone.
std::optional<std::int64_t> ZoneOption(const std::string& text);

struct ContextEntry {
  std::string key;
  std::string value;
  std::string origin;  // "--context", or the variable it came from
};

// job, branch, commit, repository …: what --context says, and for the rest the variables of the CI system.
// Entries of `options` that are not KEY=VALUE are put into `bad`.
std::vector<ContextEntry> RunContext(const std::vector<std::string>& options, std::vector<std::string>* bad);

}  // namespace faultline::driver

#endif  // FAULTLINE_TOOLS_DRIVER_CLOCK_H_
