#include "tools/cli/table.h"

#include "tools/cli/console.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

namespace faultline::cli {
namespace {

std::string Json(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

void Table::Write(bool json) const {
  std::vector<std::size_t> widths(columns_.size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows_) {
    std::string line = json ? "{" : "";
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (json) {
        line += fmt::format("{}{}:{}", i == 0 ? "" : ",", Json(columns_[i]), Json(row[i]));
      } else {
        line += row[i];
        if (i + 1 < row.size()) line += std::string(widths[i] - row[i].size() + 2, ' ');
      }
    }
    while (!json && line.ends_with(' ')) line.pop_back();
    Out().Write(line + (json ? "}\n" : "\n"));
  }
}

}  // namespace faultline::cli
