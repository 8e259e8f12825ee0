// Evidence: see evidence.h.
#include "runtime/engine/evidence.h"

#include "runtime/engine/evaluator.h"

#include <algorithm>

namespace faultline::runtime {
namespace {

constexpr std::string_view kEllipsis = "…";

std::string_view WithoutLineEnd(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// The position in UTF-8 `text` that is `bytes` of UTF-16 from its begin.
std::size_t FromUtf16(std::string_view text, std::uint64_t bytes) {
  std::size_t at = 0;
  while (at < text.size() && bytes > 0) {
    const std::uint64_t unit = static_cast<unsigned char>(text[at]) >= 0xf0 ? 4 : 2;
    bytes -= std::min(bytes, unit);
    ++at;
    while (at < text.size() && IsContinuation(text[at])) ++at;
  }
  return at;
}

std::string_view PhysicalLine(const RecordView& record, std::int64_t line, const LineLookup& lines) {
  std::string_view text;
  if (lines.Find(line, &text)) return text;
  for (std::size_t i = 0; i < record.pieces.size(); ++i) {
    if (record.pieces[i].line != line) continue;
    const std::size_t end =
        i + 1 < record.pieces.size() ? record.pieces[i + 1].begin : record.context.raw.size();
    return record.context.raw.substr(record.pieces[i].begin, end - record.pieces[i].begin);
  }
  return record.context.raw;
}

}  // namespace

std::string ClipAround(std::string_view text, std::size_t limit, std::uint32_t* mark,
                       std::uint32_t* mark_size) {
  *mark = static_cast<std::uint32_t>(std::min<std::size_t>(*mark, text.size()));
  *mark_size = static_cast<std::uint32_t>(std::min<std::size_t>(*mark_size, text.size() - *mark));
  if (text.size() <= limit) return std::string(text);
  // A quarter of the room before the match, the rest from its begin on.
  std::size_t begin = *mark > limit / 4 ? *mark - limit / 4 : 0;
  begin = std::min(begin, text.size() - limit);
  std::size_t end = begin + limit;
  for (int i = 0; i < 3 && begin > 0 && IsContinuation(text[begin]); ++i) --begin;
  for (int i = 0; i < 3 && end < text.size() && IsContinuation(text[end]); ++i) --end;
  std::string clipped;
  if (begin > 0) clipped += kEllipsis;
  const std::size_t moved = clipped.size();
  clipped += text.substr(begin, end - begin);
  *mark_size =
      static_cast<std::uint32_t>(std::min<std::size_t>(*mark_size, end - std::min<std::size_t>(end, *mark)));
  *mark = static_cast<std::uint32_t>(*mark - begin + moved);
  if (end < text.size()) clipped += kEllipsis;
  return clipped;
}

Evidence MakeEvidence(const RecordView& record, std::string_view matched, const LineLookup& lines,
                      int context) {
  const LogPlace begin = PlaceOf(record, matched);
  const LogPlace end = PlaceOf(record, matched.substr(matched.size()));
  Evidence evidence;
  evidence.file = std::string(record.context.file);
  evidence.line = begin.line;
  const std::string_view text = WithoutLineEnd(PhysicalLine(record, begin.line, lines));
  std::uint64_t from = static_cast<std::uint64_t>(std::max<std::int64_t>(begin.column, 1)) - 1;
  std::uint64_t to =
      end.line == begin.line && end.offset >= begin.offset ? from + (end.offset - begin.offset) : UINT32_MAX;
  if (matched.empty()) to = from;
  if (record.encoding == Encoding::kUtf16) {
    from = FromUtf16(text, from);
    to = FromUtf16(text, to);
  }
  evidence.mark = static_cast<std::uint32_t>(std::min<std::uint64_t>(from, text.size()));
  evidence.mark_size = static_cast<std::uint32_t>(std::min<std::uint64_t>(to, text.size()) - evidence.mark);
  evidence.text = ClipAround(text, kMaxEvidenceBytes, &evidence.mark, &evidence.mark_size);
  auto add = [&](std::int64_t line, std::vector<ContextLine>* to_list) {
    std::string_view neighbour;
    if (line < 1 || !lines.Find(line, &neighbour)) return;
    std::uint32_t mark = 0, mark_size = 0;
    to_list->push_back({line, ClipAround(WithoutLineEnd(neighbour), kMaxContextBytes, &mark, &mark_size)});
  };
  for (int i = context; i > 0; --i) add(begin.line - i, &evidence.before);
  for (int i = 1; i <= context; ++i) add(begin.line + i, &evidence.after);
  return evidence;
}

}  // namespace faultline::runtime
