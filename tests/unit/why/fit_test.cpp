// How far patterns come in texts that they do not match.
#include "runtime/why/fit.h"

#include <catch2/catch.hpp>
#include <string>

namespace faultline::why {
namespace {

Fit FitOf(const std::string& regex, const std::string& text, std::vector<std::string> names = {}) {
  ir::Module module;
  ir::Pattern pattern;
  pattern.regex = regex;
  pattern.captures = std::move(names);
  module.patterns.push_back(pattern);
  PatternFitter fitter(module);
  return fitter.Furthest(0, text);
}

TEST_CASE("the longest beginning and what is wanted behind it") {
  const Fit fit = FitOf("value[\\t ]+([0-9]+) of", "a value 12 or", {"n"});
  CHECK(fit.matched == "value {n} o");
  CHECK(fit.expected == "f");
  CHECK(fit.found == "r");
  CHECK(fit.begin == 2);
  CHECK(fit.end == 12);
}

TEST_CASE("a hole that does not fit") {
  const Fit fit = FitOf("value[\\t ]+([0-9]+)", "value x", {"n"});
  CHECK(fit.matched == "value ");
  CHECK(fit.expected == "{n}");
  CHECK(fit.found == "x");
}

TEST_CASE("the text ends") {
  const Fit fit = FitOf("checksum[\\t ]+mismatch", "checksum");
  CHECK(fit.matched == "checksum");
  CHECK(fit.expected == " mismatch");
  CHECK(fit.found.empty());
}

TEST_CASE("too little of the pattern's own says nothing") {
  CHECK(FitOf("value", "va").pieces == 0);
  CHECK(FitOf("value", "val").pieces == 3);
  CHECK(FitOf("value", "").pieces == 0);
  CHECK(FitOf("([a-z]+)[0-9]", "abc", {"x"}).pieces == 0);
}

TEST_CASE("a text that stands elsewhere than at the begin") {
  const Fit fit = FitOf("\\Apanic:", "x panic: y");
  CHECK(fit.not_at_begin);
  CHECK(fit.pieces == fit.of);
  CHECK_FALSE(FitOf("\\Apanic: no", "panic: yes").not_at_begin);
}

TEST_CASE("characters of several bytes are pieces, and never cut") {
  const Fit fit = FitOf("größe", "gröber");
  CHECK(fit.matched == "grö");
  CHECK(fit.expected == "ße");
  CHECK(fit.found == "ber");
  std::string text = "key=";
  for (int i = 0; i < 40; ++i) text += "ä";
  CHECK(FitOf("key=1", text).found.size() == 60);
}

TEST_CASE("case is folded as the pattern says") {
  ir::Module module;
  ir::Pattern pattern;
  pattern.regex = "error: x";
  pattern.flags = "i";
  module.patterns.push_back(pattern);
  PatternFitter fitter(module);
  CHECK(fitter.Furthest(0, "ERROR: y").pieces == 7);
  CHECK(fitter.ComesFurther(0, "ERROR: y", 6));
  CHECK_FALSE(fitter.ComesFurther(0, "ERROR: y", 7));
}

TEST_CASE("bytes that are no text, and long texts") {
  CHECK(FitOf("begin end", "begin \xff\xfe").matched == "begin ");
  const std::string longer(200'000, 'a');
  CHECK(FitOf("aaab", longer).matched == "aaa");
}

TEST_CASE("what is no regex fits nowhere") {
  CHECK(FitOf("(", "(((").pieces == 0);
}

}  // namespace
}  // namespace faultline::why
