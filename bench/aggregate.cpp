// What an event costs an aggregate, and that it does not depend on how much its window holds.
//
//   bench_aggregate [curve|keys|memory]      without a word: all
//
//   curve    nanoseconds an event (it comes in, what is too old leaves, the answer is read), by kind and
//   length
//            of the window; events stand one coordinate apart, so that the window holds as many as it is long
//   keys     events a second with 1,000 and 1,000,000 keys, and bytes a key
//   memory   the most that each kind holds over 10,000,000 events in a window that holds them all
#include "runtime/aggregate/window_aggregate.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <unordered_map>
#include <vector>

namespace faultline::aggregate {
namespace {

using Kind = ir::AggregateKind;
using Clock = std::chrono::steady_clock;

struct Row {
  const char* name;
  Kind kind;
  ValueKind argument;
  double parameter = 0;
};

constexpr Row kRows[] = {
    {"count", Kind::kCount, ValueKind::kMissing},   {"sum int", Kind::kSum, ValueKind::kInt},
    {"sum float", Kind::kSum, ValueKind::kFloat},   {"stddev", Kind::kStddev, ValueKind::kFloat},
    {"min", Kind::kMin, ValueKind::kInt},           {"first", Kind::kFirst, ValueKind::kInt},
    {"distinct", Kind::kDistinct, ValueKind::kInt}, {"p90", Kind::kPercentile, ValueKind::kInt, 90},
    {"top 5", Kind::kTop, ValueKind::kInt, 5},      {"list", Kind::kList, ValueKind::kInt},
};

Spec SpecOf(const Row& row, std::int64_t width) {
  Spec spec;
  spec.kind = row.kind;
  spec.form = ir::AggregateForm::kSliding;
  spec.unit = ir::WindowUnit::kTime;
  spec.width = width;
  spec.argument = spec.result = row.argument;
  spec.parameter = row.parameter;
  return spec;
}

// splitmix64: the same numbers in every run.
std::uint64_t Random(std::uint64_t* state) {
  std::uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

Sample SampleOf(const Row& row, std::int64_t at, std::uint64_t* random) {
  const auto number = static_cast<std::int64_t>(Random(random) % 100000);
  if (row.argument == ValueKind::kMissing) return {Value::Missing(), at, true};
  if (row.argument == ValueKind::kFloat) return {Value::Float(static_cast<double>(number) / 7), at, true};
  return {Value::Int(number), at, true};
}

double SecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void Curve() {
  std::printf("nanoseconds an event, by events in the window\n\n| aggregate |");
  for (int power = 2; power <= 6; ++power) std::printf(" 1e%d |", power);
  std::printf("\n|---|---|---|---|---|---|\n");
  for (const Row& row : kRows) {
    std::printf("| %s |", row.name);
    for (std::int64_t width = 100; width <= 1000000; width *= 10) {
      const Spec spec = SpecOf(row, width);
      WindowAggregate aggregate(spec);
      Arena arena;
      std::uint64_t random = 1;
      // Filled first: what is measured is a full window that slides.
      std::int64_t at = 0;
      for (; at < width + width / 2; ++at) aggregate.Add(at, SampleOf(row, at, &random));
      const bool slow = row.kind == Kind::kList;
      const std::int64_t events = slow ? 2000 : std::max<std::int64_t>(200000, 2 * width);
      const auto begin = Clock::now();
      for (const std::int64_t end = at + events; at < end; ++at) {
        aggregate.Add(at, SampleOf(row, at, &random));
        aggregate.Result(at, &arena);
        if (at % 64 == 0) arena.Reset();
      }
      std::printf(" %.0f |", SecondsSince(begin) * 1e9 / static_cast<double>(events));
      std::fflush(stdout);
    }
    std::printf("\n");
  }
}

void Keys() {
  std::printf("\nevents a second by key (count and mean over a window of 20 events a key)\n\n");
  std::printf("| keys | events a second | bytes a key |\n|---|---|---|\n");
  struct Group {
    Group(const Spec& a, const Spec& b) : count(a), mean(b) {}
    WindowAggregate count, mean;
  };
  for (const std::uint64_t keys : {std::uint64_t{1000}, std::uint64_t{1000000}}) {
    const Spec count = SpecOf(kRows[0], static_cast<std::int64_t>(keys) * 20);
    Spec mean = SpecOf(kRows[2], static_cast<std::int64_t>(keys) * 20);
    mean.kind = Kind::kMean;
    std::unordered_map<std::uint64_t, std::unique_ptr<Group>> groups;
    Arena arena;
    std::uint64_t random = 1;
    const std::int64_t events = 4000000;
    const auto begin = Clock::now();
    for (std::int64_t at = 0; at < events; ++at) {
      std::unique_ptr<Group>& group = groups[Random(&random) % keys];
      if (group == nullptr) group = std::make_unique<Group>(count, mean);
      group->count.Add(at, {Value::Missing(), at, true});
      group->mean.Add(at, {Value::Float(static_cast<double>(at % 1000)), at, true});
      group->count.Result(at, &arena);
      group->mean.Result(at, &arena);
    }
    const double seconds = SecondsSince(begin);
    std::uint64_t bytes = 0;
    for (const auto& [key, group] : groups) bytes += group->count.bytes() + group->mean.bytes();
    std::printf("| %llu | %.0f | %llu |\n", static_cast<unsigned long long>(keys),
                static_cast<double>(events) / seconds,
                static_cast<unsigned long long>(bytes / groups.size()));
  }
}

bool Memory() {
  std::printf("\nthe most bytes over 10,000,000 events in one window\n\n| aggregate | KiB |\n|---|---|\n");
  bool fits = true;
  for (const Row& row : kRows) {
    const Spec spec = SpecOf(row, std::int64_t{1} << 40);
    WindowAggregate aggregate(spec);
    std::uint64_t random = 1, most = 0;
    for (std::int64_t at = 0; at < 10000000; ++at) {
      Sample sample = SampleOf(row, at, &random);
      if (row.kind == Kind::kMin || row.kind == Kind::kDistinct || row.kind == Kind::kTop) {
        sample.value = Value::Int(at);  // the worst: values that grow, all different
      }
      aggregate.Add(at, sample);
      if (at % 4096 == 0) most = std::max(most, aggregate.bytes());
    }
    constexpr std::uint64_t kLimit = 40 * 1024 * 1024;
    fits = fits && most <= kLimit;
    std::printf("| %s | %llu%s |\n", row.name, static_cast<unsigned long long>(most / 1024),
                most <= kLimit ? "" : " TOO MANY");
    std::fflush(stdout);
  }
  return fits;
}

}  // namespace
}  // namespace faultline::aggregate

int main(int argc, char** argv) {
  const auto asked = [&](const char* what) { return argc < 2 || std::strcmp(argv[1], what) == 0; };
  if (asked("curve")) faultline::aggregate::Curve();
  if (asked("keys")) faultline::aggregate::Keys();
  return asked("memory") && !faultline::aggregate::Memory() ? 1 : 0;
}
