// JSON and logfmt.
#include "runtime/decode/json.h"

#include "runtime/decode/logfmt.h"

#include <catch2/catch.hpp>
#include <random>
#include <simdjson.h>

namespace faultline::runtime {
namespace {

// A value as text that shows its kind.
std::string Show(const Value& value) {
  switch (value.kind) {
    case ValueKind::kMissing:
      return "-";
    case ValueKind::kBool:
      return value.integer != 0 ? "true" : "false";
    case ValueKind::kInt:
      return std::to_string(value.integer);
    case ValueKind::kFloat: {
      char buffer[32];
      snprintf(buffer, sizeof buffer, "%.17g", value.real);
      return std::string("f") + buffer;
    }
    case ValueKind::kText:
      return "'" + std::string(value.AsText()) + "'";
    case ValueKind::kLevel:
      return "level " + std::to_string(value.integer);
    case ValueKind::kList: {
      std::string out = "[";
      for (std::uint32_t i = 0; i < value.size; ++i) out += (i > 0 ? ", " : "") + Show(value.items[i]);
      return out + "]";
    }
    case ValueKind::kMap: {
      std::string out = "{";
      for (std::uint32_t i = 0; i < value.size; ++i) {
        out += (i > 0 ? ", " : "") + Show(value.items[2 * i]) + ": " + Show(value.items[2 * i + 1]);
      }
      return out + "}";
    }
    default:
      return "?";
  }
}

std::string Json(std::string_view text) {
  JsonDocument document;
  if (!document.Parse(text)) return "invalid";
  Arena arena;
  return Show(document.ToValue(0, arena));
}

std::string At(std::string_view text, std::vector<std::string> path,
               const lang::Type& type = lang::TypeKind::kAny) {
  JsonDocument document;
  if (!document.Parse(text)) return "invalid";
  Arena arena;
  std::vector<JsonDocument::NodeId> nodes;
  document.Find(0, path, false, nodes);
  std::string out;
  for (const auto node : nodes) out += (out.empty() ? "" : " ") + Show(document.ToTyped(node, type, arena));
  return out;
}

TEST_CASE("JSON values keep their type") {
  CHECK(Json(R"({"a": 1, "b": -2.5, "c": "x", "d": [true, false, null], "e": {}})") ==
        "{'a': 1, 'b': f-2.5, 'c': 'x', 'd': [true, false, -], 'e': {}}");
  CHECK(Json("9223372036854775807") == "9223372036854775807");
  CHECK(Json("-9223372036854775808") == "-9223372036854775808");
  CHECK(Json("9223372036854775808") == "'9223372036854775808'");  // beyond 64 bits: text, nothing is lost
  CHECK(Json("1e3") == "f1000");
  CHECK(Json("1e999") == "'1e999'");
  CHECK(Json("-0") == "0");
  CHECK(Json("null") == "-");
}

TEST_CASE("strings are unescaped, and bytes that are not UTF-8 are kept") {
  CHECK(Json(R"("a\"b\\c\/d\b\f\n\r\tA\u00e9\u20ac")") == "'a\"b\\c/d\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC'");
  CHECK(Json(R"("\ud83d\ude00")") == "'\xF0\x9F\x98\x80'");
  CHECK(Json(R"("\ud83d x")") == "'\xEF\xBF\xBD x'");
  CHECK(Json("\"caf\xE9\"") == "'caf\xE9'");
  CHECK(Json("\"tab\there\"") == "'tab\there'");
}

TEST_CASE("what is not JSON is not JSON") {
  for (const std::string_view text :
       {"",      "{",       "}",           "{]",       "[1,]",  "{\"a\"}",   "{\"a\":}", "{\"a\":1,}",
        "{a:1}", "'x'",     "01",          "1.",       ".5",    "+1",        "1e",       "nul",
        "\"x",   "\"\\x\"", "\"\\u12g4\"", "\"a\nb\"", "[1 2]", "{\"a\" 1}", "tru",      "-"}) {
    INFO(text);
    CHECK(Json(text) == "invalid");
  }
}

TEST_CASE("of equal keys the last counts") {
  CHECK(Json(R"({"a": 1, "b": 2, "a": 3})") == "{'b': 2, 'a': 3}");
  CHECK(At(R"({"a": 1, "a": 3})", {"a"}) == "3");
  CHECK(At(R"({"a": {"x": 1}, "\u0061": {"x": 2}})", {"a", "x"}) == "2");
}

TEST_CASE("paths: nested, exact keys with dots, through arrays, by index") {
  const std::string_view text =
      R"({"http": {"status": 500}, "http.status": 404, "s": [{"n": 1}, {"n": 2}], "m": [[1, 2], [3]]})";
  CHECK(At(text, {"http", "status"}) == "500");
  CHECK(At(text, {"http.status"}) == "404");
  CHECK(At(text, {"s", "n"}) == "1 2");
  CHECK(At(text, {"s[]", "n"}) == "1 2");
  CHECK(At(text, {"s", "1", "n"}) == "2");
  CHECK(At(text, {"m"}) == "[[1, 2], [3]]");
  CHECK(At(text, {"none"}).empty());
  CHECK(At(text, {"http", "status", "deeper"}).empty());
}

TEST_CASE("values are made to fit the field's type, or are missing") {
  const std::string_view text =
      R"({"n": 5, "s": "17", "f": 1.5, "b": true, "l": [1, "2", {}], "o": {"k": 1}, "z": null, "level": "WARN"})";
  CHECK(At(text, {"n"}, lang::TypeKind::kText) == "'5'");
  CHECK(At(text, {"s"}, lang::TypeKind::kInt) == "17");
  CHECK(At(text, {"f"}, lang::TypeKind::kInt) == "-");
  CHECK(At(text, {"n"}, lang::TypeKind::kFloat) == "f5");
  CHECK(At(text, {"b"}, lang::TypeKind::kBool) == "true");
  CHECK(At(text, {"s"}, lang::TypeKind::kBool) == "-");
  CHECK(At(text, {"o"}, lang::TypeKind::kText) == "'{\"k\": 1}'");
  CHECK(At(text, {"o"}, lang::TypeKind::kMap) == "{'k': 1}");
  CHECK(At(text, {"n"}, lang::TypeKind::kMap) == "-");
  CHECK(At(text, {"l"}, lang::Type::List(lang::TypeKind::kInt)) == "[1, 2, -]");
  CHECK(At(text, {"z"}, lang::TypeKind::kText) == "-");
  CHECK(At(text, {"level"}, lang::TypeKind::kLevel) == "level 3");
  CHECK(At(text, {"s"}, lang::TypeKind::kTime) == "-");
}

TEST_CASE("numbers can be had as they are spelled") {
  JsonDocument document;
  REQUIRE(document.Parse(R"([1700000000.123456789, 12345678901234567890, true, "x", null])"));
  Arena arena;
  std::string out;
  for (JsonDocument::NodeId node = 1; node < document.nodes().size(); ++node) {
    out += Show(document.ToSpelledValue(node, arena)) + " ";
  }
  CHECK(out == "'1700000000.123456789' '12345678901234567890' 'true' 'x' - ");
}

TEST_CASE("a document can come line by line, cut at any place where a newline may stand") {
  const std::string text = "{\n\"a\"\n:\n[\n1\n,\n{\n\"b\"\n:\nnull\n}\n]\n,\n\"c\"\n:\n\"x y\"\n}";
  JsonDocument document;
  document.Start();
  std::size_t steps = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', end + 1)) {
    REQUIRE(document.Continue(std::string_view(text).substr(0, end)) == JsonStatus::kIncomplete);
    ++steps;
  }
  REQUIRE(document.Continue(text) == JsonStatus::kComplete);
  CHECK(steps == 16);
  Arena arena;
  CHECK(Show(document.ToValue(0, arena)) == "{'a': [1, {'b': -}], 'c': 'x y'}");
}

TEST_CASE("depth is bounded") {
  CHECK(Json(std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']')) != "invalid");
  CHECK(Json(std::string(kMaxJsonDepth + 1, '[') + std::string(kMaxJsonDepth + 1, ']')) == "invalid");
  CHECK(Json(std::string(1 << 20, '[')) == "invalid");
}

TEST_CASE("the map of an escaped string") {
  JsonDocument document;
  const std::string_view text = R"(["a\n\u00e9b"])";
  REQUIRE(document.Parse(text));
  Arena arena;
  std::vector<OffsetRun> runs;
  const std::string_view value = document.String(1, arena, runs);
  REQUIRE(value ==
          "a\n\xC3\xA9"
          "b");
  CHECK(ToRaw(runs, 0) == 2);
  CHECK(ToRaw(runs, 1) == 3);   // \n
  CHECK(ToRaw(runs, 2) == 5);   // \u00e9
  CHECK(ToRaw(runs, 4) == 11);  // b
}

// simdjson is the oracle for what is JSON. Known differences, all on purpose: bytes that are not UTF-8 and
// control bytes inside strings are taken here, numbers beyond 64 bits or a double too, and depth ends
// earlier.
TEST_CASE("simdjson agrees about what is JSON") {
  std::mt19937 random(3);
  const std::string_view pieces[] = {"{",     "}",       "[", "]",           ",",       ":",
                                     "\"a\"", "\"\"",    "1", "-0.5e3 ",     "true",    "null",
                                     " ",     "\"\\n\"", "0", "\"\\u0041\"", "{\"k\":", "[1,"};
  simdjson::dom::parser parser;
  std::size_t valid = 0;
  for (int round = 0; round < 40000; ++round) {
    std::string text;
    const std::size_t count = 1 + random() % 9;
    for (std::size_t i = 0; i < count; ++i) text += pieces[random() % std::size(pieces)];
    JsonDocument document;
    const bool ours =
        document.Parse(text) && text.find_first_not_of(" ", document.position()) == std::string::npos;
    const bool theirs = parser.parse(simdjson::padded_string(text)).error() == simdjson::SUCCESS;
    INFO(text);
    REQUIRE(ours == theirs);
    valid += ours ? 1 : 0;
  }
  CHECK(valid > 500);
}

std::string Logfmt(std::string_view text) {
  std::vector<LogfmtPair> pairs;
  if (!ParseLogfmt(text, pairs)) return "invalid";
  std::string out;
  for (const LogfmtPair& pair : pairs) {
    std::string value;
    UnescapeGo(pair.value, value);
    out += (out.empty() ? "" : "|") + std::string(pair.key) +
           (pair.has_value ? "=" + (pair.escaped ? value : std::string(pair.value)) : "");
  }
  return out + (LooksLikeLogfmt(pairs) ? "" : " (prose)");
}

TEST_CASE("logfmt: quoted values, escapes, bare keys") {
  CHECK(Logfmt("ts=2026-01-02T03:04:05Z level=info msg=\"hello world\" n=5") ==
        "ts=2026-01-02T03:04:05Z|level=info|msg=hello world|n=5");
  CHECK(Logfmt(R"(a="say \"hi\"\n\t\\ \x41\u00e9\101" b=)") ==
        "a=say \"hi\"\n\t\\ A\xC3\xA9"
        "A|b=");
  CHECK(Logfmt("a=1 b=2 flag") == "a=1|b=2|flag");
  CHECK(Logfmt("a=b=c d=e\tf=\"\"") == "a=b=c|d=e|f=");
  CHECK(Logfmt("  a=1   b=2  ") == "a=1|b=2");
  CHECK(Logfmt("http.status=500 user-agent=\"x\"") == "http.status=500|user-agent=x");
  CHECK(Logfmt("a=\"open") == "invalid");
  CHECK(Logfmt("a=\"x\"y b=1") == "invalid");
  CHECK(Logfmt("=x") == "invalid");
  CHECK(Logfmt("\"quoted\"=x") == "invalid");
}

TEST_CASE("prose with an equals sign is not logfmt") {
  CHECK(Logfmt("hello world") == "hello|world (prose)");
  CHECK(Logfmt("GOFLAGS=-mod=mod go build ./...") == "GOFLAGS=-mod=mod|go|build|./... (prose)");
  CHECK(Logfmt("A=1") == "A=1 (prose)");
  CHECK(Logfmt("x a=1 b=2") == "x|a=1|b=2 (prose)");
}

}  // namespace
}  // namespace faultline::runtime
