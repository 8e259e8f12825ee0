// Random logs: see log.h.
#include "log.h"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

namespace faultline::oracle {
namespace {

std::string Two(std::int64_t number) {
  return std::to_string(number / 10 % 10) + std::to_string(number % 10);
}

}  // namespace

Log MakeLog(std::uint64_t seed, int lines) {
  std::mt19937_64 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<std::uint64_t>(n)); };
  Log log;
  const int sources = 1 + below(2);
  int id = 0, next_stream = 0, next_scope = 0;
  for (int source = 0; source < sources; ++source) {
    const int streams = 1 + below(2);
    std::array<int, 2> in_stream = {}, scope = {kNoScope, kNoScope};
    std::int64_t time = below(4);
    const int pace = 1 + below(3);
    std::string text;
    for (int i = 0; i < lines / sources; ++i) {
      if (below(3) == 0) time += below(pace + 1);
      const int stream = below(streams);
      const auto at = static_cast<std::size_t>(stream);
      LogEvent event;
      event.id = id++;
      event.source = source;
      event.stream = next_stream + stream;
      event.line = ++in_stream[at];
      event.time = time;
      std::string message = "nothing to see";
      const int what = below(20);
      if (what == 0) {
        message = "begin";
        scope[at] = next_scope++;
      } else if (what == 1) {
        message = "end";
      } else if (what > 2) {
        event.kind = kKinds[below(6)];
        event.key = below(25) == 0 ? kNoKey : below(3);
        event.value = below(6);
        message = std::string(1, event.kind) + (event.key == kNoKey ? "" : " k" + std::to_string(event.key)) +
                  " #" + std::to_string(event.id) + " v" + std::to_string(event.value);
      }
      event.scope = scope[at];
      if (what == 1) scope[at] = kNoScope;
      log.events.push_back(event);
      text += "{\"t\":\"2026-01-02T" + Two(time / 3600) + ":" + Two(time / 60 % 60) + ":" + Two(time % 60) +
              "Z\",\"s\":\"" + std::to_string(stream) + "\",\"m\":\"" + message + "\\n\"}\n";
    }
    log.texts.push_back(std::move(text));
    next_stream += streams;
  }
  std::stable_sort(log.events.begin(), log.events.end(), [](const LogEvent& a, const LogEvent& b) {
    return std::pair(a.time, a.source) < std::pair(b.time, b.source);
  });
  return log;
}

}  // namespace faultline::oracle
