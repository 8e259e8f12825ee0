// Lines to records. A line goes through the source's wrappers from the outermost in (Unwrap), then becomes
// one or more records (Emit), then may turn out to be part of a JSON document over several lines (Join).
#include "runtime/decode/record_stream.h"

#include "runtime/decode/fields.h"
#include "runtime/decode/fragments.h"
#include "runtime/decode/inherited_fields.h"
#include "runtime/decode/json.h"
#include "runtime/decode/late_wrappers.h"
#include "runtime/decode/logfmt.h"
#include "runtime/decode/record_joiner.h"
#include "runtime/decode/source_head.h"
#include "runtime/decode/stream_table.h"
#include "runtime/decode/unwrapper.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace faultline::runtime {

class RecordStream::Impl {
 public:
  Impl(LineReader& reader, const Program& program, const EvalContext& context, const RecordChoices& choices,
       const RecordLimits& limits)
      : reader_(reader),
        module_(program.module()),
        context_(context),
        choices_(choices),
        limits_(limits),
        unwrapper_(program),
        streams_(limits.streams),
        fragments_(limits.fragment_bytes),
        inherited_(module_),
        joiner_(limits.document_lines, limits.document_bytes) {
    for (const ir::Format& format : module_.formats) {
      has_json_ |= format.kind == ir::FormatKind::kJson;
      has_logfmt_ |= format.kind == ir::FormatKind::kLogfmt;
    }
    join_ = choices.join_documents && has_json_;
  }

  bool NextBlock(RecordBlock& block) {
    block_ = &block;
    const bool impatient = std::exchange(stop_waiting_, false);
    const bool decided = decided_ || Decide(impatient);
    for (;;) {
      block.records.clear();
      block.extra_text.clear();
      block.arena.Reset();
      scan_end_ = extra_end_ = 0;
      if (ended_ || !decided) return false;
      context_.arena = &block.arena;
      if (!NextLines(block.lines)) {
        ended_ = reader_.ended();
        block.lines = LineBlock();
        if (!ended_ && (!impatient || joiner_.open() == 0)) return false;
        if (!ended_) joiner_.Abandon();
      }
      TakeUpCarried();
      if (late_) late_->Scan(block.lines);
      for (std::size_t i = 0; i < block.lines.lines().size(); ++i) TakeLine(i);
      if (ended_) {
        may_begin_ = false;
        while (std::optional<Fragment> fragment = fragments_.TakeOldest()) EmitFragment(*fragment, 0);
        joiner_.Abandon();
      } else if (joiner_.open()) {
        CarryOver();
      }
      if (!block.records.empty()) return true;
    }
  }

  bool ended() const { return ended_; }
  void StopWaiting() { stop_waiting_ = true; }

  void Save(snapshot::Writer* writer) const {
    writer->Bool(decided_);
    writer->Bool(late_.has_value());
    writer->Unsigned(queue_.size());
    for (const LineBlock& block : queue_) block.Save(writer);
    writer->Unsigned(decision_.wrappers.size());
    for (const std::uint32_t wrapper : decision_.wrappers) writer->Unsigned(wrapper);
    writer->Text(decision_.why);
    streams_.Save(writer);
    fragments_.Save(writer);
    inherited_.Save(writer);
    joiner_.Save(writer);
    writer->Unsigned(carried_.size());
    for (const RecordView& record : carried_) PutRecord(record, module_, writer);
    writer->Signed(records_);
    writer->Bool(encoding_known_);
    writer->Unsigned(static_cast<std::uint64_t>(encoding_));
  }

  bool Load(snapshot::Reader* reader) {
    decided_ = reader->Bool();
    if (reader->Bool()) late_.emplace(&unwrapper_);
    for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) queue_.emplace_back().Load(reader);
    for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
      const std::uint64_t wrapper = reader->Unsigned();
      if (wrapper >= module_.wrappers.size()) reader->Fail();
      decision_.wrappers.push_back(static_cast<std::uint32_t>(wrapper));
    }
    decision_.why = reader->Text();
    streams_.Load(reader);
    fragments_.Load(reader);
    inherited_.Load(reader);
    joiner_.Load(reader);
    for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
      RecordView record = GetRecord(module_, reader, carry_arena_);
      if (record.stream >= streams_.size()) reader->Fail();
      if (!reader->ok()) return false;
      record.context.file = reader_.path();
      record.context.stream = streams_.NameOf(record.stream);
      carried_.push_back(record);
    }
    records_ = reader->Signed();
    encoding_known_ = reader->Bool();
    encoding_ = reader->Unsigned() == 0 ? Encoding::kBytes : Encoding::kUtf16;
    values_.resize(decision_.wrappers.size());
    return reader->ok() && carried_.size() == joiner_.open();
  }

  const SourceDecision& decision() const { return decision_; }

  std::vector<InputError> errors() const {
    std::vector<InputError> errors;
    const auto add = [&](std::int64_t count, const char* one, const char* many) {
      if (count > 0) {
        errors.push_back({InputErrorKind::kLimit, reader_.path(),
                          std::to_string(count) + (count == 1 ? one : many), count});
      }
    };
    add(streams_.refused(), " time a further stream was found; such streams are taken as one",
        " times a further stream was found; such streams are taken as one");
    add(inherited_.refused(), " field of a wrapper was too long to keep for lines that it does not fit",
        " fields of wrappers were too long to keep for lines that they do not fit");
    add(fragments_.cut(), " line inside a wrapper had no end for too long and was cut",
        " lines inside a wrapper had no end for too long and were cut");
    add(joiner_.given_up(), " JSON document was too long and was taken line by line",
        " JSON documents were too long and were taken line by line");
    return errors;
  }

 private:
  // ---- the head of the source

  // False: the head is not whole, and more of it may come.
  bool Decide(bool impatient) {
    const auto detects = [](const ir::Wrapper& wrapper) { return !wrapper.detect.empty(); };
    if (reader_.source().has_records()) {
      decided_ = true;
      join_ = false;
      decision_.why = "no wrapper: records of a program";
      return true;
    }
    const bool may_detect =
        choices_.wrappers.empty() && std::any_of(module_.wrappers.begin(), module_.wrappers.end(), detects);
    if (may_detect) {
      std::size_t lines = 0;
      std::size_t bytes = 0;
      for (const LineBlock& block : queue_) {
        lines += block.lines().size();
        bytes += block.bytes().size();
      }
      while (lines < limits_.head_lines && bytes < limits_.head_bytes) {
        LineBlock block;
        if (!reader_.NextBlock(block)) {
          if (!reader_.ended() && (!impatient || queue_.empty())) return false;
          break;
        }
        lines += block.lines().size();
        bytes += block.bytes().size();
        queue_.push_back(std::move(block));
      }
    }
    decided_ = true;
    decision_ = DecideWrappers(unwrapper_, context_, choices_, limits_, queue_);
    std::reverse(queue_.begin(), queue_.end());
    if (may_detect) late_.emplace(&unwrapper_);
    return true;
  }

  bool NextLines(LineBlock& lines) {
    if (queue_.empty()) return reader_.NextBlock(lines);
    lines = std::move(queue_.back());
    queue_.pop_back();
    return true;
  }

  // ---- one line

  void TakeLine(std::size_t index) {
    const Line& line = block_->lines.lines()[index];
    Work work;
    work.raw = block_->lines.Raw(index);
    work.line = work.end_line = block_->lines.NumberOf(index);
    work.offset = line.offset;
    work.cut = line.cut;
    work.base = work.raw;
    work.end = static_cast<std::uint32_t>(work.raw.size());
    scan_used_ = false;
    may_begin_ = late_ && late_->MayBegin(index);
    if (reader_.source().has_records()) {
      join_ = false;
      if (const Value time = reader_.source().TimeOfLine(work.line); time.kind == ValueKind::kTime) {
        streams_.SetTime(work.stream, time);
      }
    }
    if (decision_.wrappers.empty()) {
      Emit(work);
    } else {
      values_.resize(decision_.wrappers.size());
      Unwrap(work, 0);
    }
  }

  // Takes layer `depth` off; recursion is as deep as there are wrappers.
  void Unwrap(Work work, std::size_t depth) {
    if (depth == decision_.wrappers.size()) {
      Emit(work);
      return;
    }
    const std::uint32_t id = decision_.wrappers[depth];
    const ir::Wrapper& wrapper = module_.wrappers[id];
    const std::uint32_t around = work.stream;
    RecordContext record;
    record.file = reader_.path();
    record.line = work.line;
    record.raw = work.raw;
    record.text = work.Text();
    Unwrapped inner;
    unwrapper_.Unwrap(id, work, record, context_, inner);
    if (inner.known) {
      work.stream = streams_.Child(work.stream, wrapper, inner.slots);
      if (wrapper.time != ir::kNone && inner.slots[wrapper.time].kind == ValueKind::kTime) {
        streams_.SetTime(work.stream, inner.slots[wrapper.time]);
      }
      values_[work.wrapper_count++] = {id, inner.slots.data()};
      if (inherited_.any()) inherited_.Keep(depth, work.stream, {values_.data(), work.wrapper_count});
    } else {
      work.stream = streams_.LastChild(work.stream);
      work.inherited = true;
      if (inherited_.any()) Inherit(depth, id, around, work);
    }
    // What says no time has that of the line around it.
    if (wrapper.time == ir::kNone && work.stream != around &&
        streams_.Time(around).kind == ValueKind::kTime) {
      streams_.SetTime(work.stream, streams_.Time(around));
    }
    if (!inner.fits) {
      Unwrap(work, depth + 1);
    } else if (wrapper.kind != ir::FormatKind::kJson) {
      work.begin = inner.begin;
      work.end = inner.end;
      Unwrap(work, depth + 1);
    } else {
      CutFragments(work, inner, depth);
    }
  }

  // The fields of the stream's latest line that the wrapper fitted. A wrapper that tells no streams apart
  // keeps them at the stream it stands in.
  void Inherit(std::size_t depth, std::uint32_t id, std::uint32_t around, Work& work) {
    const Value* slots = inherited_.Recall(depth, work.stream, id, block_->arena);
    if (slots == nullptr) slots = inherited_.Recall(depth, around, id, block_->arena);
    if (slots != nullptr) values_[work.wrapper_count++] = {id, slots};
  }

  // The text of a JSON wrapper holds newlines of its own, which are the lines inside.
  void CutFragments(const Work& outer, const Unwrapped& inner, std::size_t depth) {
    const std::string_view text = inner.text;
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', begin)) {
      if (fragments_.Has(depth, outer.stream)) {
        fragments_.Append(depth, outer, text, inner.runs, begin, end);
        EmitFragment(*fragments_.Take(depth, outer.stream), outer.wrapper_count);
      } else {
        Work work = outer;
        work.base = text;
        work.runs = inner.runs;
        work.begin = static_cast<std::uint32_t>(begin);
        work.end = static_cast<std::uint32_t>(end);
        Unwrap(work, depth + 1);
      }
      begin = end + 1;
    }
    if (begin == text.size()) return;
    fragments_.Append(depth, outer, text, inner.runs, begin, text.size());
    while (std::optional<Fragment> fragment = fragments_.TakeOverfull(depth, outer.stream)) {
      EmitFragment(*fragment, fragment->stream == outer.stream ? outer.wrapper_count : 0);
    }
  }

  // `wrapper_count`: how many of values_ belong to it; 0: it is of an earlier line.
  void EmitFragment(const Fragment& fragment, std::size_t wrapper_count) {
    Arena& arena = block_->arena;
    std::vector<WrapperValues> of_this_line;
    const bool earlier = wrapper_count == 0 && inherited_.any();
    if (earlier) {
      of_this_line = values_;
      wrapper_count = inherited_.RecallAll(fragment.depth, fragment.stream, values_, arena);
    }
    Work work;
    work.raw = arena.Copy(fragment.raw);
    work.pieces = KeepPieces(fragment.pieces, arena);
    work.line = fragment.pieces.front().line;
    work.end_line = fragment.end_line;
    work.offset = fragment.pieces.front().offset;
    work.cut = fragment.cut;
    work.base = arena.Copy(fragment.text);
    work.runs = KeepRuns(fragment.runs, arena);
    work.end = static_cast<std::uint32_t>(work.base.size());
    work.stream = fragment.stream;
    work.wrapper_count = wrapper_count;
    Unwrap(work, fragment.depth + 1);
    std::copy(of_this_line.begin(), of_this_line.end(), values_.begin());
  }

  // ---- records

  void Emit(const Work& work) {
    if (may_begin_ && BeginLate(work)) {
      Unwrap(work, decision_.wrappers.size() - 1);
      return;
    }
    Arena& arena = block_->arena;
    ++streams_.lines(work.stream);
    const std::string_view line = work.Text();
    std::string_view text;
    TextMap map;
    if (Normalize(line, normalized_, runs_)) {
      text = arena.Copy(normalized_);
      for (OffsetRun& run : runs_) run.raw += work.begin;
      map.runs = KeepRuns(Compose(runs_, work.runs, static_cast<std::uint32_t>(text.size())), arena);
      if (map.runs.empty()) map.begin = work.begin;  // nothing is left of the line
    } else {
      std::uint32_t skipped = 0;
      text = TrimLine(line, &skipped);
      map = Below(work, work.begin + skipped, text.size());
    }
    if (join_ && SplitDocuments(work, text, map)) return;
    Push(work, text, map);
  }

  // A wrapper that begins with this line is in force from here on, inside all others.
  bool BeginLate(const Work& work) {
    RecordContext record;
    record.file = reader_.path();
    record.line = work.line;
    record.raw = work.raw;
    record.text = work.Text();
    const std::uint32_t id = late_->Find(work, record, decision_.wrappers, context_);
    if (id == ir::kNone) return false;
    decision_.wrappers.push_back(id);
    decision_.why +=
        "; wrapper " + module_.wrappers[id].name + ": from line " + std::to_string(work.line) + " on";
    values_.resize(std::max(values_.size(), decision_.wrappers.size()));
    return true;
  }

  TextMap Below(const Work& work, std::uint32_t begin, std::size_t size) {
    TextMap map;
    if (work.runs.empty()) {
      map.begin = begin;
    } else {
      const OffsetRun run{0, begin};
      map.runs =
          KeepRuns(Compose(std::span(&run, 1), work.runs, static_cast<std::uint32_t>(size)), block_->arena);
    }
    return map;
  }

  // Several JSON documents on one line are a record each, if nothing else stands there.
  bool SplitDocuments(const Work& work, std::string_view text, const TextMap& map) {
    constexpr std::string_view kBlanks = " \t";
    std::size_t at = text.find_first_not_of(kBlanks);
    if (at == std::string_view::npos || text[at] != '{') return false;
    // Cheap, and never wrong about a line that has only one: an end, perhaps blanks, and a beginning.
    bool several = false;
    for (std::size_t end = text.find('}'); end != std::string_view::npos && !several;
         end = text.find('}', end + 1)) {
      const std::size_t next = text.find_first_not_of(kBlanks, end + 1);
      several = next != std::string_view::npos && text[next] == '{';
      if (next != std::string_view::npos) end = next - 1;
    }
    if (!several) return false;
    std::vector<std::pair<std::size_t, std::size_t>> documents;
    while (at != std::string_view::npos) {
      if (text[at] != '{' || !document_.Parse(text, at)) return false;
      documents.emplace_back(at, document_.position());
      at = text.find_first_not_of(kBlanks, document_.position());
    }
    if (documents.size() < 2) return false;
    for (const auto& [begin, end] : documents) {
      TextMap part;
      if (map.runs.empty()) {
        part.begin = map.begin + static_cast<std::uint32_t>(begin);
      } else {
        const OffsetRun run{0, static_cast<std::uint32_t>(begin)};
        part.runs = KeepRuns(Compose(std::span(&run, 1), map.runs, static_cast<std::uint32_t>(end - begin)),
                             block_->arena);
      }
      Push(work, text.substr(begin, end - begin), part);
    }
    return true;
  }

  void Push(const Work& work, std::string_view text, const TextMap& map) {
    RecordView record;
    record.context.file = reader_.path();
    record.context.line = work.line;
    record.context.text = text;
    record.context.raw = work.raw;
    record.context.time = streams_.Time(work.stream);
    record.context.stream = streams_.NameOf(work.stream);
    record.end_line = work.end_line;
    record.offset = work.offset;
    record.stream = work.stream;
    record.stream_line = streams_.lines(work.stream);
    record.cut = work.cut;
    record.inherited = work.inherited;
    record.map = record.whole_map = map;
    record.whole = text;
    record.pieces = work.pieces;
    record.encoding = block_->lines.encoding();
    if (encoding_known_) {
      record.encoding = encoding_;
    } else {
      encoding_ = record.encoding;
      encoding_known_ = true;
    }
    if (work.wrapper_count > 0) record.wrappers = KeepValues(work.wrapper_count);
    Add(record);
    if (join_) Join();
  }

  std::span<const WrapperValues> KeepValues(std::size_t count) {
    char* memory = block_->arena.Allocate(count * sizeof(WrapperValues), alignof(WrapperValues));
    auto* copy = new (memory) WrapperValues[count];
    std::copy_n(values_.begin(), count, copy);
    return {copy, count};
  }

  // Gives the record its number and its haystack.
  void Add(RecordView& record) {
    record.record = ++records_;
    record.serial = NextSerial();
    const std::string_view bytes = block_->bytes();
    const std::string_view raw = record.context.raw;
    const bool in_block =
        !bytes.empty() && raw.data() >= bytes.data() && raw.data() <= bytes.data() + bytes.size();
    const auto extra_begin = static_cast<std::uint32_t>(block_->extra_text.size());
    const auto append = [this](std::string_view text) {
      block_->extra_text.append(text);
      block_->extra_text.push_back('\n');
    };
    record.scan_begin = record.scan_end = scan_end_;
    if (in_block && !scan_used_) {
      record.scan_begin = static_cast<std::uint32_t>(raw.data() - bytes.data());
      record.scan_end = record.scan_begin + static_cast<std::uint32_t>(raw.size());
      scan_end_ = record.scan_end;
      scan_used_ = true;
    } else {
      append(raw);
    }
    const std::string_view text = record.context.text;
    const bool view = text.data() >= raw.data() && text.data() + text.size() <= raw.data() + raw.size();
    if (!view) append(text);
    if ((has_json_ || has_logfmt_) && text.find('\\') != std::string_view::npos &&
        text.find('"') != std::string_view::npos) {
      const bool json = text.find_first_of("{[") == text.find_first_not_of(" \t");
      unescaped_.clear();
      if (json) {
        UnescapeJson(text, unescaped_);
      } else {
        UnescapeGo(text, unescaped_);
      }
      append(unescaped_);
    }
    record.extra_begin = extra_begin;
    record.extra_end = static_cast<std::uint32_t>(block_->extra_text.size());
    if (record.extra_end == extra_begin) record.extra_begin = record.extra_end = extra_end_;
    extra_end_ = record.extra_end;
    block_->records.push_back(record);
  }

  // ---- documents over several lines

  void Join() {
    std::vector<RecordView>& records = block_->records;
    const std::size_t held = joiner_.Take(records.back());
    if (held == 0) return;
    // The last `held` records are one document.
    const auto first = records.end() - static_cast<std::ptrdiff_t>(held);
    RecordView joined = JoinRecords({&*first, held}, block_->arena);
    records_ -= static_cast<std::int64_t>(held);
    records.erase(first, records.end());
    scan_used_ = true;  // its lines are in `bytes`, but not as one piece
    Add(joined);
  }

  // The lines of an open document move into the next block.
  void CarryOver() {
    std::vector<RecordView>& records = block_->records;
    carry_arena_.Reset();
    carried_.clear();
    const auto first = records.end() - static_cast<std::ptrdiff_t>(joiner_.open());
    for (auto it = first; it != records.end(); ++it)
      carried_.push_back(CopyRecord(*it, module_, carry_arena_));
    records_ -= static_cast<std::int64_t>(carried_.size());
    records.erase(first, records.end());
  }

  void TakeUpCarried() {
    for (const RecordView& held : carried_) {
      RecordView record = CopyRecord(held, module_, block_->arena);
      scan_used_ = true;
      Add(record);
    }
    carried_.clear();
  }

  LineReader& reader_;
  const ir::Module& module_;
  EvalContext context_;
  RecordChoices choices_;
  RecordLimits limits_;
  Unwrapper unwrapper_;
  StreamTable streams_;
  FragmentTable fragments_;
  std::optional<LateWrappers> late_;
  bool may_begin_ = false;  // the line that is worked on holds what a wrapper is detected by
  InheritedFields inherited_;
  DocumentJoiner joiner_;
  bool has_json_ = false;
  bool has_logfmt_ = false;
  bool join_ = false;

  bool decided_ = false;
  bool ended_ = false;
  bool stop_waiting_ = false;
  SourceDecision decision_;
  std::vector<LineBlock> queue_;  // read to decide, not given out yet; the next one last

  RecordBlock* block_ = nullptr;
  std::int64_t records_ = 0;
  std::uint32_t scan_end_ = 0;
  std::uint32_t extra_end_ = 0;
  bool scan_used_ = false;  // a record of this line has the line's piece of `bytes` already
  bool encoding_known_ = false;
  Encoding encoding_ = Encoding::kBytes;

  std::vector<WrapperValues> values_;
  std::vector<RecordView> carried_;
  Arena carry_arena_;
  JsonDocument document_;
  std::string normalized_;
  std::string unescaped_;
  std::vector<OffsetRun> runs_;
};

RecordStream::RecordStream(LineReader& reader, const Program& program, const EvalContext& context,
                           const RecordChoices& choices, const RecordLimits& limits)
    : impl_(std::make_unique<Impl>(reader, program, context, choices, limits)) {}
RecordStream::~RecordStream() = default;
bool RecordStream::NextBlock(RecordBlock& block) {
  return impl_->NextBlock(block);
}
bool RecordStream::ended() const {
  return impl_->ended();
}
void RecordStream::StopWaiting() {
  impl_->StopWaiting();
}
void RecordStream::Save(snapshot::Writer* writer) const {
  impl_->Save(writer);
}
bool RecordStream::Load(snapshot::Reader* reader) {
  return impl_->Load(reader);
}
const SourceDecision& RecordStream::decision() const {
  return impl_->decision();
}
std::vector<InputError> RecordStream::errors() const {
  return impl_->errors();
}

}  // namespace faultline::runtime
