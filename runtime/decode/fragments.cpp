// Fragments: text, raw bytes and the map between them grow together.
#include "runtime/decode/fragments.h"

#include <algorithm>
#include <new>

namespace faultline::runtime {

void FragmentTable::Append(std::size_t depth, const Work& work, std::string_view text,
                           std::span<const OffsetRun> runs, std::size_t begin, std::size_t end) {
  const Key key{depth, work.stream};
  auto [it, added] = fragments_.try_emplace(key);
  Fragment& fragment = it->second;
  if (added) {
    fragment.depth = depth;
    fragment.stream = work.stream;
    fragment.sequence = ++sequence_;
    by_age_.emplace(fragment.sequence, key);
  } else {
    fragment.raw.push_back('\n');
    ++bytes_;
  }
  const auto raw_base = static_cast<std::uint32_t>(fragment.raw.size());
  const auto text_base = static_cast<std::uint32_t>(fragment.text.size());
  const auto size = static_cast<std::uint32_t>(end - begin);
  const OffsetRun cut{0, static_cast<std::uint32_t>(begin)};
  for (OffsetRun run : Compose(std::span(&cut, 1), runs, size)) {
    fragment.runs.push_back({run.text + text_base, run.raw + raw_base});
  }
  if (work.pieces.empty()) {
    fragment.pieces.push_back({raw_base, work.line, work.offset});
  } else {
    for (RawPiece piece : work.pieces) {
      piece.begin += raw_base;
      fragment.pieces.push_back(piece);
    }
  }
  fragment.text.append(text.substr(begin, end - begin));
  fragment.raw.append(work.raw);
  fragment.end_line = work.end_line;
  fragment.cut = fragment.cut || work.cut;
  bytes_ += size + work.raw.size();
}

std::optional<Fragment> FragmentTable::Take(std::size_t depth, std::uint32_t stream) {
  const auto it = fragments_.find({depth, stream});
  if (it == fragments_.end()) return std::nullopt;
  Fragment fragment = std::move(it->second);
  fragments_.erase(it);
  by_age_.erase(fragment.sequence);
  bytes_ -= fragment.text.size() + fragment.raw.size();
  return fragment;
}

std::optional<Fragment> FragmentTable::TakeOldest() {
  if (by_age_.empty()) return std::nullopt;
  const Key key = by_age_.begin()->second;
  return Take(key.first, key.second);
}

std::optional<Fragment> FragmentTable::TakeOverfull(std::size_t depth, std::uint32_t stream) {
  const auto it = fragments_.find({depth, stream});
  if (it != fragments_.end() && it->second.raw.size() + it->second.text.size() > fragment_bytes_) {
    ++cut_;
    return Take(depth, stream);
  }
  if (bytes_ > kMaxBytes) {
    ++cut_;
    return TakeOldest();
  }
  return std::nullopt;
}

std::span<const RawPiece> KeepPieces(std::span<const RawPiece> pieces, Arena& arena) {
  if (pieces.empty()) return {};
  auto* copy =
      new (arena.Allocate(pieces.size() * sizeof(RawPiece), alignof(RawPiece))) RawPiece[pieces.size()];
  std::copy(pieces.begin(), pieces.end(), copy);
  return {copy, pieces.size()};
}

void PutRuns(std::span<const OffsetRun> runs, snapshot::Writer* writer) {
  writer->Unsigned(runs.size());
  for (const OffsetRun& run : runs) {
    writer->Unsigned(run.text);
    writer->Unsigned(run.raw);
  }
}

void PutPieces(std::span<const RawPiece> pieces, snapshot::Writer* writer) {
  writer->Unsigned(pieces.size());
  for (const RawPiece& piece : pieces) {
    writer->Unsigned(piece.begin);
    writer->Signed(piece.line);
    writer->Unsigned(piece.offset);
  }
}

std::vector<OffsetRun> GetRuns(snapshot::Reader* reader) {
  std::vector<OffsetRun> runs;
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const auto text = static_cast<std::uint32_t>(reader->Unsigned());
    runs.push_back({text, static_cast<std::uint32_t>(reader->Unsigned())});
  }
  return runs;
}

std::vector<RawPiece> GetPieces(snapshot::Reader* reader) {
  std::vector<RawPiece> pieces;
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    RawPiece piece;
    piece.begin = static_cast<std::uint32_t>(reader->Unsigned());
    piece.line = reader->Signed();
    piece.offset = reader->Unsigned();
    pieces.push_back(piece);
  }
  return pieces;
}

void FragmentTable::Save(snapshot::Writer* writer) const {
  writer->Unsigned(by_age_.size());
  for (const auto& [age, key] : by_age_) {
    const Fragment& fragment = fragments_.at(key);
    writer->Unsigned(fragment.depth);
    writer->Unsigned(fragment.stream);
    writer->Text(fragment.text);
    PutRuns(fragment.runs, writer);
    writer->Text(fragment.raw);
    PutPieces(fragment.pieces, writer);
    writer->Signed(fragment.end_line);
    writer->Bool(fragment.cut);
  }
  writer->Unsigned(bytes_);
  writer->Signed(cut_);
}

bool FragmentTable::Load(snapshot::Reader* reader) {
  fragments_.clear();
  by_age_.clear();
  sequence_ = 0;
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    Fragment fragment;
    fragment.depth = static_cast<std::size_t>(reader->Unsigned());
    fragment.stream = static_cast<std::uint32_t>(reader->Unsigned());
    fragment.text = reader->Text();
    fragment.runs = GetRuns(reader);
    fragment.raw = reader->Text();
    fragment.pieces = GetPieces(reader);
    fragment.end_line = reader->Signed();
    fragment.cut = reader->Bool();
    fragment.sequence = ++sequence_;
    if (fragment.pieces.empty()) reader->Fail();
    const Key key{fragment.depth, fragment.stream};
    by_age_.emplace(fragment.sequence, key);
    if (!fragments_.emplace(key, std::move(fragment)).second) reader->Fail();
  }
  bytes_ = static_cast<std::size_t>(reader->Unsigned());
  cut_ = reader->Signed();
  if (!reader->ok()) {
    fragments_.clear();
    by_age_.clear();
    bytes_ = 0;
  }
  return reader->ok();
}

}  // namespace faultline::runtime
