// Fuzzes the regex library: an input is a line of flags, a line with the pattern, and the text.
//
// Whatever the pattern, parsing ends with a tree or an error whose place lies in the pattern; a tree prints
// as text that parses to an equal tree; and all engines find what the Pike VM finds.
#include "support/regex/utf8.h"
#include "tests/oracle/regex/all_engines.h"

#include <cstdio>
#include <cstdlib>

namespace faultline::regex::testing {
namespace {

constexpr size_t kMaxPattern = 300;
constexpr size_t kMaxText = 400;
constexpr uint32_t kMaxInsts = 3'000;

void Require(bool condition, std::string_view what, std::string_view pattern, std::string_view text) {
  if (condition) return;
  fmt::print(stderr, "{}: pattern `{}` text `{}`\n", what, pattern, text);
  std::abort();
}

void CheckLiterals(const NodePtr& node, std::string_view text, Span match, std::string_view pattern) {
  const std::string_view matched =
      text.substr(static_cast<size_t>(match.begin), static_cast<size_t>(match.end - match.begin));
  auto contains = [](std::string_view whole, const SearchLiteral& literal, bool at_start) {
    std::string lower(whole);
    if (literal.fold) {
      for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return at_start ? lower.starts_with(literal.text) : lower.find(literal.text) != std::string::npos;
  };
  const LiteralSet required = RequiredLiterals(node);
  bool found = required.empty();
  for (const SearchLiteral& literal : required) found = found || contains(matched, literal, false);
  Require(found, "a match without a required literal", pattern, text);
  const LiteralSet prefixes = PrefixLiterals(node);
  found = prefixes.empty();
  for (const SearchLiteral& literal : prefixes) found = found || contains(matched, literal, true);
  Require(found, "a match without one of the prefixes", pattern, text);
  const LengthBounds length = MatchLength(node);
  Require(length.min <= matched.size() && matched.size() <= length.max, "length bounds", pattern, text);
  if (!matched.empty()) {
    Require(FirstBytes(node)[static_cast<uint8_t>(matched[0])], "first bytes", pattern, text);
  }
}

void Run(std::string_view input) {
  const size_t flags_end = std::min(input.find('\n'), input.size());
  const Flags flags = ParseFlags(input.substr(0, flags_end)).value_or(Flags{});
  input.remove_prefix(std::min(flags_end + 1, input.size()));
  const size_t pattern_end = std::min(input.find('\n'), input.size());
  const std::string_view pattern = input.substr(0, pattern_end);
  const std::string_view text = input.substr(std::min(pattern_end + 1, input.size())).substr(0, kMaxText);
  if (pattern.size() > kMaxPattern) return;

  Result<NodePtr> node = Parse(pattern, flags);
  if (!node) {
    const Error& error = node.error();
    Require(error.begin <= error.end && error.end <= pattern.size(), "error outside the pattern", pattern,
            text);
    Require(!error.message.empty(), "error without a message", pattern, text);
    return;
  }
  Result<NodePtr> again = Parse(ToString(*node));
  Require(again.ok() && Equal(*node, *again), "printing and parsing disagree", pattern, text);

  const Encoding encoding = IsValidUtf8(text) ? Encoding::kUtf8 : Encoding::kBytes;
  std::optional<AllEngines> engines = AllEngines::Make(*node, encoding, kMaxInsts);
  if (!engines) return;
  for (Anchor anchor : kAnchors) {
    for (size_t from : {size_t{0}, text.size() / 2, text.size()}) {
      const Found expected = engines->Reference(text, from, anchor);
      const std::string wrong = engines->Disagreement(text, from, anchor, expected);
      Require(wrong.empty(), wrong, pattern, text);
      if (expected.matched) CheckLiterals(*node, text, expected.groups[0], pattern);
    }
  }
}

}  // namespace
}  // namespace faultline::regex::testing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  faultline::regex::testing::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
