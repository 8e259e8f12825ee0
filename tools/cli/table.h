// Rows of named columns, aligned for people or as JSON objects.
#ifndef FAULTLINE_TOOLS_CLI_TABLE_H_
#define FAULTLINE_TOOLS_CLI_TABLE_H_

#include <string>
#include <vector>

namespace faultline::cli {

class Table {
 public:
  explicit Table(std::vector<std::string> columns) : columns_(std::move(columns)) {}
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  // To standard output.
  void Write(bool json) const;

 private:
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace faultline::cli

#endif  // FAULTLINE_TOOLS_CLI_TABLE_H_
