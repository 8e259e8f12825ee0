// The reference pages are what the tables say. FAULTLINE_UPDATE_PAGES=1 writes them.
#include "support/lang/markdown.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace faultline::lang {
namespace {

void CheckPage(const std::string& name, const std::string& wanted) {
  const std::string path = FAULTLINE_SOURCE_DIR "/docs/reference/" + name;
  if (std::getenv("FAULTLINE_UPDATE_PAGES") != nullptr) {
    std::ofstream(path, std::ios::binary) << wanted;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  std::stringstream have;
  have << file.rdbuf();
  INFO(path << " is not what the tables say; FAULTLINE_UPDATE_PAGES=1 unit_lang writes it");
  CHECK((have.str() == wanted));
}

TEST_CASE("reference pages come from the tables") {
  CheckPage("operators.md", OperatorsMarkdown());
  CheckPage("holes.md", HolesMarkdown());
  CheckPage("types.md", TypesMarkdown());
}

}  // namespace
}  // namespace faultline::lang
