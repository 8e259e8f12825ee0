// Native patterns against the reference engine (support/regex), over patterns and texts that are small and
// many, hostile ones, long lines, and both modes of text.
#include "ir/interp/interp.h"
#include "tests/unit/jit/support.h"

#include <catch2/catch.hpp>

namespace faultline::jit::testing {
namespace {

struct Compared {
  std::size_t cases = 0;
  std::size_t matches = 0;
  std::size_t differences = 0;
};

std::string ShowSpans(bool found, const std::vector<runtime::CaptureSpan>& spans) {
  std::string text = found ? "" : "no match";
  for (const runtime::CaptureSpan& span : spans) {
    text += found ? " " + std::to_string(span.begin) + "," + std::to_string(span.end) : "";
  }
  return text;
}

// Matches every pattern with every text on both programs, with captures and without.
void Compare(const ir::Module& module, const runtime::Program& reference, const runtime::Program& native,
             const std::vector<std::string>& texts, Compared* compared) {
  auto reference_scratch = reference.NewScratch();
  auto native_scratch = native.NewScratch();
  for (ir::PatternId id = 0; id < module.patterns.size(); ++id) {
    for (const std::string& text : texts) {
      std::vector<runtime::CaptureSpan> wanted(6);
      std::vector<runtime::CaptureSpan> got(6);
      bool found = reference.Match(id, text, wanted, *reference_scratch);
      bool native_found = native.Match(id, text, got, *native_scratch);
      bool native_exists = native.Match(id, text, {}, *native_scratch);
      ++compared->cases;
      compared->matches += found ? 1 : 0;
      if (found != native_found || found != native_exists || (found && wanted != got)) {
        ++compared->differences;
        if (compared->differences <= 10) {
          UNSCOPED_INFO("/" << module.patterns[id].regex << "/" << module.patterns[id].flags << " on "
                            << Catch::Detail::stringify(text.substr(0, 80)) << ": wanted "
                            << ShowSpans(found, wanted) << ", native " << ShowSpans(native_found, got)
                            << (native_exists ? ", exists" : ", does not exist"));
        }
      }
    }
  }
}

Compared CompareAll(const std::vector<PatternText>& patterns, const std::vector<std::string>& texts,
                    const JitOptions& options) {
  auto module = PatternModule(patterns);
  auto reference = ir::MakeInterpreter(module);
  auto native = Native(module, options);
  Compared compared;
  Compare(*module, *reference, *native, texts, &compared);
  return compared;
}

std::vector<std::string> AllTexts(std::string_view alphabet, std::size_t longest) {
  std::vector<std::string> texts{""};
  for (std::size_t from = 0, length = 1; length <= longest; ++length) {
    std::size_t to = texts.size();
    for (; from < to; ++from) {
      for (char c : alphabet) {
        texts.push_back(texts[from] + c);
      }
    }
  }
  return texts;
}

// Every expression over `atoms` with up to `depth` operators.
std::vector<std::string> AllPatterns(const std::vector<std::string>& atoms, int depth) {
  std::vector<std::string> all = atoms;
  std::vector<std::string> last = atoms;
  for (int level = 0; level < depth; ++level) {
    std::vector<std::string> next;
    for (const std::string& inner : last) {
      for (const char* suffix : {"*", "+", "?", "*?", "+?",
                                 "?"
                                 "?",
                                 "{2}"}) {
        next.push_back("(?:" + inner + ")" + suffix);
      }
      next.push_back("(" + inner + ")");
      for (const std::string& atom : atoms) {
        next.push_back(inner + atom);
        next.push_back("(?:" + inner + "|" + atom + ")");
        next.push_back("(?:" + atom + "|" + inner + ")");
      }
    }
    all.insert(all.end(), next.begin(), next.end());
    last = next;
  }
  return all;
}

std::vector<PatternText> WithoutFlags(const std::vector<std::string>& patterns) {
  std::vector<PatternText> all;
  for (const std::string& pattern : patterns) {
    all.push_back({pattern, ""});
  }
  return all;
}

const std::vector<PatternText>& Chosen() {
  static const std::vector<PatternText> patterns = {
      {"", ""},
      {"^", ""},
      {"$", ""},
      {"^$", ""},
      {"^a*$", ""},
      {"a", ""},
      {"error", ""},
      {"error", "i"},
      {"(?:a*)*", ""},
      {"(a*)*", ""},
      {"(a*)+", ""},
      {"(a*)*b", ""},
      {"(a|b)*?c", ""},
      {"(?:a|b*)*", ""},
      {"((a)|(b))*", ""},
      {"(a+)(b+)", ""},
      {"(a+?)(a*)", ""},
      {"(a?"
       "?)(ab)?",
       ""},
      {"(a|ab)(c|bcd)(d*)", ""},
      {"x{2,5}", ""},
      {"(x{2,5}?)y", ""},
      {"(?:x{0,3}){2}", ""},
      {"\\bfoo\\b", ""},
      {"\\Bfoo\\B", ""},
      {"\\b", ""},
      {"\\B", ""},
      {"(?m)^a", ""},
      {"(?m)a$", ""},
      {"(?m)^$", ""},
      {"(?m)^.*$", ""},
      {"(?s).*", ""},
      {".*", ""},
      {"(.*)(.+)", ""},
      {"[^a]", ""},
      {"[^a]+b", ""},
      {"\\pL+", ""},
      {"\\p{Greek}(.)", ""},
      {"[^\\x00-\\x7f]+", ""},
      {"\\w+\\s\\w+", "u"},
      {"\\bä\\b", "u"},
      {"\\B.\\B", "u"},
      {"straße", "iu"},
      {"k+", "iu"},
      {"K", "i"},
      {"[a-f0-9]{8}", "i"},
      {"[@A-Z\\[]+", "i"},
      {"(\\S+?)@(v\\d+\\.\\d+\\.\\d+): (checksum) mismatch", ""},
      {"verifying (?P<module>[^ \\t]+?)@(?P<version>v[0-9.]+)", ""},
      {"(?P<file>[^:]+):(?P<line>[0-9]+):(?P<column>[0-9]+): (?P<what>.*)", ""},
      {"^([A-Za-z]+) +([0-9]+)$", ""},
      {"(?:(?:a|b)|(?:c|d))+e", ""},
      {"(?:ab|cd|ef|gh)+(?:ij|kl)", ""},
      {"(aaaa|aaa|aa|a)(aa|a)$", ""},
      {"(?:a?){12}a{12}", ""},
      {"(?:a*){8}b", ""},
      {"[^\\n]*\\n", ""},
      {"\\x00", ""},
      {"\\x{FF}", ""},
      {"\\C", ""},
      {"(?i)WARN(?:ING)?|ERR(?:OR)?|FATAL", ""},
      {"abcdefghijklmnop", ""},
      {"abcdefgh(.)ijklmnop", ""},
      {"(abc|abd|abe|xyz)\\d", ""},
      {"panic: (.+)", ""},
      {"a.b.c", "s"},
  };
  return patterns;
}

const std::vector<std::string>& ChosenTexts() {
  static const std::vector<std::string> texts = [] {
    std::vector<std::string> all = {
        "",
        "a",
        "aaa",
        "ab",
        "abc",
        "abcd",
        "bbb",
        "xxxxxxx",
        "xxy",
        "foo",
        "a foo b",
        "foobar foo",
        "xfoox",
        "a\na\n",
        "\n",
        "\n\n",
        "a\r\nb",
        "ERROR: x",
        "an Error here",
        "äöü",
        "aä b",
        "ä",
        "Αλφα β",
        "STRASSE STRAẞE straße",
        "\xe2\x84\xaa k K",  // the Kelvin sign folds to k
        "go: verifying github.com/a/b@v1.2.3: checksum mismatch",
        "cmd/api/x.go:12:7: undefined: Foo",
        "abc   42",
        "deadBEEF00",
        "@AZ[z",
        "abcdefghijklmnop",
        "abcdefgh!ijklmnop",
        "panic: runtime error",
        "ababcdefghij",
        "abd7",
        std::string("nul\0byte", 8),
        std::string("\0", 1),
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    };
    // The same and more where they are not UTF-8.
    std::size_t valid = all.size();
    for (std::size_t i = 0; i < valid; ++i) {
      all.push_back(all[i] + "\xff");
      all.push_back("\xc3" + all[i]);
    }
    for (const char* bytes :
         {"\xff", "\xc3", "\xe2\x84", "\xed\xa0\x80", "\xc0\x80", "\xf8\x88\x80\x80\x80", "a\x80z"}) {
      all.push_back(bytes);
    }
    return all;
  }();
  return texts;
}

}  // namespace

TEST_CASE("chosen patterns give the reference's captures at every optimisation", "[patterns]") {
  for (int optimisation : {0, 1, 2}) {
    std::vector<PatternText> patterns;
    for (const PatternText& pattern : Chosen()) {
      // Unicode classes are thousands of instructions: once is enough of compiling them.
      if (optimisation == 0 ||
          (pattern.flags.find('u') == std::string::npos && pattern.regex.find("\\p") == std::string::npos)) {
        patterns.push_back(pattern);
      }
    }
    Compared compared = CompareAll(patterns, ChosenTexts(), Options(optimisation));
    WARN("O" << optimisation << ": " << patterns.size() << " patterns, " << ChosenTexts().size() << " texts, "
             << compared.cases << " cases, " << compared.matches << " matches, " << compared.differences
             << " differences");
    CHECK(compared.differences == 0);
    CHECK(compared.matches > 500);
  }
}

TEST_CASE("small patterns over small texts give the reference's captures", "[patterns]") {
  // Deep enough for loops of loops with captures and empty bodies.
  std::vector<std::string> patterns = AllPatterns({"a", "b", "(a)", "^", "$", "\\b", ""}, 1);
  std::vector<std::string> deeper = AllPatterns({"a", "b"}, 2);
  patterns.insert(patterns.end(), deeper.begin(), deeper.end());
  std::vector<std::string> texts = AllTexts("ab ", 5);
  Compared compared = CompareAll(WithoutFlags(patterns), texts, Options(0));
  WARN(patterns.size() << " patterns, " << texts.size() << " texts, " << compared.cases << " cases, "
                       << compared.matches << " matches, " << compared.differences << " differences");
  CHECK(compared.differences == 0);
}

TEST_CASE("long lines match in bounded memory", "[patterns]") {
  std::vector<std::string> texts;
  for (std::size_t size : {4096u, 65536u, 300000u}) {
    texts.push_back(std::string(size, 'a'));
    texts.push_back(std::string(size, 'a') + "b");
    texts.push_back(std::string(size / 2, 'a') + ":12:7: " + std::string(size / 2, 'x'));
    std::string words;
    while (words.size() < size) {
      words += "some words, 12:34 and ünïcode ";
    }
    texts.push_back(words);
    texts.push_back(words + "\xff");
  }
  std::vector<PatternText> patterns = {
      {"(a*)*b", ""},      {"(?:a|a)*c", ""}, {"(.*)(.*)x", ""}, {"([^:]+):([0-9]+):([0-9]+): (.*)", ""},
      {"(\\pL+ ?)+$", ""}, {"(a+)+$", ""},    {".*?b", ""},      {"(?:a*a*)*$", ""},
  };
  Compared native = CompareAll(patterns, texts, Options(0));
  CHECK(native.differences == 0);
  // With no room for the visited bits everything runs from tables: the same results.
  JitOptions small = Options(0);
  small.max_visited_bytes = 0;
  Compared tables = CompareAll(patterns, texts, small);
  WARN(native.cases << " long cases, " << native.matches << " matches; from tables " << tables.matches);
  CHECK(tables.differences == 0);
  CHECK(tables.matches == native.matches);
}

TEST_CASE("the table engine gives the reference's captures", "[patterns]") {
  JitOptions options = Options(0);
  options.max_native_instructions = 0;
  Compared compared = CompareAll(Chosen(), ChosenTexts(), options);
  CHECK(compared.differences == 0);
  CHECK(compared.matches > 500);
}

TEST_CASE("a pattern that is too large says so, and is an error where native code is required",
          "[patterns]") {
  auto module = PatternModule({{"a", ""}, {"(?:[a-z]{3}x){300}", ""}});
  JitOptions options = Options(0);
  options.max_native_instructions = 1000;
  auto native = Native(module, options);
  CHECK(native->HowRuns(0) == "native");
  CHECK(std::string(native->HowRuns(1)).find("tables: ") == 0);
  options.require_native = true;
  NativeResult refused = MakeNativeProgram(module, options);
  CHECK(refused.program == nullptr);
  CHECK(refused.error.find("pattern1") != std::string::npos);
}

}  // namespace faultline::jit::testing
