// Generated rules over generated logs, on both back ends: the findings must be the same bytes.
//
// The differential test of functions and patterns (../differential_test.cpp) works on the IR; this one goes
// the whole way that a user's rules go: source text, checker, lowering, passes, engine, JSON. Sources are put
// together from pieces that fit their types, logs from lines that the rules' templates could have printed,
// with boundary values in the holes, and from noise. Everything is decided by the seed.
//
//   differential_rules PLUGIN_DIRECTORY [MODULES] [SEED]
//
// Ends with the counts. A defect that is planted in native code must show as a difference, or the test fails.
#include "ir/interp/interp.h"
#include "jit/loader/native_program.h"
#include "runtime/engine/engine.h"
#include "runtime/report/report.h"
#include "tools/driver/compile.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace faultline;  // NOLINT: a program, not a header

namespace {

struct HoleKind {
  const char* type;
  std::vector<const char*> values;      // what a log may hold, misfits included
  std::vector<const char*> conditions;  // % stands for the name
  std::vector<const char*> derived;     // expressions of any type
};

const std::vector<HoleKind>& Holes() {
  static const std::vector<HoleKind> holes = {
      {"int",
       {"0", "-1", "42", "9223372036854775807", "-9223372036854775808", "99999999999999999999", "+7", "007"},
       {"% > 0", "% + 1 > %", "% * 2 == 84", "% mod 7 == 0", "not (% < 0)", "% in [0, 42, 7]",
        "% between -1 and 50", "% / 2 >= 21", "-% < 5", "% != 42", "abs(%) > 41"},
       {"% + 9223372036854775807", "% * %", "% / (% - %)", "% mod (% - %)", "-%",
        "if % > 10 then \"big\" else \"small\""}},
      {"float",
       {"0.0", "1.5", "-2.25e3", "1e308", "3", ".5"},
       {"% > 1.0", "% * 10.0 < 100.0", "% == 1.5", "% >= 0.5 and % <= 3.0"},
       {"% * 1e300", "% / (% - %)", "round(%)"}},
      {"duration",
       {"0s", "1m30s", "300ms", "2h", "1.5s", "292y", "5 minutes"},
       {"% > 1s", "% < 0", "% + 1s > 90s", "% == 300ms", "% between 1s and 2h", "% * 2 > 1m"},
       {"% + 1h", "% * 3", "% - 10m", "% / 2"}},
      {"bytes",
       {"0B", "64MiB", "2kB", "1.5GiB", "8EiB"},
       {"% > 1MiB", "% == 2kB", "% + 1KiB < 65MiB", "% <= 0"},
       {"% * 2", "% + 1B"}},
      {"semver",
       {"v1.2.3", "v1.2.3-rc.1", "v0.0.0-20200101000000-abcdefabcdef", "v2.0.0+incompatible", "1.9.0"},
       {"% < \"v1.2.3\"", "% >= \"v1.2.3-rc.1\"", "% == \"v2.0.0+incompatible\"", "major(%) > 1"},
       {"major(%)", "minor(%)"}},
      {"ip",
       {"10.1.2.3", "::1", "192.168.0.255"},
       {"% in \"10.0.0.0/8\"", "% == \"::1\"", "% != \"10.1.2.3\""},
       {"%"}},
      {"word",
       {"alpha", "Error", "x_1", "ERR", "a"},
       {"% contains \"rr\"", "% startswith \"e\"i", "% endswith \"a\"", "% == \"error\"i",
        "% matches r\"^[a-z]+$\"", "len(%) > 3", "% in [\"alpha\", \"a\"]"},
       {"upper(%)", "% + \"-\" + %", "len(%)", "lower(%)"}},
      {"hex",
       {"0xff", "deadbeef", "0", "ffffffffffffffffffff"},
       {"hex_int(%) > 100", "len(%) > 3"},
       {"hex_int(%)"}},
  };
  return holes;
}

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::string Module() {
    lines_.clear();
    std::string text = "module gen\n";
    const int rules = 3 + Below(3);
    for (int i = 0; i < rules; ++i) text += Rule(i);
    return text;
  }

  std::string Log() {
    std::string log;
    for (int i = 0; i < 120; ++i) {
      switch (Below(10)) {
        case 0:
          log += "noise without a number\n";
          break;
        case 1:
          log += "\x1b[31mk0 \x1b[0m7 bad \xff\xfe\n";
          break;
        case 2:
          log += "\n";
          break;
        default:
          log += Line(lines_[static_cast<std::size_t>(Below(static_cast<int>(lines_.size())))]) + "\n";
      }
    }
    return log;
  }

 private:
  struct Piece {
    std::string text;  // literal
    const HoleKind* hole = nullptr;
  };
  using Shape = std::vector<Piece>;

  int Below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  template <typename T>
  const T& Pick(const std::vector<T>& values) {
    return values[static_cast<std::size_t>(Below(static_cast<int>(values.size())))];
  }

  static std::string Named(std::string_view text, const std::string& name) {
    std::string out;
    for (const char c : text) {
      if (c == '%') {
        out += name;
      } else {
        out += c;
      }
    }
    return out;
  }

  // A template with its holes' names, and the shape of a line that it matches.
  std::string Template(const std::string& word,
                       const std::vector<std::pair<std::string, const HoleKind*>>& names) {
    Shape shape;
    std::string text = "\"" + word;
    shape.push_back({word, nullptr});
    for (const auto& [name, kind] : names) {
      const char* glue = Pick(std::vector<const char*>{" ", ": ", " = ", ", ", " ["});
      text += std::string(glue) + "{" + name + ":" + kind->type + "}";
      shape.push_back({glue, nullptr});
      shape.push_back({"", kind});
    }
    lines_.push_back(std::move(shape));
    return text + "\"";
  }

  std::string Line(const Shape& shape) {
    std::string line;
    for (const Piece& piece : shape)
      line += piece.hole == nullptr ? piece.text : std::string(Pick(piece.hole->values));
    if (Below(4) == 0) line += " trailing text";
    if (Below(6) == 0) line = "prefix " + line;
    return line;
  }

  std::string Rule(int number) {
    std::vector<std::pair<std::string, const HoleKind*>> names;
    const int holes = 1 + Below(3);
    for (int i = 0; i < holes; ++i) {
      names.emplace_back(std::string(1, static_cast<char>('a' + i)), &Pick(Holes()));
    }
    const std::string word = "k" + std::to_string(number);
    std::string text =
        "rule r" + std::to_string(number) + " {\n  severity warning\n  match " + Template(word, names);
    if (Below(3) == 0) text += " or " + Template(word + "or", names);
    text += "\n";
    if (Below(3) == 0) {
      std::vector<std::pair<std::string, const HoleKind*>> later = {
          {Below(2) == 0 ? names[0].first : "z", names[0].second}};
      const bool join = later[0].first != "z";
      text +=
          "  then " + Template(word + "then", later) + " within " + std::to_string(1 + Below(6)) + " lines\n";
      if (!join) names.push_back(later[0]);
    }
    if (Below(4) == 0)
      text += "  without " + Template(word + "never", {}) + " within " + std::to_string(1 + Below(4)) +
              " lines\n";
    const int conditions = Below(3);
    for (int i = 0; i < conditions; ++i) {
      const auto& [name, kind] = Pick(names);
      const auto& [other, other_kind] = Pick(names);
      text += "  where " + Named(Pick(kind->conditions), name);
      if (Below(2) == 0)
        text += (Below(2) == 0 ? " or " : " and ") + Named(Pick(other_kind->conditions), other);
      text += "\n";
    }
    std::string report;
    int lets = 0;
    for (const auto& [name, kind] : names) {
      report += " {" + name + "}";
      if (Below(2) == 0) {
        const std::string let = "v" + std::to_string(lets++);
        text += "  let " + let + " = " + Named(Pick(kind->derived), name) + "\n";
        report += " {" + let + "}";
      }
    }
    return text + "  report \"" + word + report + "\"\n}\n";
  }

  std::mt19937_64 random_;
  std::vector<Shape> lines_;
};

std::string Findings(std::shared_ptr<const runtime::Program> program, const std::string& log,
                     std::int64_t* count) {
  std::string json;
  runtime::JsonReport report([&](std::string_view text) { json.append(text); });
  runtime::EngineOptions options;
  options.now = 1772366400'000'000'000;
  runtime::Engine engine(std::move(program), options);
  engine.AddSink(&report);
  engine.Run(runtime::MemorySource(log), "generated.log");
  engine.Finish();
  for (const std::int64_t n : engine.summary().findings) *count += n;
  return json;
}

std::shared_ptr<const runtime::Program> Native(std::shared_ptr<const ir::Module> module,
                                               const std::string& plugin, int level, std::uint32_t defect,
                                               std::string* error) {
  jit::JitOptions options;
  options.optimisation = level;
  options.require_native = true;
  options.verify = true;
  options.use_cache = false;
  options.plugin_directory = plugin;
  options.wrong_on_purpose = defect;
  jit::NativeResult result = jit::MakeNativeProgram(std::move(module), options);
  *error = result.error;
  return std::move(result.program);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string plugin = argc > 1 ? argv[1] : "";
  const int modules = argc > 2 ? std::atoi(argv[2]) : 24;
  const std::uint64_t seed = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1;
  int compiled = 0, rules = 0, differences = 0, caught = 0, broken = 0;
  std::int64_t findings = 0, ignored = 0;
  for (int i = 0; i < modules; ++i) {
    Generator generator(seed * 1000 + static_cast<std::uint64_t>(i));
    const std::string source = generator.Module();
    const std::string log = generator.Log();
    driver::CompileOptions options;
    options.lints = false;
    const auto compilation = driver::Compile({{"gen.fault", source, "-r"}}, options);
    if (!compilation->module) {
      ++broken;
      if (broken <= 3) {
        std::printf("does not compile:\n%s", source.c_str());
        for (const Diagnostic& d : compilation->diagnostics) std::printf("  %s\n", d.message.c_str());
      }
      continue;
    }
    ++compiled;
    rules += static_cast<int>(compilation->module->rules.size());
    const std::string wanted = Findings(ir::MakeInterpreter(compilation->module), log, &findings);
    for (const int level : {0, 2}) {
      std::string error;
      const auto native = Native(compilation->module, plugin, level, 0, &error);
      if (!native) {
        std::printf("no native code: %s\n", error.c_str());
        return 1;
      }
      if (Findings(native, log, &ignored) == wanted) continue;
      ++differences;
      std::printf("module %d at O%d differs:\n%s", i, level, source.c_str());
    }
    std::string error;
    const auto defective = Native(compilation->module, plugin, 0, 1, &error);
    if (defective && Findings(defective, log, &ignored) != wanted) ++caught;
  }
  std::printf(
      "%d modules with %d rules, %lld findings, each at O0 and O2: %d differences; %d sources refused; "
      "the planted defect showed in %d modules\n",
      compiled, rules, static_cast<long long>(findings), differences, broken, caught);
  const bool enough = compiled * 10 >= modules * 9 && findings > modules;
  return differences > 0 || caught == 0 || !enough;
}
