// Secrets: what is taken out, what must stay, and that hostile text costs no more than its length.
#include "runtime/report/redact.h"

#include "make_module.h"
#include "runtime/report/report.h"

#include <catch2/catch.hpp>
#include <string>

namespace faultline::runtime::testing {
namespace {

// Written in two parts, so that scanners of repositories do not take the examples for the real thing.
const std::string kGithub = std::string("ghp_") + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5";
const std::string kAws = std::string("AKIA") + "IOSFODNN7EXAMPLE";
const std::string kJwt =
    std::string("eyJhbGciOiJIUzI1NiJ9") + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P";

TEST_CASE("secrets are taken out") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"token " + kGithub + " used", "token [redacted] used"},
      {"x" + std::string("=github_pat_") + "11ABCDEFG0abcdefghijkl_mnopqrs", "x=[redacted]"},
      {"id " + kAws + ".", "id [redacted]."},
      {"jwt " + kJwt + ", next", "jwt [redacted], next"},
      {"https://user:hunter2@example.com/x", "https://user:[redacted]@example.com/x"},
      {"https://user:a@b@example.com/x", "https://user:[redacted]@example.com/x"},
      {"https://:pw@host", "https://:[redacted]@host"},
      {"https://0123456789abcdef0123@host/x", "https://[redacted]@host/x"},
      {"postgres://u:p%40ss@db:5432/app", "postgres://u:[redacted]@db:5432/app"},
      {"Authorization: Bearer abc123def456", "Authorization: Bearer [redacted]"},
      {"authorization: basic dXNlcjpwYXNz", "authorization: basic [redacted]"},
      {"Authorization: secretvalue", "Authorization: [redacted]"},
      {"\"Authorization\": \"Bearer abc123def456\"", "\"Authorization\": \"Bearer [redacted]\""},
      {"bearer 0123456789", "bearer [redacted]"},
      {"password=hunter2 next", "password=[redacted] next"},
      {"PASSWORD = hunter2", "PASSWORD = [redacted]"},
      {"DB_PASS=x1", "DB_PASS=[redacted]"},
      {"AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", "AWS_SECRET_ACCESS_KEY=[redacted]"},
      {"{\"apiKey\":\"abc def\",\"x\":1}", "{\"apiKey\":\"[redacted]\",\"x\":1}"},
      {"{\\\"client_secret\\\":\\\"a b\\\",\\\"x\\\":1}",
       "{\\\"client_secret\\\":\\\"[redacted]\\\",\\\"x\\\":1}"},
      {"password: 'it is a secret'", "password: '[redacted]'"},
      {"token: 8f3a9c2e77", "token: [redacted]"},
      {"login --password hunter22 --user me", "login --password [redacted] --user me"},
      {"login --token=abc", "login --token=[redacted]"},
      {"\"password\": \"unterminated", "\"password\": \"[redacted]"},
      {"a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb", "a\n[redacted]\nb"},
      {"-----BEGIN PRIVATE KEY-----\nMIIE", "[redacted]"},
      {"MIIEpAIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gun", "[redacted]"},
  };
  for (const auto& [text, redacted] : cases) {
    INFO(text);
    CHECK(Redact(text) == redacted);
    CHECK(Redact(Redact(text)) == redacted);  // once is enough
  }
}

TEST_CASE("what is no secret stays") {
  for (const std::string text : {"verifying github.com/a/b@v1.2.3: checksum mismatch",
                                 "        downloaded: h1:NrXCVTLyVVyQGPXGWnYXVqTLmNPhN0K9SJSyi8MZAcE=",
                                 "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                                 "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                                 "--- PASS: TestParse123 (0.00s)",
                                 "x.go:3:8: syntax error: unexpected token: name",
                                 "https://example.com:8080/a@b",
                                 "https://go@host/x",
                                 "ssh://git@github.com/a/b",
                                 "password:",
                                 "password=",
                                 "password=$DB_PASSWORD",
                                 "password=***",
                                 "token: null",
                                 "bearer authentication failed",
                                 "compass=north",
                                 "key=value",
                                 "wrong password",
                                 "ghp_short",
                                 "AKIA",
                                 "eyJ.eyJ.",
                                 "-----BEGIN CERTIFICATE-----",
                                 "monkey: banana12",
                                 ""}) {
    INFO(text);
    CHECK(Redact(text) == text);
  }
}

TEST_CASE("hostile text costs its length") {
  // Each piece starts a search for the end of something that never ends. With quadratic time this would not
  // come back.
  for (const std::string piece : {"://",
                                  "://a:",
                                  "token=$",
                                  "token=",
                                  "password=\"",
                                  "\\\"password\\\":\\\"",
                                  "bearer ",
                                  "authorization:",
                                  "eyJaaaaaaaaaa.",
                                  "-----BEGIN ",
                                  "-----BEGIN PRIVATE KEY",
                                  "AKIA",
                                  "sk-",
                                  "--token ",
                                  "\"\"\"=",
                                  "password: ",
                                  "A1a",
                                  "=",
                                  ":",
                                  "token=*"}) {
    std::string text;
    while (text.size() < 2'000'000) text += piece;
    const std::string redacted = Redact(text);
    CHECK(redacted.size() <= text.size() * 4);
  }
}

TEST_CASE("a finding is redacted in every text that it carries, and the mark moves along") {
  const auto finding = MakeFindingFor("m.r", lang::Severity::kError, "m password=hunter2", 1);
  finding->fix = "curl https://u:hunter2@h/";
  const Value pair[] = {Value::Text("password"), Value::Text("hunter2")};
  const Value list[] = {Value::Text("password=hunter2"), Value::Int(3)};
  finding->fields = {
      {"url", lang::Type(lang::TypeKind::kText), Value::Text("https://u:hunter2@h/")},
      {"api_key", lang::Type(lang::TypeKind::kText), Value::Text("hunter2")},
      {"m", lang::Type(lang::TypeKind::kMap), Value::Items(ValueKind::kMap, pair, 1)},
      {"l", lang::Type::List(lang::Type(lang::TypeKind::kAny)), Value::Items(ValueKind::kList, list, 2)}};
  Evidence evidence;
  evidence.file = "a.log";
  evidence.text = "password=hunter2 then NEEDLE";
  evidence.mark = 22;
  evidence.mark_size = 6;
  evidence.before = {{1, "password=hunter2"}};
  evidence.after = {{3, "password=hunter2"}};
  finding->evidence = {evidence};
  const FindingPtr redacted = Redacted(finding);
  CHECK(FindingToJson(*redacted).find("hunter2") == std::string::npos);
  const Evidence& shown = redacted->evidence[0];
  CHECK(shown.text.substr(shown.mark, shown.mark_size) == "NEEDLE");
  CHECK(shown.before[0].text == "password=[redacted]");
  CHECK(shown.after[0].text == "password=[redacted]");
  CHECK(redacted->id == finding->id);
  CHECK(FindingToJson(*finding).find("hunter2") != std::string::npos);  // the original is as it was

  const auto clean = MakeFindingFor("m.r", lang::Severity::kError, "clean", 1);
  CHECK(Redacted(clean).get() == clean.get());
}

TEST_CASE("workflow commands are redacted unless told otherwise") {
  const auto finding = MakeFindingFor("m.r", lang::Severity::kError, "password=hunter2", 1);
  std::string text;
  GithubReport report([&](std::string_view part) { text += part; });
  report.OnFinding(finding);
  CHECK(text.find("hunter2") == std::string::npos);
  HumanReportOptions options;
  options.redact = true;
  text.clear();
  HumanReport human([&](std::string_view part) { text += part; }, options);
  human.OnFinding(finding);
  human.OnEnd({});
  CHECK(text.find("[redacted]") != std::string::npos);
  CHECK(text.find("hunter2") == std::string::npos);
}

}  // namespace
}  // namespace faultline::runtime::testing
