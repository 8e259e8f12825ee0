// Phase 1 in one place, phase 2 in others: together they find what one run finds.
#include "capi.h"

#include <algorithm>
#include <set>

namespace capi_test {
namespace {

using Splitter = std::unique_ptr<faultline_splitter, Destroy<faultline_splitter_destroy>>;

// An event as a stream engine would carry it.
struct Sent {
  bool everybody;
  std::uint64_t key;
  std::uint32_t source;
  std::int64_t time;
  std::string bytes;
};

Splitter NewSplitter(const Rules& rules, std::int32_t split, std::int32_t ticks = FAULTLINE_TICKS_RECORD,
                     std::uint32_t first = 0) {
  faultline_splitter_options options;
  faultline_splitter_options_init(&options);
  options.split = split;
  options.ticks = ticks;
  options.first_source = first;
  faultline_splitter* splitter = nullptr;
  REQUIRE(faultline_splitter_create(rules.get(), &options, &splitter) == FAULTLINE_OK);
  return Splitter(splitter);
}

void Drain(const Splitter& splitter, std::vector<Sent>* sent) {
  faultline_event* event = nullptr;
  while (faultline_splitter_poll(splitter.get(), &event) == FAULTLINE_OK) {
    sent->push_back({faultline_event_everybody(event) != 0, faultline_event_key(event),
                     faultline_event_source(event), faultline_event_time(event),
                     Str(faultline_event_bytes(event))});
    faultline_event_destroy(event);
  }
}

// The log through a splitter, in pieces of `piece` bytes.
std::vector<Sent> Split(const Rules& rules, const std::string& log, std::int32_t split,
                        std::int32_t ticks = FAULTLINE_TICKS_RECORD, std::size_t piece = 4096) {
  const Splitter splitter = NewSplitter(rules, split, ticks);
  std::uint32_t source = 0;
  REQUIRE(faultline_splitter_begin_source(splitter.get(), "many.log", nullptr, FAULTLINE_SOURCE_BYTES,
                                          &source) == FAULTLINE_OK);
  std::vector<Sent> sent;
  for (std::size_t at = 0; at < log.size(); at += piece) {
    REQUIRE(faultline_splitter_feed(splitter.get(), source, log.data() + at,
                                    std::min(piece, log.size() - at)) == FAULTLINE_OK);
    Drain(splitter, &sent);
  }
  REQUIRE(faultline_splitter_end_source(splitter.get(), source) == FAULTLINE_OK);
  Drain(splitter, &sent);
  return sent;
}

void Feed(const Run& run, const Sent& event) {
  const faultline_status status = faultline_run_feed_event(run.get(), event.bytes.data(), event.bytes.size());
  INFO(Message());
  REQUIRE(status == FAULTLINE_OK);
}

// Findings of `count` runs that share the events by key, in no order.
std::vector<std::string> Spread(const Rules& rules, const std::vector<Sent>& sent, std::size_t count,
                                std::size_t* busy = nullptr) {
  std::vector<Run> runs;
  std::vector<std::size_t> keyed(count, 0);
  for (std::size_t i = 0; i < count; ++i) runs.push_back(NewRun(rules));
  for (const Sent& event : sent) {
    if (event.everybody) {
      for (const Run& run : runs) Feed(run, event);
    } else {
      // The low bits of the key decide about groups, too.
      const std::size_t place = (event.key >> 7) % count;
      ++keyed[place];
      Feed(runs[place], event);
    }
  }
  std::vector<std::string> found;
  for (const Run& run : runs) {
    REQUIRE(faultline_run_finish(run.get()) == FAULTLINE_OK);
    for (std::string& line : Poll(run)) found.push_back(std::move(line));
  }
  if (busy != nullptr) {
    *busy = static_cast<std::size_t>(
        std::count_if(keyed.begin(), keyed.end(), [](std::size_t n) { return n > 0; }));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> Findings(const std::vector<std::string>& lines) {
  std::vector<std::string> found;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(found),
               [](const std::string& line) { return line.starts_with("{\"kind\":\"finding\""); });
  std::sort(found.begin(), found.end());
  return found;
}

TEST_CASE("whole events give one run the same findings, in the same order") {
  const Rules rules = Compile(kManyRules);
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    const std::string log = ManyLog(120, seed);
    const std::vector<std::string> whole = Whole(rules, log);
    REQUIRE(whole.size() > 20);
    const Run run = NewRun(rules);
    for (const Sent& event :
         Split(rules, log, FAULTLINE_SPLIT_WHOLE, FAULTLINE_TICKS_RECORD, 1 + seed * 13)) {
      CHECK(event.everybody);
      Feed(run, event);
    }
    REQUIRE(faultline_run_finish(run.get()) == FAULTLINE_OK);
    std::vector<std::string> found = Poll(run);
    for (std::string& line : Diagnose(run)) found.push_back(std::move(line));
    INFO("seed " << seed);
    REQUIRE(found == whole);
  }
}

TEST_CASE("events by key over one, two and four runs give the same findings") {
  const Rules rules = Compile(kManyRules);
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    const std::string log = ManyLog(120, seed);
    const std::vector<std::string> wanted = Findings(Whole(rules, log));
    const std::vector<Sent> sent = Split(rules, log, FAULTLINE_SPLIT_BY_KEY);
    for (const std::size_t count : {1u, 2u, 4u}) {
      std::size_t busy = 0;
      INFO("seed " << seed << ", " << count << " runs");
      REQUIRE(Spread(rules, sent, count, &busy) == wanted);
      REQUIRE(busy == count);
    }
  }
}

TEST_CASE("with few ticks windows end later, with the same findings where no rule reads an end") {
  std::string text = kManyRules;
  text.resize(text.find("rule again"));
  const Rules rules = Compile(text);
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    const std::string log = ManyLog(120, seed);
    const std::vector<std::string> wanted = Findings(Whole(rules, log));
    const std::vector<Sent> often = Split(rules, log, FAULTLINE_SPLIT_BY_KEY);
    const std::vector<Sent> sent = Split(rules, log, FAULTLINE_SPLIT_BY_KEY, FAULTLINE_TICKS_CALL, 700);
    CHECK(sent.size() < often.size());
    for (const std::size_t count : {1u, 3u}) {
      INFO("seed " << seed << ", " << count << " runs");
      REQUIRE(Spread(rules, sent, count) == wanted);
    }
  }
}

TEST_CASE("two splitters, events merged by time") {
  const Rules rules = Compile(kManyRules);
  const std::string logs[] = {ManyLog(80, 3), ManyLog(80, 4)};
  // One run that is fed line by line, by the times of lines; lines without one go with those before them.
  faultline_run_options options;
  faultline_run_options_init(&options);
  options.wrapper = "none";
  const Run whole = NewRun(rules, &options);
  faultline_splitter_options split;
  faultline_splitter_options_init(&split);
  split.split = FAULTLINE_SPLIT_BY_KEY;
  split.wrapper = "none";
  std::vector<Splitter> splitters;
  for (std::uint32_t i = 0; i < 2; ++i) {
    const std::string name = i == 0 ? "one.log" : "two.log";
    CHECK(Begin(whole, name.c_str()) == i);
    split.first_source = 10 + i;
    faultline_splitter* made = nullptr;
    REQUIRE(faultline_splitter_create(rules.get(), &split, &made) == FAULTLINE_OK);
    splitters.emplace_back(made);
    std::uint32_t source = 0;
    REQUIRE(faultline_splitter_begin_source(made, name.c_str(), nullptr, FAULTLINE_SOURCE_BYTES, &source) ==
            FAULTLINE_OK);
    CHECK(source == 10 + i);
  }
  std::vector<Sent> sent;
  for (const Splitter& splitter : splitters) Drain(splitter, &sent);
  std::size_t at[2] = {0, 0};
  std::string times[2];
  const auto line_of = [&](std::size_t i) {
    return logs[i].substr(at[i], logs[i].find('\n', at[i]) + 1 - at[i]);
  };
  const auto look = [&](std::size_t i) {
    const std::string line = at[i] < logs[i].size() ? line_of(i) : "";
    if (line.starts_with("{\"t\":\"")) times[i] = line.substr(6, 24);
  };
  look(0);
  look(1);
  while (at[0] < logs[0].size() || at[1] < logs[1].size()) {
    const std::size_t i = at[1] >= logs[1].size() || (at[0] < logs[0].size() && times[0] <= times[1]) ? 0 : 1;
    const std::string line = line_of(i);
    REQUIRE(faultline_run_feed(whole.get(), static_cast<std::uint32_t>(i), line.data(), line.size()) ==
            FAULTLINE_OK);
    REQUIRE(faultline_splitter_feed(splitters[i].get(), static_cast<std::uint32_t>(10 + i), line.data(),
                                    line.size()) == FAULTLINE_OK);
    Drain(splitters[i], &sent);
    at[i] += line.size();
    look(i);
  }
  for (std::uint32_t i = 0; i < 2; ++i) {
    REQUIRE(faultline_run_end_source(whole.get(), i) == FAULTLINE_OK);
    REQUIRE(faultline_splitter_end_source(splitters[i].get(), 10 + i) == FAULTLINE_OK);
    Drain(splitters[i], &sent);
  }
  REQUIRE(faultline_run_finish(whole.get()) == FAULTLINE_OK);
  std::vector<std::string> wanted = Poll(whole);
  std::sort(wanted.begin(), wanted.end());
  REQUIRE(wanted.size() > 20);
  for (const std::size_t count : {1u, 2u, 4u}) {
    INFO(count << " runs");
    REQUIRE(Spread(rules, sent, count) == wanted);
  }
}

TEST_CASE("splitters and runs are saved and restored at each event") {
  const Rules rules = Compile(kManyRules);
  const std::string log = ManyLog(60);
  const std::vector<std::string> whole = Whole(rules, log);
  faultline_splitter_options options;
  faultline_splitter_options_init(&options);
  Splitter splitter = NewSplitter(rules, FAULTLINE_SPLIT_WHOLE);
  std::uint32_t source = 0;
  REQUIRE(faultline_splitter_begin_source(splitter.get(), "many.log", nullptr, FAULTLINE_SOURCE_BYTES,
                                          &source) == FAULTLINE_OK);
  Run run = NewRun(rules);
  std::vector<std::string> found;
  for (std::size_t at = 0; at <= log.size(); at += 40) {
    if (at + 40 < log.size()) {
      REQUIRE(faultline_splitter_feed(splitter.get(), source, log.data() + at, 40) == FAULTLINE_OK);
    } else {
      REQUIRE(faultline_splitter_feed(splitter.get(), source, log.data() + at, log.size() - at) ==
              FAULTLINE_OK);
      REQUIRE(faultline_splitter_end_source(splitter.get(), source) == FAULTLINE_OK);
      at = log.size();
    }
    // Events that wait are saved, too.
    faultline_bytes* saved = nullptr;
    REQUIRE(faultline_splitter_save(splitter.get(), &saved) == FAULTLINE_OK);
    const Bytes bytes(saved);
    const std::string snapshot = Str(faultline_bytes_get(saved));
    faultline_splitter* restored = nullptr;
    const faultline_status status =
        faultline_splitter_restore(rules.get(), &options, snapshot.data(), snapshot.size(), &restored);
    INFO(Message());
    REQUIRE(status == FAULTLINE_OK);
    splitter.reset(restored);
    std::vector<Sent> sent;
    Drain(splitter, &sent);
    for (const Sent& event : sent) {
      Feed(run, event);
      run = Restore(rules, Save(run));
    }
    for (std::string& line : Poll(run)) found.push_back(std::move(line));
  }
  REQUIRE(faultline_run_finish(run.get()) == FAULTLINE_OK);
  for (std::string& line : Poll(run)) found.push_back(std::move(line));
  for (std::string& line : Diagnose(run)) found.push_back(std::move(line));
  REQUIRE(found == whole);
}

TEST_CASE("rules say how their events are routed") {
  const Rules rules = Compile(kManyRules);
  std::vector<std::string> routes;
  std::set<std::uint32_t> groups_of_quiet;
  for (std::size_t i = 0; i < faultline_rules_count(rules.get()); ++i) {
    faultline_rule_info info{};
    info.struct_size = sizeof info;
    REQUIRE(faultline_rules_get(rules.get(), i, &info) == FAULTLINE_OK);
    const std::string name = Str(info.name);
    if (!name.starts_with("many.") || info.is_event != 0) continue;
    constexpr const char* kNames[] = {"source", "key", "one"};
    routes.push_back(name.substr(5) + " " + kNames[info.route]);
    if (name == "many.quiet" || name == "many.again") groups_of_quiet.insert(info.group);
  }
  std::sort(routes.begin(), routes.end());
  CHECK(routes == std::vector<std::string>{"again source", "dumped source", "in_step source", "often key",
                                           "quiet source", "same_value key", "seen source",
                                           "slow_then_written key", "slow_thrice key", "stuck key",
                                           "stuck_by_events key"});
  CHECK(groups_of_quiet.size() == 1);
  const Rules joined = Compile(R"(module m
format ev = json { time: time from "t", kind, pod }
rule a { severity note; from ev where kind == "a"; by pod; report "{pod}" }
rule b { severity note; match a; then a within 5m; by pod; report "{pod}" }
rule all { severity note; from ev where kind == "x"; when count() >= 3; report "{count()}" }
)");
  for (std::size_t i = 0; i < faultline_rules_count(joined.get()); ++i) {
    faultline_rule_info info{};
    info.struct_size = sizeof info;
    REQUIRE(faultline_rules_get(joined.get(), i, &info) == FAULTLINE_OK);
    if (Str(info.name).starts_with("m.")) CHECK(info.route == FAULTLINE_ROUTE_ONE);
  }
}

TEST_CASE("events that make no sense are refused and change nothing") {
  const Rules rules = Compile(kManyRules);
  const std::string log = ManyLog(40);
  const std::vector<Sent> sent = Split(rules, log, FAULTLINE_SPLIT_BY_KEY);
  REQUIRE(sent.size() > 60);
  const Run run = NewRun(rules);
  const auto feed = [&](const std::string& bytes) {
    return faultline_run_feed_event(run.get(), bytes.data(), bytes.size());
  };
  CHECK(faultline_run_feed_event(run.get(), nullptr, 0) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(feed("") == FAULTLINE_ERROR_FORMAT);
  CHECK(Message() == "the bytes are not an event");
  CHECK(feed(sent[1].bytes) == FAULTLINE_ERROR_FORMAT);
  CHECK(Message() == "source 0 has not begun, or is over");
  REQUIRE(feed(sent[0].bytes) == FAULTLINE_OK);
  CHECK(feed(sent[0].bytes) == FAULTLINE_ERROR_FORMAT);
  CHECK(Message() == "source 0 has begun already");
  std::string other = sent[1].bytes;
  other[0] = 7;
  CHECK(feed(other) == FAULTLINE_ERROR_VERSION);
  CHECK(Message() == "an event of version 7; this library reads version 1");
  const Rules others = Compile("module m\nrule r { severity note; match \"x\"; report \"x\" }\n");
  const Run stranger = NewRun(others);
  CHECK(faultline_run_feed_event(stranger.get(), sent[0].bytes.data(), sent[0].bytes.size()) ==
        FAULTLINE_ERROR_VERSION);
  for (const Sent& event : sent) {
    for (std::size_t size = 0; size < event.bytes.size(); size += 1 + event.bytes.size() / 9) {
      CHECK(feed(event.bytes.substr(0, size)) == FAULTLINE_ERROR_FORMAT);
    }
    CHECK(feed(event.bytes + "x") == FAULTLINE_ERROR_FORMAT);
  }
  for (std::size_t i = 1; i < sent.size(); ++i) REQUIRE(feed(sent[i].bytes) == FAULTLINE_OK);
  REQUIRE(faultline_run_finish(run.get()) == FAULTLINE_OK);
  std::vector<std::string> found = Poll(run);
  std::sort(found.begin(), found.end());
  CHECK(found == Findings(Whole(rules, log)));
}

TEST_CASE("splitters out of turn") {
  const Rules rules = Compile("module m\nrule r { severity error; match \"boom {n}\"; report \"{n}\" }\n");
  CHECK(faultline_splitter_create(nullptr, nullptr, nullptr) == FAULTLINE_ERROR_ARGUMENT);
  faultline_splitter_options options;
  faultline_splitter_options_init(&options);
  options.split = 5;
  faultline_splitter* none = nullptr;
  CHECK(faultline_splitter_create(rules.get(), &options, &none) == FAULTLINE_ERROR_ARGUMENT);
  options.split = FAULTLINE_SPLIT_BY_KEY;
  options.ticks = 5;
  CHECK(faultline_splitter_create(rules.get(), &options, &none) == FAULTLINE_ERROR_ARGUMENT);
  options.ticks = FAULTLINE_TICKS_RECORD;
  options.max_events = 1;
  options.wrapper = "none";
  REQUIRE(faultline_splitter_create(rules.get(), &options, &none) == FAULTLINE_OK);
  const Splitter splitter(none);
  std::uint32_t source = 0;
  CHECK(faultline_splitter_feed(none, 0, "a", 1) == FAULTLINE_ERROR_ARGUMENT);
  REQUIRE(faultline_splitter_begin_source(none, "a", nullptr, FAULTLINE_SOURCE_BYTES, &source) ==
          FAULTLINE_OK);
  CHECK(faultline_splitter_feed(none, source, "boom 1\n", 7) == FAULTLINE_ERROR_FULL);
  std::vector<Sent> sent;
  Drain(splitter, &sent);
  CHECK(sent.size() == 1);
  REQUIRE(faultline_splitter_feed(none, source, "boom 1\n", 7) == FAULTLINE_OK);
  Drain(splitter, &sent);
  REQUIRE(sent.size() == 3);  // the source, the tick, the event
  CHECK_FALSE(sent[2].everybody);
  REQUIRE(faultline_splitter_settle(none, source) == FAULTLINE_OK);
  REQUIRE(faultline_splitter_advance(none, source, 5) == FAULTLINE_OK);
  Drain(splitter, &sent);
  CHECK(sent.back().time == 5);
  CHECK(faultline_splitter_advance(none, source, FAULTLINE_NO_TIME) == FAULTLINE_ERROR_ARGUMENT);
  REQUIRE(faultline_splitter_end_scopes(none, source) == FAULTLINE_OK);
  Drain(splitter, &sent);
  REQUIRE(faultline_splitter_end_source(none, source) == FAULTLINE_OK);
  Drain(splitter, &sent);
  CHECK(faultline_splitter_feed(none, source, "a", 1) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_splitter_poll(none, nullptr) == FAULTLINE_ERROR_ARGUMENT);
  for (const auto& call :
       {faultline_splitter_settle, faultline_splitter_end_scopes, faultline_splitter_end_source}) {
    CHECK(call(nullptr, 0) == FAULTLINE_ERROR_ARGUMENT);
  }
  CHECK(faultline_event_bytes(nullptr).size == 0);
  CHECK(faultline_event_everybody(nullptr) == 0);
  CHECK(faultline_event_time(nullptr) == FAULTLINE_NO_TIME);
  faultline_splitter_destroy(nullptr);
  faultline_event_destroy(nullptr);
  faultline_splitter_options_init(nullptr);
  const Run run = NewRun(rules);
  for (const Sent& event : sent) Feed(run, event);
  CHECK(Poll(run).size() == 1);
}

}  // namespace
}  // namespace capi_test
