// Diagnostics for people and for programs.
//
// Text: the message, then the lines it is about with line numbers and carets, secondary labels under their
// own lines (also of other files), then notes and helps. Excerpts are safe to print: tabs become blanks,
// control bytes and invisible characters are spelled out, bytes that are no UTF-8 become U+FFFD, and long
// lines are cut around the mark. JSON: one object a line, keys in a fixed order, absent when there is nothing
// to say.
//
// Thread safety: pure functions.
#ifndef FAULTLINE_SUPPORT_DIAG_RENDER_H_
#define FAULTLINE_SUPPORT_DIAG_RENDER_H_

#include "support/diag/diagnostic.h"
#include "support/source/source.h"

#include <cstddef>
#include <string>
#include <vector>

namespace faultline {

// Widest excerpt in columns, without the line number.
inline constexpr std::size_t kExcerptColumns = 110;

// Ends with a newline.
std::string RenderText(const Diagnostic& diagnostic, const SourceSet& sources, bool color);

// {"code":"FL0102","severity":"error","name":"unterminated_string","message":"…","file":"a.fault","line":3,"column":9,
//  "end_line":3,"end_column":20,"offset":41,"label":"…","labels":[{"file":…,"line":…,"column":…,"end_line":…,
//  "end_column":…,"text":"…"}],"notes":["…"],"helps":["…"],"edits":[{"offset":41,"end_offset":42,"text":"…"}]}
// Without a newline at the end. Edits are byte ranges of "file".
std::string RenderJson(const Diagnostic& diagnostic, const SourceSet& sources);

// "2 errors, 1 warning"; empty for none. Notes are not counted.
std::string SummaryLine(const std::vector<Diagnostic>& diagnostics);

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_DIAG_RENDER_H_
