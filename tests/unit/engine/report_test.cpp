// The report writers: the JSON contract, what people see, and hostile text in each of them.
#include "runtime/report/report.h"

#include "make_module.h"
#include "runtime/report/escape.h"

#include <catch2/catch.hpp>
#include <string>

namespace faultline::runtime::testing {
namespace {

template <typename Report, typename Options>
std::string Write(const std::vector<std::shared_ptr<Finding>>& findings, const Options& options,
                  RunSummary summary = {}, const std::vector<CauseEdge>& edges = {}) {
  std::string text;
  Report report([&](std::string_view part) { text += part; }, options);
  summary.inputs = std::max<std::int64_t>(summary.inputs, 1);
  for (const auto& finding : findings) {
    ++summary.findings[static_cast<std::size_t>(finding->severity)];
    report.OnFinding(finding);
  }
  report.OnDiagnoses(BuildDiagnoses(std::vector<FindingPtr>(findings.begin(), findings.end()), edges));
  report.OnEnd(summary);
  return text;
}

std::string Human(const std::vector<std::shared_ptr<Finding>>& findings,
                  const HumanReportOptions& options = {}, const RunSummary& summary = {}) {
  return Write<HumanReport>(findings, options, summary);
}
std::string Github(const std::vector<std::shared_ptr<Finding>>& findings,
                   const GithubReportOptions& options = {}) {
  return Write<GithubReport>(findings, options);
}

// Everything a log may try on its reader.
const std::string kHostile =
    "\x1b[2J\x1b]0;owned\a\r\b\x7f\x9b\xc2\x9b"
    "\xe2\x80\xae"
    "evil\xe2\x80\xac \xe2\x81\xa6\xef\xbb\xbf\n::error::x\n##[error]y%0A::set-output name=a::b,c\xff\xfe";

bool HasControl(std::string_view text) {
  for (char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte == 0x7f) return true;
  }
  for (std::string_view hidden :
       {"\xc2\x9b", "\xe2\x80\xae", "\xe2\x80\xac", "\xe2\x81\xa6", "\xef\xbb\xbf"}) {
    if (text.find(hidden) != std::string_view::npos) return true;
  }
  return false;
}

TEST_CASE("json: keys in the order of the contract, absent when there is nothing to say") {
  const auto bare = MakeFindingFor("m.bare", lang::Severity::kNote, "said", 12);
  bare->id = "5f0c";
  CHECK(FindingToJson(*bare) ==
        R"({"kind":"finding","id":"5f0c","rule":"m.bare","severity":"note","message":"said",)"
        R"("location":{"file":"build.log","line":12,"column":1,"end_line":12,"offset":100},"count":1})");

  const auto full = MakeFindingFor("go.modules.checksum_mismatch", lang::Severity::kError, "m \"q\"", 12);
  full->id = "5f0c";
  full->location.end_line = 14;
  full->source = SourcePlace{"cmd/api/x.go", 3, 8};
  full->fields = {
      {"module", lang::Type(lang::TypeKind::kText), Value::Text("github.com/a/b")},
      {"took", lang::Type(lang::TypeKind::kDuration), Value::Integer(ValueKind::kDuration, 1'500'000'000)},
      {"size", lang::Type(lang::TypeKind::kBytes), Value::Integer(ValueKind::kBytes, 65536)}};
  Evidence evidence;
  evidence.file = "build.log";
  evidence.line = 12;
  evidence.text = "line\t1";
  full->evidence = {evidence};
  full->fix = "go mod tidy";
  full->first = Value::Integer(ValueKind::kTime, 1767323045LL * 1'000'000'000);
  full->last = full->first;
  CHECK(
      FindingToJson(*full) ==
      R"({"kind":"finding","id":"5f0c","rule":"go.modules.checksum_mismatch","severity":"error","message":"m \"q\"",)"
      R"("location":{"file":"build.log","line":12,"column":1,"end_line":14,"offset":100},)"
      R"("source":{"file":"cmd/api/x.go","line":3,"column":8},)"
      R"("fields":{"module":"github.com/a/b","took":1.5,"size":65536},)"
      R"("evidence":[{"file":"build.log","line":12,"text":"line\t1"}],)"
      R"("fix":"go mod tidy","count":1,"first":"2026-01-02T03:04:05Z","last":"2026-01-02T03:04:05Z"})");
  CHECK(DiagnosisToJson({full}) == R"({"kind":"diagnosis","root":)" + FindingToJson(*full) + "}");
}

TEST_CASE("json: always valid UTF-8; the bytes stand under raw") {
  const auto finding = MakeFindingFor("m.r", lang::Severity::kError, "bad \xff", 1);
  finding->fields = {{"x", lang::Type(lang::TypeKind::kText), Value::Text("\xc0\xaf")}};
  finding->fix = "rm \xed\xa0\x80";
  Evidence evidence;
  evidence.text = "\xf0\x28";
  finding->evidence = {evidence};
  const std::string json = FindingToJson(*finding);
  CHECK(IsUtf8(json));
  CHECK(json.find(R"("message":"bad )"
                  "\xef\xbf\xbd\"") != std::string::npos);
  CHECK(json.find(R"("raw":"8Cg=")") != std::string::npos);
  CHECK(json.find(R"(,"raw":{"message":"YmFkIP8=","fields":{"x":"wK8="},"fix":"cm0g7aCA"}})") !=
        std::string::npos);
}

TEST_CASE("json: hostile text stays inside its string") {
  const auto finding = MakeFindingFor("m.r", lang::Severity::kError, kHostile, 1);
  const std::string json = Write<JsonReport>({finding}, JsonReportOptions{});
  CHECK(IsUtf8(json));
  CHECK(std::count(json.begin(), json.end(), '\n') == 2);  // the finding and its diagnosis
  for (char c : json) CHECK((static_cast<unsigned char>(c) >= 0x20 || c == '\n'));
}

TEST_CASE("json: one diagnosis for each trouble of level error or above, the worst first") {
  const auto later = MakeFindingFor("m.a", lang::Severity::kError, "same", 9);
  const auto earlier = MakeFindingFor("m.b", lang::Severity::kError, "other", 3);
  const auto again = MakeFindingFor("m.a", lang::Severity::kError, "same", 20);
  const auto worst = MakeFindingFor("m.c", lang::Severity::kCritical, "worst", 30);
  const auto warning = MakeFindingFor("m.d", lang::Severity::kWarning, "mild", 1);
  const std::string text = Write<JsonReport>({later, earlier, again, worst, warning}, JsonReportOptions{});
  std::string expected;
  for (const auto& finding : {later, earlier, again, worst, warning})
    expected += FindingToJson(*finding) + "\n";
  for (const auto& root : {worst, earlier, later}) expected += DiagnosisToJson({root}) + "\n";
  CHECK(text == expected);
  JsonReportOptions none;
  none.diagnoses = false;
  CHECK(Write<JsonReport>({worst}, none) == FindingToJson(*worst) + "\n");
}

std::shared_ptr<Finding> WithLines() {
  const auto finding =
      MakeFindingFor("go.modules.checksum_mismatch", lang::Severity::kError, "wrong sum", 12);
  finding->source = SourcePlace{"cmd/api/x.go", 3, 8};
  finding->fix = "go clean -modcache\ngo mod download";
  Evidence evidence;
  evidence.file = "build.log";
  evidence.line = 12;
  evidence.text = "verifying a: \x1b[31mchecksum\x1b[0m mismatch";
  evidence.mark = 18;
  evidence.mark_size = 8;
  evidence.before = {{10, "go: downloading a"}, {11, ""}};
  evidence.after = {{13, "\tdownloaded: h1:x"}};
  Evidence second;
  second.file = "build.log";
  second.line = 20;
  second.text = "go.sum";
  finding->evidence = {evidence, second};
  return finding;
}

TEST_CASE("human: what is wrong, where, the lines around it, what to do") {
  RunSummary summary;
  summary.inputs = 3;
  summary.lines = 1204;
  CHECK(Human({WithLines()}, {}, summary) ==
        "error: wrong sum\n"
        "  at cmd/api/x.go:3:8\n"
        "  in build.log:12   go.modules.checksum_mismatch\n"
        "\n"
        "    10 | go: downloading a\n"
        "    11 |\n"
        "  > 12 | verifying a: checksum mismatch\n"
        "       |              ^^^^^^^^\n"
        "    13 |     downloaded: h1:x\n"
        "   ...\n"
        "  > 20 | go.sum\n"
        "\n"
        "  to fix it:\n"
        "    go clean -modcache\n"
        "    go mod download\n"
        "\n"
        "1 error in 3 files, 1,204 lines\n");
}

TEST_CASE("human: colour only when asked for") {
  HumanReportOptions colored;
  colored.color = true;
  CHECK(Human({WithLines()}, colored).find("\x1b[1;31merror\x1b[0m: \x1b[1mwrong sum\x1b[0m") == 0);
  CHECK(Human({WithLines()}).find('\x1b') == std::string::npos);
}

TEST_CASE("human: nothing found is said") {
  RunSummary summary;
  summary.lines = 7;
  CHECK(Human({}, {}, summary) == "nothing found in 1 file, 7 lines\n");
}

TEST_CASE("human: equal findings once with a count, the worst first, then by place") {
  const std::string text = Human({MakeFindingFor("m.n", lang::Severity::kNote, "hint", 1),
                                  MakeFindingFor("m.b", lang::Severity::kError, "b", 8),
                                  MakeFindingFor("m.a", lang::Severity::kError, "a", 5),
                                  MakeFindingFor("m.b", lang::Severity::kError, "b", 9),
                                  MakeFindingFor("m.w", lang::Severity::kWarning, "w", 2)});
  CHECK(text ==
        "error: a\n  in build.log:5   m.a\n\n"
        "error: b (2 times)\n  in build.log:8, 9   m.b\n\n"
        "warning: w\n  in build.log:2   m.w\n\n"
        "note: hint\n  in build.log:1   m.n\n\n"
        "3 errors, 1 warning, 1 note in 1 file, 0 lines\n");
}

TEST_CASE("human: what --max-findings leaves out is said, and what is kept is the worst") {
  std::vector<std::shared_ptr<Finding>> findings;
  for (int i = 1; i <= 20; ++i) {
    findings.push_back(MakeFindingFor("m.w", lang::Severity::kWarning, "w" + std::to_string(i), i));
  }
  findings.push_back(MakeFindingFor("m.e", lang::Severity::kError, "late", 99));
  HumanReportOptions two;
  two.max_findings = 2;
  const std::string text = Human(findings, two);
  CHECK(text ==
        "error: late\n  in build.log:99   m.e\n\n"
        "warning: w1\n  in build.log:1   m.w\n\n"
        "left out: 19 warnings of lesser weight or later place (--max-findings 2)\n"
        "1 error, 20 warnings in 1 file, 0 lines\n");
}

TEST_CASE("human: notices and interruption are said") {
  RunSummary summary;
  summary.interrupted = true;
  summary.notices = {{"dropped_matches", "m.r", "3 unfinished matches were dropped", 3}};
  const std::string text = Human({}, {}, summary);
  CHECK(text.find("m.r: 3 unfinished matches were dropped\n") != std::string::npos);
  CHECK(text.find("interrupted") != std::string::npos);
}

RunSummary WithTelling(const std::string& text) {
  RunSummary summary;
  summary.lines = 7;
  summary.telling.push_back({"build.log", 6, text, {"exit status", "near the end"}, 2});
  return summary;
}

TEST_CASE("where no rule found what was wrong, the most telling lines are shown with their reasons") {
  CHECK(Human({}, {}, WithTelling("exit status 2")) ==
        "no rule matched; the most telling lines:\n\n"
        "note: exit status 2 (2 times)\n"
        "  in build.log:6   exit status, near the end\n\n"
        "nothing found in 1 file, 7 lines\n");
  RunSummary known = WithTelling("exit status 2");
  known.known_good = true;
  CHECK(Human({MakeFindingFor("m.w", lang::Severity::kWarning, "odd", 3)}, {}, known)
            .find("no rule found the cause; lines that no good run had, the most telling first:\n") !=
        std::string::npos);
  CHECK(Write<JsonReport>({}, JsonReportOptions{}, WithTelling("exit status 2")) ==
        R"({"kind":"note","location":{"file":"build.log","line":6},"text":"exit status 2",)"
        R"("reasons":["exit status","near the end"],"count":2})"
        "\n");
  CHECK(Write<GithubReport>({}, GithubReportOptions{}, WithTelling("exit status 2")) ==
        "::notice title=faultline%3A no rule found the cause::exit status 2%0Ain build.log:6 (exit status, "
        "near "
        "the end)\nfaultline: nothing found in 1 file, 7 lines\n");
}

TEST_CASE("telling lines are as hostile as any other text of a log") {
  const RunSummary summary = WithTelling(kHostile + " password=hunter2secret");
  HumanReportOptions human;
  human.redact = true;
  CHECK_FALSE(HasControl(Human({}, human, summary)));
  CHECK(Human({}, human, summary).find("hunter2") == std::string::npos);
  const std::string github = Write<GithubReport>({}, GithubReportOptions{}, summary);
  CHECK_FALSE(HasControl(github));
  CHECK(std::count(github.begin(), github.end(), '\n') == 2);
  CHECK(github.find("hunter2") == std::string::npos);
  JsonReportOptions json;
  json.redact = true;
  const std::string object = Write<JsonReport>({}, json, summary);
  CHECK(IsUtf8(object));
  CHECK(object.find("hunter2") == std::string::npos);
}

TEST_CASE("human: what happened to inputs is left out where it has been said") {
  RunSummary summary;
  summary.notices = {{"missing", "a.log", "no such file", 1, true, true},
                     {"long_line", "b.log", "2 lines are longer", 2, true, false},
                     {"no_time", "m.r", "1 match has no time", 1}};
  HumanReportOptions options;
  CHECK(Human({}, options, summary)
            .starts_with("a.log: no such file\nb.log: 2 lines are longer\nm.r: 1 match has no time\n"));
  options.failures_said = true;
  CHECK(Human({}, options, summary).starts_with("b.log: 2 lines are longer\nm.r: 1 match has no time\n"));
  options.remarks_said = true;
  CHECK(Human({}, options, summary).starts_with("m.r: 1 match has no time\n"));
}

TEST_CASE("human: no control byte of a log reaches the terminal, and nothing that hides or turns text") {
  const auto finding = MakeFindingFor("m.r", lang::Severity::kError, kHostile, 1);
  finding->location.file = kHostile;
  finding->source = SourcePlace{kHostile, 1, 1};
  finding->fix = kHostile;
  Evidence evidence;
  evidence.file = kHostile + "2";
  evidence.line = 4;
  evidence.text = kHostile + "\t" + kHostile;
  evidence.mark = 10;
  evidence.mark_size = 4;
  evidence.before = {{3, kHostile}};
  finding->evidence = {evidence};
  RunSummary summary;
  summary.notices = {{"x", kHostile, kHostile, 1}};
  const std::string text = Human({finding}, {}, summary);
  CHECK_FALSE(HasControl(text));
  CHECK(IsUtf8(text));
  CHECK(text.find("\\u{202e}evil") != std::string::npos);
}

TEST_CASE("human: long lines are clipped around the match") {
  const auto finding = MakeFindingFor("m.r", lang::Severity::kError, "x", 1);
  Evidence evidence;
  evidence.file = "build.log";
  evidence.line = 1;
  evidence.text = std::string(500, 'a') + "NEEDLE" + std::string(500, 'b');
  evidence.mark = 500;
  evidence.mark_size = 6;
  finding->evidence = {evidence};
  HumanReportOptions narrow;
  narrow.width = 60;
  const std::string text = Human({finding}, narrow);
  const std::size_t line = text.find("> 1 | ");
  REQUIRE(line != std::string::npos);
  const std::string shown = text.substr(line, text.find('\n', line) - line);
  CHECK(shown.find("…aaa") != std::string::npos);
  CHECK(shown.find("NEEDLEbbb") != std::string::npos);
  CHECK(shown.ends_with("b…"));
  CHECK(shown.size() < 70);
  // The marker stands under the match: "…" is one column but three bytes.
  const std::size_t marker = text.find('^');
  const std::size_t marker_line = text.rfind('\n', marker) + 1;
  CHECK(marker - marker_line == text.find("NEEDLE") - (text.rfind('\n', line) + 1) - 2);
}

TEST_CASE("github: an annotation at the place in the sources") {
  CHECK(
      Github({WithLines()}) ==
      "::error file=cmd/api/x.go,line=3,col=8,title=go.modules.checksum_mismatch::wrong sum%0Ain build.log:12"
      "%0Ato fix it: go clean -modcache%0Ago mod download\n"
      "faultline: 1 error in 1 file, 0 lines\n");
  CHECK(Github({MakeFindingFor("m.w", lang::Severity::kWarning, "w", 1)})
            .starts_with("::warning title=m.w::w%0A"));
  CHECK(
      Github({MakeFindingFor("m.n", lang::Severity::kNote, "n", 1)}).starts_with("::notice title=m.n::n%0A"));
}

TEST_CASE("github: only places inside the repository") {
  GithubReportOptions options;
  options.root = "/home/runner/work/a/";
  for (const auto& [file, shown] :
       std::vector<std::pair<std::string, std::string>>{{"x.go", "file=x.go,"},
                                                        {"./d/x.go", "file=d/x.go,"},
                                                        {"/home/runner/work/a/d/x.go", "file=d/x.go,"},
                                                        {"/home/runner/work/ab/x.go", ""},
                                                        {"/usr/local/go/src/x.go", ""},
                                                        {"../x.go", ""},
                                                        {"d/../../x.go", ""},
                                                        {"/home/runner/work/a/../x.go", ""},
                                                        {"C:\\x.go", ""},
                                                        {"~/x.go", ""},
                                                        {"a\nb", ""},
                                                        {"a,line=9", "file=a%2Cline=9,"},
                                                        {"..x/y..go", "file=..x/y..go,"}}) {
    const auto finding = MakeFindingFor("m.r", lang::Severity::kError, "x", 1);
    finding->source = SourcePlace{file, 1, 0};
    const std::string text = Github({finding}, options);
    INFO(file);
    if (shown.empty()) {
      CHECK(text.find("file=") == std::string::npos);
    } else {
      CHECK(text.starts_with("::error " + shown + "line=1,title="));
    }
  }
}

TEST_CASE("github: a log gives no orders") {
  const auto finding = MakeFindingFor("m.r", lang::Severity::kError, kHostile, 1);
  finding->fix = "\r\n::add-mask::x\n##[command]rm";
  finding->location.file = "a\n::warning::b";
  finding->source = SourcePlace{"x.go::b", 1, 1};
  GithubReportOptions options;
  options.redact = false;
  const std::string text = Github({finding}, options);
  CHECK_FALSE(HasControl(text));
  CHECK(IsUtf8(text));
  CHECK(text.find("##[") == std::string::npos);
  CHECK(text.find("%250A") != std::string::npos);  // a "%0A" of the log is no newline
  // "::" stands where the command begins and ends, nowhere else.
  std::size_t colons = 0;
  for (std::size_t at = 0; (at = text.find("::", at)) != std::string::npos; at += 2) ++colons;
  CHECK(colons == 2);
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    CHECK((text.substr(at, 8) == "::error " || text.substr(at, 10) == "faultline:"));
  }
}

TEST_CASE("github: what is left out is said") {
  GithubReportOptions options;
  options.max_findings = 1;
  const std::string text = Github({MakeFindingFor("m.a", lang::Severity::kError, "a", 1),
                                   MakeFindingFor("m.b", lang::Severity::kError, "b", 2)},
                                  options);
  CHECK(text.find("title=m.b") == std::string::npos);
  CHECK(text.find("1 more findings left out") != std::string::npos);
}

TEST_CASE("places in sources are read from the right") {
  CHECK(ParsePlace("a/b.go:3:8") == SourcePlace{"a/b.go", 3, 8});
  CHECK(ParsePlace("a/b.go:3") == SourcePlace{"a/b.go", 3, 0});
  CHECK(ParsePlace("a/b.go") == SourcePlace{"a/b.go", 0, 0});
  CHECK(ParsePlace("C:\\x.go:3:8") == SourcePlace{"C:\\x.go", 3, 8});
  CHECK(ParsePlace("a b:c.go:3:?") == SourcePlace{"a b:c.go", 3, 0});
  CHECK(ParsePlace("a.go:?:?") == SourcePlace{"a.go", 0, 0});
  CHECK(ParsePlace("a.go:99999999999999999999") == SourcePlace{"a.go", 0, 0});
  CHECK_FALSE(ParsePlace("").has_value());
  CHECK_FALSE(ParsePlace("?:?:?").has_value());
  PathMap map;
  CHECK(map.Add("/build/src=app"));
  CHECK(map.Add("/go/=/home/me/go/"));
  CHECK_FALSE(map.Add("x"));
  CHECK_FALSE(map.Add("=x"));
  CHECK(map.Apply("/build/src/x.go") == "app/x.go");
  CHECK(map.Apply("/build/srcs/x.go") == "/build/srcs/x.go");
  CHECK(map.Apply("/go/pkg/x.go") == "/home/me/go/pkg/x.go");
  CHECK(map.Apply("y") == "y");
}

TEST_CASE("ids name the rule and what it found, not where") {
  const Value a = Value::Text("a"), b = Value::Text("b"), ab = Value::Text("ab"), none = Value::Text("");
  const std::string id = Fingerprint("m.r", {{"x", a}, {"y", b}});
  CHECK(id.size() == 32);
  CHECK(id == Fingerprint("m.r", {{"x", a}, {"y", b}}));
  CHECK(id != Fingerprint("m.s", {{"x", a}, {"y", b}}));
  CHECK(id != Fingerprint("m.r", {{"x", b}, {"y", a}}));
  CHECK(Fingerprint("m.r", {{"x", ab}, {"y", none}}) != Fingerprint("m.r", {{"x", none}, {"y", ab}}));
  CHECK(Fingerprint("m.r", {{"x", Value::Missing()}}) != Fingerprint("m.r", {{"x", none}}));
  CHECK(Fingerprint("m.r", {{"x", Value::Int(1)}}) != Fingerprint("m.r", {{"x", Value::Bool(true)}}));
  // Kept stable: dashboards and suppressions refer to it.
  CHECK(Fingerprint("go.modules.checksum_mismatch", {{"module", Value::Text("github.com/a/b")}}) ==
        "ab743e218359b73d16c58453e5b7da3b");
}

TEST_CASE("diagnoses: the root on top, symptoms below their cause, rivals beside it") {
  const auto cause = MakeFindingFor("m.cause", lang::Severity::kNote, "cause", 3);
  const auto rival = MakeFindingFor("m.rival", lang::Severity::kNote, "rival", 1);
  const auto middle = MakeFindingFor("m.middle", lang::Severity::kWarning, "middle", 5);
  const auto last = MakeFindingFor("m.last", lang::Severity::kError, "last", 9);
  const auto other = MakeFindingFor("m.other", lang::Severity::kError, "other", 2);
  cause->missing = {"a heap profile"};
  last->missing = {"a heap profile", "the pod's events"};
  const std::vector<FindingPtr> findings = {rival, other, cause, middle, last};
  const std::vector<CauseEdge> edges = {{2, 3, 0.8}, {0, 3, 0.7}, {3, 4, std::nullopt}};
  const std::vector<Diagnosis> diagnoses = BuildDiagnoses(findings, edges);
  REQUIRE(diagnoses.size() == 2);
  CHECK(diagnoses[0].root == other);  // the same severity, an earlier line
  CHECK(diagnoses[1].root == cause);
  CHECK(diagnoses[1].severity == lang::Severity::kError);
  REQUIRE(diagnoses[1].explains.size() == 2);
  CHECK(diagnoses[1].explains[0].finding == middle);
  CHECK(diagnoses[1].explains[0].confidence == 0.8);
  CHECK(diagnoses[1].explains[1].finding == last);
  CHECK(diagnoses[1].explains[1].depth == 2);
  CHECK_FALSE(diagnoses[1].explains[1].confidence.has_value());
  CHECK(diagnoses[1].because == std::vector<FindingPtr>{rival});
  CHECK(diagnoses[1].missing == std::vector<std::string_view>{"a heap profile", "the pod's events"});

  const std::string json =
      Write<JsonReport>(std::vector<std::shared_ptr<Finding>>{rival, other, cause, middle, last},
                        JsonReportOptions{}, {}, edges);
  CHECK(json.ends_with(R"({"kind":"diagnosis","root":)" + FindingToJson(*cause) + R"(,"because":[)" +
                       FindingToJson(*rival) + R"(],"explains":[{"finding":)" + FindingToJson(*middle) +
                       R"(,"confidence":0.8},{"finding":)" + FindingToJson(*last) +
                       R"(,"depth":2}],"missing":["a heap profile","the pod's events"]})" + "\n"));
}

TEST_CASE("diagnoses: equal confidence is decided by place, a circle is cut") {
  const auto a = MakeFindingFor("m.a", lang::Severity::kError, "a", 5);
  const auto b = MakeFindingFor("m.b", lang::Severity::kError, "b", 4);
  const auto c = MakeFindingFor("m.c", lang::Severity::kError, "c", 9);
  const std::vector<FindingPtr> findings = {a, b, c};
  auto diagnoses = BuildDiagnoses(findings, std::vector<CauseEdge>{{0, 2, {}}, {1, 2, {}}});
  REQUIRE(diagnoses.size() == 2);
  CHECK(diagnoses[0].root == b);
  CHECK(diagnoses[0].explains.size() == 1);
  CHECK(diagnoses[1].root == a);
  CHECK(diagnoses[1].explains.empty());
  diagnoses = BuildDiagnoses(findings, std::vector<CauseEdge>{{0, 1, {}}, {1, 0, {}}});
  REQUIRE(diagnoses.size() == 2);  // one of the two, and c
  CHECK(diagnoses[0].explains.size() + diagnoses[1].explains.size() == 1);
}

TEST_CASE("human: what followed is folded below its cause, and --all shows it") {
  const auto cause = MakeFindingFor("m.cause", lang::Severity::kNote, "vendor does not fit", 3);
  const auto effect = MakeFindingFor("m.effect", lang::Severity::kError, "exit status 1", 9);
  const auto again = MakeFindingFor("m.effect", lang::Severity::kError, "exit status 1", 12);
  cause->confidence = 0.9;
  cause->confidence_parts = {{0.6, "the line is there"}, {0.3, "it fits go.mod"}};
  const std::vector<std::shared_ptr<Finding>> findings = {cause, effect, again};
  const std::vector<CauseEdge> edges = {{0, 1, 0.6}, {0, 2, 0.6}};
  const std::string text = Write<HumanReport>(findings, HumanReportOptions{}, {}, edges);
  CHECK(text.starts_with("note: vendor does not fit\n"));
  CHECK(text.find("  confidence 0.9: 0.6 the line is there, 0.3 it fits go.mod\n") != std::string::npos);
  CHECK(text.find("  what followed from it:\n    error: exit status 1 (2 times)   build.log:9\n") !=
        std::string::npos);
  CHECK(text.find("\nerror: exit status 1") == std::string::npos);
  HumanReportOptions all;
  all.all = true;
  CHECK(Write<HumanReport>(findings, all, {}, edges).find("\nerror: exit status 1") != std::string::npos);
}

}  // namespace
}  // namespace faultline::runtime::testing
