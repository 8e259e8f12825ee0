// The correlator against the plainest reading of docs/semantics.md: random logs of two sources, and for each
// rule a function that looks at all events for each event.
#include "support.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <optional>
#include <random>

namespace faultline::runtime::testing {
namespace {

using ir::StageKind;
using ir::WindowUnit;

struct LogEvent {
  int id = 0;
  int source = 0;
  std::int64_t time = 0;
  char kind = 'a';
  int key = 0;
};

// Events of all sources in the order of the run; times never go back inside a source.
struct Sample {
  std::vector<LogEvent> events;
  std::vector<TestInput> inputs;
};

Sample MakeSample(std::uint32_t seed, int sources) {
  std::mt19937 random(seed);
  Sample sample;
  for (int source = 0; source < sources; ++source) {
    std::int64_t time = random() % 3;
    std::string text;
    for (int i = 0; i < 60; ++i) {
      time += random() % 3 == 0 ? random() % 4 : 0;
      const LogEvent event{static_cast<int>(sample.events.size()), source, time,
                           static_cast<char>('a' + random() % 4), static_cast<int>(random() % 3)};
      sample.events.push_back(event);
      text += At(time, std::string(1, event.kind) + " k" + std::to_string(event.key) + " #" +
                           std::to_string(event.id));
    }
    sample.inputs.push_back({std::to_string(source), text});
  }
  std::stable_sort(sample.events.begin(), sample.events.end(), [](const LogEvent& x, const LogEvent& y) {
    return std::pair(x.time, x.source) < std::pair(y.time, y.source);
  });
  return sample;
}

// "a k1 #17" with slots <kind>k and <kind>i.
std::string Pattern(char kind) {
  const std::string name(1, kind);
  return "^" + name + " (?<" + name + "k>\\w+) #(?<" + name + "i>\\d+)$";
}

std::vector<std::string> Found(Rules* rules, const Sample& sample) {
  const auto module = rules->Make();
  const RunResult result = RunInputs(module, sample.inputs);
  EngineOptions options;
  options.threads = 3;
  options.lines.block_bytes = 77;
  CHECK(RunInputs(module, sample.inputs, options).Text() == result.Text());
  if (sample.inputs.size() == 1) {
    for (const std::size_t lines : {1u, 7u}) {
      CHECK(Json(RunWithStops(module, sample.inputs.front(), lines)) == Json(result));
    }
  }
  std::vector<std::string> found;
  for (const FindingPtr& finding : result.findings) found.push_back(finding->message);
  std::sort(found.begin(), found.end());
  return found;
}

using Events = std::vector<LogEvent>;

// Whether y comes after x: by place in a source, by greater time between sources.
bool After(const Events& all, std::size_t y, std::size_t x) {
  return all[x].source == all[y].source ? y > x : all[y].time > all[x].time;
}

std::string Id(const Events& all, std::size_t index) {
  return std::to_string(all[index].id);
}

// The first event of the kind and key of x that comes after it, at most `seconds` later.
std::optional<std::size_t> Next(const Events& all, std::size_t x, char kind, std::int64_t seconds) {
  for (std::size_t y = 0; y < all.size(); ++y) {
    if (all[y].kind == kind && all[y].key == all[x].key && After(all, y, x) &&
        all[y].time <= all[x].time + seconds) {
      return y;
    }
  }
  return std::nullopt;
}

void Compare(const std::function<void(Rules*)>& make,
             const std::function<void(const Events&, std::vector<std::string>*)>& model, int sources = 2) {
  std::size_t total = 0;
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    const Sample sample = MakeSample(seed, sources);
    Rules rules;
    make(&rules);
    std::vector<std::string> expected;
    model(sample.events, &expected);
    std::sort(expected.begin(), expected.end());
    INFO("seed " << seed);
    CHECK(Found(&rules, sample) == expected);
    total += expected.size();
  }
  CHECK(total > 50);  // the samples are about something
}

TEST_CASE("oracle: then within a duration, with a key") {
  Compare(
      [](Rules* rules) {
        rules->Add({.name = "m.r", .stages = {OnMatch(Pattern('a')), Seconds(OnThen(Pattern('b')), 3)}})
            .Key({"ak", "bk"})
            .Report("{ai}-{bi}");
      },
      [](const Events& all, std::vector<std::string>* found) {
        for (std::size_t a = 0; a < all.size(); ++a) {
          if (all[a].kind != 'a') continue;
          if (const auto b = Next(all, a, 'b', 3)) found->push_back(Id(all, a) + "-" + Id(all, *b));
        }
      });
}

TEST_CASE("oracle: three stages inside a window of the whole rule") {
  Compare(
      [](Rules* rules) {
        rules
            ->Add({.name = "m.r",
                   .stages = {OnMatch(Pattern('a')), OnThen(Pattern('b')), OnThen(Pattern('c'))}})
            .Key({"ak", "bk", "ck"})
            .Window(WindowUnit::kTime, 8 * kSecond)
            .Report("{ai}-{bi}-{ci}");
      },
      [](const Events& all, std::vector<std::string>* found) {
        for (std::size_t a = 0; a < all.size(); ++a) {
          if (all[a].kind != 'a') continue;
          const auto b = Next(all, a, 'b', 8);
          if (!b) continue;
          const auto c = Next(all, *b, 'c', all[a].time + 8 - all[*b].time);
          if (c) found->push_back(Id(all, a) + "-" + Id(all, *b) + "-" + Id(all, *c));
        }
      });
}

TEST_CASE("oracle: then within lines, of one stream, without a key") {
  Compare(
      [](Rules* rules) {
        rules->Add({.name = "m.r", .stages = {OnMatch(Pattern('a')), Lines(OnThen(Pattern('b')), 3)}})
            .Report("{ai}-{bi}");
      },
      [](const Events& all, std::vector<std::string>* found) {
        for (const LogEvent& a : all) {
          if (a.kind != 'a') continue;
          for (int id = a.id + 1; id <= a.id + 3; ++id) {  // ids count lines
            const auto b =
                std::find_if(all.begin(), all.end(), [&](const LogEvent& e) { return e.id == id; });
            if (b == all.end() || b->source != a.source || b->kind != 'b') continue;
            found->push_back(std::to_string(a.id) + "-" + std::to_string(b->id));
            break;
          }
        }
      });
}

TEST_CASE("oracle: without within a duration, with a key") {
  Compare(
      [](Rules* rules) {
        rules
            ->Add({.name = "m.r",
                   .stages = {OnMatch(Pattern('a')), Seconds(OnStage(StageKind::kWithout, Pattern('b')), 3)}})
            .Key({"ak", "bk"})
            .Report("{ai}");
      },
      [](const Events& all, std::vector<std::string>* found) {
        for (std::size_t a = 0; a < all.size(); ++a) {
          if (all[a].kind == 'a' && !Next(all, a, 'b', 3)) found->push_back(Id(all, a));
        }
      });
}

TEST_CASE("oracle: without between two stages") {
  Compare(
      [](Rules* rules) {
        RuleTweak rule = rules->Add({.name = "m.r",
                                     .stages = {OnMatch(Pattern('a')), Seconds(OnThen(Pattern('b')), 6),
                                                OnStage(StageKind::kWithout, Pattern('c'))}});
        rule.Key({"ak", "bk", "ck"}).Report("{ai}-{bi}");
        rule.stage(2).after = 0;
        rule.stage(2).before = 1;
      },
      [](const Events& all, std::vector<std::string>* found) {
        for (std::size_t a = 0; a < all.size(); ++a) {
          if (all[a].kind != 'a') continue;
          const auto b = Next(all, a, 'b', 6);
          if (!b) continue;
          bool refuted = false;
          for (std::size_t c = 0; c < all.size(); ++c) {
            refuted = refuted || (all[c].kind == 'c' && all[c].key == all[a].key && After(all, c, a) &&
                                  After(all, *b, c));
          }
          if (!refuted) found->push_back(Id(all, a) + "-" + Id(all, *b));
        }
      });
}

TEST_CASE("oracle: without before a stage, within a duration") {
  Compare(
      [](Rules* rules) {
        RuleTweak rule = rules->Add({.name = "m.r",
                                     .stages = {OnMatch(Pattern('a')), Seconds(OnThen(Pattern('b')), 6),
                                                Seconds(OnStage(StageKind::kWithout, Pattern('c')), 2)}});
        rule.Key({"ak", "bk", "ck"}).Report("{ai}-{bi}");
        rule.stage(2).before = 1;
      },
      [](const Events& all, std::vector<std::string>* found) {
        for (std::size_t a = 0; a < all.size(); ++a) {
          if (all[a].kind != 'a') continue;
          const auto b = Next(all, a, 'b', 6);
          if (!b) continue;
          bool refuted = false;
          for (std::size_t c = 0; c < all.size(); ++c) {
            refuted = refuted || (all[c].kind == 'c' && all[c].key == all[a].key && After(all, *b, c) &&
                                  all[*b].time <= all[c].time + 2);
          }
          if (!refuted) found->push_back(Id(all, a) + "-" + Id(all, *b));
        }
      });
}

TEST_CASE("oracle: until, and an absence after the first stage") {
  Compare(
      [](Rules* rules) {
        RuleTweak rule = rules->Add(
            {.name = "m.r",
             .stages = {OnMatch(Pattern('a')), OnThen(Pattern('b')), OnStage(StageKind::kUntil, Pattern('c')),
                        Seconds(OnStage(StageKind::kWithout, Pattern('d')), 4)}});
        rule.Key({"ak", "bk", "ck", "dk"}).Report("{ai}-{bi}");
        rule.stage(3).after = 0;
      },
      [](const Events& all, std::vector<std::string>* found) {
        for (std::size_t a = 0; a < all.size(); ++a) {
          if (all[a].kind != 'a') continue;
          const auto b = Next(all, a, 'b', INT32_MAX);
          const auto c = Next(all, a, 'c', INT32_MAX);
          if (!b || (c && *c < *b) || Next(all, a, 'd', 4)) continue;
          found->push_back(Id(all, a) + "-" + Id(all, *b));
        }
      });
}

TEST_CASE("oracle: without anywhere in the run, with a key over one source each") {
  Compare(
      [](Rules* rules) {
        rules
            ->Add({.name = "m.r",
                   .stages = {OnMatch(Pattern('a')), OnStage(StageKind::kWithout, "^d (?<dk>\\w+) #\\d0$")}})
            .Key({"ak", "dk"})
            .Report("{ai}");
      },
      [](const Events& all, std::vector<std::string>* found) {
        for (const LogEvent& a : all) {
          if (a.kind != 'a') continue;
          const bool refuted = std::any_of(all.begin(), all.end(), [&](const LogEvent& d) {
            return d.kind == 'd' && d.key == a.key && d.id % 10 == 0 && d.id >= 10 && d.id < 100;
          });
          if (!refuted) found->push_back(std::to_string(a.id));
        }
      });
}

TEST_CASE("oracle: every, joined with the latest of its key") {
  Compare(
      [](Rules* rules) {
        RuleTweak rule = rules->Add(
            {.name = "m.r",
             .stages = {OnMatch(Pattern('a')), OnThen(Pattern('b')), Seconds(OnThen(Pattern('c')), 4)}});
        rule.stage(2).every = true;
        rule.Key({"ak", "bk", "ck"}).Report("{ai}-{bi}-{ci}");
      },
      [](const Events& all, std::vector<std::string>* found) {
        const auto latest = [&](std::size_t y, char kind,
                                std::int64_t seconds) -> std::optional<std::size_t> {
          for (std::size_t x = all.size(); x-- > 0;) {
            if (all[x].kind == kind && all[x].key == all[y].key && After(all, y, x) &&
                all[y].time <= all[x].time + seconds) {
              return x;
            }
          }
          return std::nullopt;
        };
        for (std::size_t c = 0; c < all.size(); ++c) {
          if (all[c].kind != 'c') continue;
          // The latest b that has an a.
          for (std::size_t b = all.size(); b-- > 0;) {
            if (all[b].kind != 'b' || all[b].key != all[c].key || !After(all, c, b) ||
                all[c].time > all[b].time + 4) {
              continue;
            }
            const auto a = latest(b, 'a', INT32_MAX);
            if (!a) continue;
            found->push_back(Id(all, *a) + "-" + Id(all, b) + "-" + Id(all, c));
            break;
          }
        }
      });
}

TEST_CASE("oracle: all within a duration, with a key, spent") {
  Compare(
      [](Rules* rules) {
        RuleTweak rule = rules->Add(
            {.name = "m.r",
             .stages = {OnStage(StageKind::kPart, Pattern('a')), OnStage(StageKind::kPart, Pattern('b')),
                        OnStage(StageKind::kPart, Pattern('c'))}});
        rule.rule().shape = ir::RuleShape::kAll;
        rule.Key({"ak", "bk", "ck"}).Window(WindowUnit::kTime, 4 * kSecond).Report("{ai}-{bi}-{ci}");
      },
      [](const Events& all, std::vector<std::string>* found) {
        std::vector<bool> spent(all.size(), false);
        for (std::size_t last = 0; last < all.size(); ++last) {
          std::string text;
          std::vector<std::size_t> parts;
          for (const char kind : {'a', 'b', 'c'}) {
            for (std::size_t x = last + 1; x-- > 0;) {
              if (all[x].kind != kind || all[x].key != all[last].key) continue;
              // Only the latest of a part counts.
              if (!spent[x] && all[last].time - all[x].time <= 4) {
                parts.push_back(x);
                text += (text.empty() ? "" : "-") + Id(all, x);
              }
              break;
            }
          }
          if (parts.size() < 3 || all[last].kind == 'd') continue;
          for (std::size_t part : parts) spent[part] = true;
          found->push_back(text);
        }
      });
}

TEST_CASE("oracle: latest and next across the run") {
  Compare(
      [](Rules* rules) {
        RuleTweak rule =
            rules->Add({.name = "m.r",
                        .stages = {OnMatch(Pattern('a')), OnStage(StageKind::kLatest, Pattern('b')),
                                   Seconds(OnStage(StageKind::kNext, Pattern('c')), 3)}});
        for (std::size_t s : {1u, 2u}) {
          rule.stage(s).reach = ir::Reach::kRun;
          rule.stage(s).index_own = rule.TextList({s == 1 ? "bk" : "ck"});
          rule.stage(s).index_other = rule.TextList({"ak"});
        }
        rule.rule().steps = {{ir::StepKind::kJoin, ir::kNone, 1}, {ir::StepKind::kJoin, ir::kNone, 2}};
        rule.Report("{ai}-{bi}-{ci}");
      },
      [](const Events& all, std::vector<std::string>* found) {
        for (std::size_t a = 0; a < all.size(); ++a) {
          if (all[a].kind != 'a') continue;
          std::string latest = "?";
          for (std::size_t b = all.size(); b-- > 0;) {
            if (all[b].kind != 'b' || all[b].key != all[a].key || !After(all, a, b)) continue;
            latest = Id(all, b);
            break;
          }
          const auto next = Next(all, a, 'c', 3);
          found->push_back(Id(all, a) + "-" + latest + "-" + (next ? Id(all, *next) : "?"));
        }
      });
}

TEST_CASE("oracle: three times within a duration, with a key, spent") {
  Compare(
      [](Rules* rules) {
        RuleTweak rule = rules->Add({.name = "m.r", .stages = {Seconds(OnMatch(Pattern('a')), 5)}});
        rule.stage(0).count = 3;
        rule.Key({"ak"}).Report("{ai}");
      },
      [](const Events& all, std::vector<std::string>* found) {
        std::vector<std::vector<std::size_t>> rows(3);
        for (std::size_t a = 0; a < all.size(); ++a) {
          if (all[a].kind != 'a') continue;
          std::vector<std::size_t>& row = rows[static_cast<std::size_t>(all[a].key)];
          row.push_back(a);
          std::erase_if(row, [&](std::size_t x) { return all[a].time - all[x].time > 5; });
          if (row.size() < 3) continue;
          found->push_back(Id(all, a));
          row.clear();
        }
      });
}

}  // namespace
}  // namespace faultline::runtime::testing
