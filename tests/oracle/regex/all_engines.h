// AllEngines: one expression in every engine of ours, and whether they agree.
//
// The oracles compare with an expectation from another library, the fuzzer with the Pike VM. Header only, so
// that both can use it without a library of test code.
#pragma once

#include "support/regex/bit_state.h"
#include "support/regex/full_dfa.h"
#include "support/regex/lazy_dfa.h"
#include "support/regex/one_pass.h"
#include "support/regex/pike.h"
#include "support/regex/search.h"
#include "support/regex/simplify.h"
#include "support/regex/syntax.h"

#include <array>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::regex::testing {

// A match with its groups, or none.
struct Found {
  bool matched = false;
  std::vector<Span> groups;
  friend bool operator==(const Found&, const Found&) = default;
};

inline std::string Describe(const Found& found) {
  if (!found.matched) return "no match";
  std::string out;
  for (const Span& span : found.groups) out += fmt::format("({},{})", span.begin, span.end);
  return out;
}

inline constexpr std::array kAnchors = {Anchor::kNone, Anchor::kStart, Anchor::kBoth};

class AllEngines {
 public:
  // Nothing if the tree needs more than `max_insts` instructions.
  static std::optional<AllEngines> Make(const NodePtr& node, Encoding encoding, uint32_t max_insts = 10'000) {
    Result<Regex> front = Regex::FromTree(node, {.max_insts = max_insts});
    Result<ProgPtr> plain = Compile(node, {.encoding = encoding, .max_insts = max_insts});
    if (!front || !plain) return std::nullopt;
    return AllEngines(*plain, *front, encoding);
  }

  // The reference: the Pike VM on the tree as it was written.
  Found Reference(std::string_view text, size_t from, Anchor anchor) {
    Found found{.matched = false, .groups = std::vector<Span>(num_groups())};
    found.matched = PikeSearch(*plain_, text, from, anchor, found.groups, pike_);
    if (!found.matched) found.groups.clear();
    return found;
  }

  // The first engine that does not find `expected`, with what it found; empty if all agree.
  std::string Disagreement(std::string_view text, size_t from, Anchor anchor, const Found& expected) {
    if (Found pike = Reference(text, from, anchor); pike != expected) return "pike: " + Describe(pike);
    std::string wrong = CheckDfas(text, from, anchor, expected);
    if (!wrong.empty()) return wrong;
    wrong = CheckCaptures(*plain_, plain_one_pass_, "", text, from, anchor, expected);
    if (!wrong.empty()) return wrong;
    const Prog& simple = *front_.prog(encoding_);
    wrong = CheckCaptures(simple, simple_one_pass_, "simplified ", text, from, anchor, expected);
    if (!wrong.empty()) return wrong;
    Found pike{.matched = false, .groups = std::vector<Span>(num_groups())};
    pike.matched = PikeSearch(simple, text, from, anchor, pike.groups, pike_);
    if (!pike.matched) pike.groups.clear();
    if (pike != expected) return "simplified pike: " + Describe(pike);
    return CheckFront(text, from, anchor, expected);
  }

  size_t num_groups() const { return static_cast<size_t>(plain_->num_groups()); }
  bool has_one_pass() const { return plain_one_pass_.has_value(); }
  bool has_full_dfa() const { return full_[0].has_value(); }

 private:
  AllEngines(ProgPtr plain, Regex front, Encoding encoding)
      : plain_(std::move(plain)), front_(std::move(front)), encoding_(encoding) {
    for (size_t i = 0; i < kAnchors.size(); ++i) {
      lazy_[i] = std::make_unique<LazyDfa>(plain_, kAnchors[i]);
      small_lazy_[i] =
          std::make_unique<LazyDfa>(plain_, kAnchors[i], 600);  // forced to start anew all the time
      full_[i] = BuildDfa(*plain_, 300, kAnchors[i]);
    }
    plain_one_pass_ = OnePass::Build(*plain_);
    simple_one_pass_ = OnePass::Build(*front_.prog(encoding));
  }

  std::string CheckDfas(std::string_view text, size_t from, Anchor anchor, const Found& expected) {
    const size_t which = static_cast<size_t>(anchor);
    const Answer yes_or_no = expected.matched ? Answer::kYes : Answer::kNo;
    for (LazyDfa* dfa : {lazy_[which].get(), small_lazy_[which].get()}) {
      const LazyDfa::Found found = dfa->FindEnd(text, from);
      if (found.answer != Answer::kUnknown) {
        if (found.answer != yes_or_no) return "lazy dfa: wrong answer";
        if (expected.matched && found.end != static_cast<size_t>(expected.groups[0].end)) {
          return fmt::format("lazy dfa: match ends at {}", found.end);
        }
      }
      const Answer exists = dfa->Exists(text, from);
      if (exists != Answer::kUnknown && exists != yes_or_no) return "lazy dfa: wrong existence";
    }
    if (full_[which]) {
      const Answer exists = full_[which]->Exists(text, from);
      if (exists != Answer::kUnknown && exists != yes_or_no) return "full dfa: wrong existence";
    }
    return {};
  }

  std::string CheckCaptures(const Prog& prog, const std::optional<OnePass>& one_pass, std::string_view kind,
                            std::string_view text, size_t from, Anchor anchor, const Found& expected) {
    Found found{.matched = false, .groups = std::vector<Span>(num_groups())};
    if (from <= text.size() && BitStateFits(prog, text.size() - from)) {
      found.matched = BitStateSearch(prog, text, from, anchor, found.groups, bit_state_);
      if (!found.matched) found.groups.clear();
      if (found != expected) return fmt::format("{}bit-state: {}", kind, Describe(found));
    }
    if (one_pass && (anchor != Anchor::kNone || prog.anchored_start())) {
      found.groups.assign(num_groups(), Span{});
      found.matched = one_pass->Search(prog, text, from, anchor, found.groups);
      if (!found.matched) found.groups.clear();
      if (found != expected) return fmt::format("{}one-pass: {}", kind, Describe(found));
    }
    return {};
  }

  std::string CheckFront(std::string_view text, size_t from, Anchor anchor, const Found& expected) {
    const TextKind kind = encoding_ == Encoding::kUtf8 ? TextKind::kUtf8 : TextKind::kBytes;
    Found found{.matched = false, .groups = std::vector<Span>(num_groups())};
    found.matched = Search(front_, text, from, anchor, found.groups, scratch_, kind);
    if (!found.matched) found.groups.clear();
    if (found != expected) return "search: " + Describe(found);
    if (Search(front_, text, from, anchor, {}, scratch_, kind) != expected.matched)
      return "search: wrong existence";
    return {};
  }

  ProgPtr plain_;
  Regex front_;
  Encoding encoding_;
  std::array<std::unique_ptr<LazyDfa>, 3> lazy_;
  std::array<std::unique_ptr<LazyDfa>, 3> small_lazy_;
  std::array<std::optional<Dfa>, 3> full_;
  std::optional<OnePass> plain_one_pass_;
  std::optional<OnePass> simple_one_pass_;
  PikeScratch pike_;
  BitStateScratch bit_state_;
  Scratch scratch_;
};

}  // namespace faultline::regex::testing
