// Comma-separated values as RFC 4180 writes them. One pass, O(length).
#include "frontend/sema/constants.h"

namespace faultline::sema {

namespace {

class CsvReader {
 public:
  CsvReader(std::string_view text, CsvError* error) : text_(text), error_(error) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
  }

  std::vector<std::vector<CsvCell>> Read() {
    std::vector<std::vector<CsvCell>> rows;
    while (at_ < text_.size() && error_->what.empty()) {
      std::vector<CsvCell> row;
      while (ReadCell(&row)) {
      }
      if (!error_->what.empty()) break;
      const bool empty = row.size() == 1 && row[0].text.empty() && !row[0].quoted;
      if (!empty) rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  void Advance() {
    if (text_[at_] == '\n') {
      ++line_;
      column_ = 0;
    }
    ++at_;
    ++column_;
  }

  void Fail(std::string what) { *error_ = {std::move(what), line_, column_}; }

  bool AtLineEnd() const {
    return at_ < text_.size() &&
           (text_[at_] == '\n' || (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n'));
  }

  // Whether another cell of the row follows.
  bool ReadCell(std::vector<CsvCell>* row) {
    CsvCell cell;
    cell.line = line_;
    cell.column = column_;
    if (at_ < text_.size() && text_[at_] == '"') {
      cell.quoted = true;
      Advance();
      for (;;) {
        if (at_ == text_.size()) {
          line_ = cell.line;
          column_ = cell.column;
          Fail("this quote is not closed");
          return false;
        }
        if (text_[at_] == '"') {
          Advance();
          if (at_ == text_.size() || text_[at_] != '"') break;
        }
        cell.text += text_[at_];
        Advance();
      }
      if (at_ < text_.size() && text_[at_] != ',' && !AtLineEnd()) {
        Fail("text behind a closing quote; a quote inside a cell is doubled");
        return false;
      }
    } else {
      while (at_ < text_.size() && text_[at_] != ',' && !AtLineEnd()) {
        if (text_[at_] == '"') {
          Fail("a quote inside a cell without quotes; put quotes around the cell and double this one");
          return false;
        }
        cell.text += text_[at_];
        Advance();
      }
    }
    row->push_back(std::move(cell));
    if (at_ == text_.size()) return false;
    if (text_[at_] == ',') {
      Advance();
      if (at_ == text_.size()) {
        CsvCell last;
        last.line = line_;
        last.column = column_;
        row->push_back(std::move(last));
        return false;
      }
      return true;
    }
    if (text_[at_] == '\r') Advance();
    Advance();
    return false;
  }

  std::string_view text_;
  CsvError* error_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1, column_ = 1;
};

}  // namespace

std::vector<std::vector<CsvCell>> ParseCsv(std::string_view text, CsvError* error) {
  return CsvReader(text, error).Read();
}

}  // namespace faultline::sema
