// A line of source as a terminal shows it: which column each byte starts at, and text that is safe to print.
//
// Internal to support/diag.
#ifndef FAULTLINE_SUPPORT_DIAG_DISPLAY_H_
#define FAULTLINE_SUPPORT_DIAG_DISPLAY_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::internal {

struct DisplayLine {
  // One cell is one character as shown: its text and how many columns it takes.
  struct Cell {
    std::string text;
    std::size_t byte = 0;    // where the character starts in the line
    std::size_t column = 0;  // from 0
    std::size_t width = 1;
  };
  std::vector<Cell> cells;
  std::size_t columns = 0;
  std::size_t end_byte = 0;  // length of the line

  // The column at which the byte stands; `columns` for one behind the end.
  std::size_t ColumnOf(std::size_t byte) const;
};

// A tab takes blanks up to the next multiple of four. Width by East Asian Width (UAX 11), wide and full-width
// ranges as blocks; combining marks take no column.
DisplayLine Display(std::string_view line);

// The same, as one string: for messages that quote the source.
std::string Printable(std::string_view text);

}  // namespace faultline::internal

#endif  // FAULTLINE_SUPPORT_DIAG_DISPLAY_H_
