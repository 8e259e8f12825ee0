// Every row FL02xx to FL08xx has a page, whose wrong example gives exactly its code and whose mended one
// nothing.
#include "tests/unit/sema/compiled.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace faultline::sema_test {
namespace {

std::optional<std::string> ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// The text of the block that opens with ```fault KIND.
std::optional<std::string> Block(const std::string& page, const std::string& kind) {
  const std::string open = "```fault " + kind + "\n";
  const std::size_t begin = page.find(open);
  if (begin == std::string::npos) return std::nullopt;
  const std::size_t text = begin + open.size();
  const std::size_t end = page.find("\n```", text);
  if (end == std::string::npos) return std::nullopt;
  return page.substr(text, end + 1 - text);
}

TEST_CASE("the page of each row shows the mistake and its mending") {
  std::size_t pages = 0;
  for (const DiagnosticRow& row : Catalogue()) {
    if (row.code < "FL0200" || row.code >= "FL0900") continue;
    const std::string code(row.code);
    INFO(code << " " << row.name);
    const std::optional<std::string> page =
        ReadFile(std::filesystem::path(FAULTLINE_SOURCE_DIR) / "docs/diagnostics" / (code + ".md"));
    CHECK(page.has_value());
    if (!page) continue;
    const std::optional<std::string> wrong = Block(*page, "wrong");
    const std::optional<std::string> right = Block(*page, "right");
    sema::CheckOptions options;
    options.now = std::int64_t{1'780'000'000} * 1'000'000'000;  // May 2026
    CHECK(right.has_value());
    if (right) CHECK(Compiled({*right}, options).Codes() == "");
    if (!wrong && page->find("<!-- no wrong example: ") != std::string::npos) continue;
    CHECK(wrong.has_value());
    if (!wrong || !right) continue;
    CHECK(Compiled({*wrong}, options).Codes() == code);
    ++pages;
  }
  CHECK(pages >= 60);
}

TEST_CASE("every fault block of the reference compiles without a message") {
  for (const char* name : {"docs/language.md"}) {
    const std::optional<std::string> page = ReadFile(std::filesystem::path(FAULTLINE_SOURCE_DIR) / name);
    REQUIRE(page.has_value());
    std::size_t blocks = 0;
    std::size_t at = 0;
    const std::string open = "```fault\n";
    while ((at = page->find(open, at)) != std::string::npos) {
      const std::size_t text = at + open.size();
      const std::size_t end = page->find("\n```", text);
      REQUIRE(end != std::string::npos);
      const std::string block = page->substr(text, end + 1 - text);
      INFO(name << ":\n" << block);
      CHECK(Compiled({block}).Codes() == "");
      ++blocks;
      at = end;
    }
    CHECK(blocks >= 9);
  }
}

}  // namespace
}  // namespace faultline::sema_test
