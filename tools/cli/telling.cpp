// The most telling lines of a run that found nothing: see telling.h.
#include "tools/cli/telling.h"

#include "runtime/decode/record_stream.h"
#include "runtime/novelty/novel_lines.h"
#include "tools/cli/session.h"

#include <fmt/format.h>
#include <utility>

namespace faultline::cli {
namespace {

void Drain(runtime::ByteSource* bytes, runtime::Tail* tail) {
  std::string buffer(256 * 1024, '\0');
  while (!Interrupted()) {
    const std::size_t got = bytes->Read(buffer.data(), buffer.size());
    if (got == 0) return;
    tail->Append({buffer.data(), got});
  }
}

}  // namespace

std::unique_ptr<runtime::ByteSource> Telling::Keep(std::unique_ptr<runtime::ByteSource> bytes,
                                                   const std::string& file) {
  if (kept_.size() >= kMaxInputs) {
    ++left_out_;
    return bytes;
  }
  Kept& kept = kept_.emplace_back();
  kept.file = file;
  kept.tail = std::make_unique<runtime::Tail>(kTailBytes);
  return runtime::TailedSource(std::move(bytes), kept.tail.get());
}

void Telling::ReadAgain(const runtime::InputFile& input) {
  if (kept_.size() >= kMaxInputs) {
    ++left_out_;
  } else {
    kept_.push_back({input.path, input, nullptr});
  }
}

bool Telling::IsWanted(const runtime::RunSummary& summary, bool failed) {
  const auto found = [&](lang::Severity severity) {
    return summary.findings[static_cast<std::size_t>(severity)] > 0;
  };
  if (summary.interrupted || found(lang::Severity::kError) || found(lang::Severity::kCritical)) return false;
  return failed || !found(lang::Severity::kWarning);
}

void Telling::Fill(const runtime::Program& program, const runtime::EngineOptions& options,
                   const novelty::ShapeSet* shapes, bool failed, runtime::RunSummary* summary) const {
  if (!IsWanted(*summary, failed)) return;
  novelty::NovelLines lines(shapes);
  runtime::EvalContext context;
  context.now = options.now;
  context.zone_offset = options.zone_offset;
  std::vector<runtime::Notice> notices;
  for (std::uint32_t source = 0; source < kept_.size(); ++source) {
    const Kept& kept = kept_[source];
    runtime::Tail again(kTailBytes);
    if (!kept.tail) {
      runtime::InputError error;  // said when it was read first
      const auto bytes = runtime::OpenInput(kept.input, &error, &Interrupted());
      if (bytes) Drain(bytes.get(), &again);
    }
    const runtime::Tail& tail = kept.tail ? *kept.tail : again;
    if (tail.cut()) {
      notices.push_back(
          {"telling_lines", kept.file, "only its end was looked at for telling lines: the last 8 MiB", 1});
    }
    const std::int64_t before = tail.first_line() - 1;
    runtime::LineReader reader(runtime::MemorySource(tail.text()), kept.file, options.lines);
    runtime::RecordStream records(reader, program, context, options.choices, options.records);
    runtime::RecordBlock block;
    while (!Interrupted() && records.NextBlock(block)) {
      for (const runtime::RecordView& record : block.records) {
        lines.Add(record.context.text, record.context.line + before, source, record.stream);
      }
    }
  }
  if (Interrupted()) return;
  if (left_out_ > 0) {
    notices.push_back({"telling_lines", fmt::format("{} inputs", left_out_),
                       fmt::format("not looked at for telling lines: only the first {} are", kMaxInputs),
                       static_cast<std::int64_t>(left_out_)});
  }
  if (failed) lines.EndedBadly();
  for (novelty::NovelLine& line : lines.Rank(kMaxShown)) {
    summary->telling.push_back(
        {kept_[line.source].file, line.line, std::move(line.text), std::move(line.reasons), line.count});
  }
  summary->known_good = shapes != nullptr;
  if (summary->telling.empty()) return;
  for (runtime::Notice& notice : notices) summary->notices.push_back(std::move(notice));
}

}  // namespace faultline::cli
