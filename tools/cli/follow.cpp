// `faultline run --follow`: findings as they happen, and with --state a run that goes on where it stopped
// (docs/live.md).
//
// The order at a commit is what makes `-o FORMAT=FILE` exactly once: everything written is handed to the
// disk, then the snapshot with the sizes of the files replaces the one before. A run that goes on cuts the
// files to the sizes in its snapshot, and finds again what it had found behind it.
#include "ir/text.h"
#include "runtime/live/live_output.h"
#include "runtime/live/live_run.h"
#include "runtime/live/state_folder.h"
#include "tools/cli/console.h"
#include "tools/cli/past.h"
#include "tools/cli/reports.h"
#include "tools/cli/verbs.h"
#include "tools/driver/clock.h"

#include <chrono>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace faultline::cli {
namespace {

constexpr int kWait = 200;  // milliseconds without inotify's help
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;

std::int64_t Now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// What must be the same for a snapshot to make sense: the rules, and how lines are read.
std::string ProgramText(const Options& options, const ir::Module& module) {
  const std::string compiled = ir::Print(module);
  const std::string choices =
      fmt::format("{}\n{}\n{}\n{}", options.format, options.wrapper, options.max_line, options.zone);
  return runtime::Fingerprint(FAULTLINE_VERSION,
                              {{"rules", Value::Text(compiled)}, {"choices", Value::Text(choices)}});
}

struct FollowReport {
  OutputSpec spec;
  std::unique_ptr<runtime::LiveOutput> file;  // null: standard output
  std::unique_ptr<runtime::FindingSink> sink;
};

using Sizes = std::map<std::pair<std::string, std::string>, std::uint64_t>;  // by format and file

class FollowRun {
 public:
  FollowRun(const Options& options, const Rules& rules, std::vector<std::string> inputs)
      : options_(options), rules_(rules), inputs_(std::move(inputs)) {}

  int Run() {
    engine_options_ = EngineOptionsOf(options_, *rules_.compilation->module);
    if (!engine_options_) return kUsage;
    program_ = LoadProgram(options_, rules_.compilation->module, &code_);
    if (!program_) return code_;
    if (!options_.state.empty()) {
      std::string error;
      if (!folder_.Open(options_.state, &error)) {
        Remark(fmt::format("--state {}: {}", options_.state, error));
        return kUsage;
      }
      program_text_ = ProgramText(options_, *rules_.compilation->module);
    }
    past_ = OpenPast(options_, *rules_.compilation->module, &*engine_options_);
    InstallInterrupt();
    if (!Begin()) return kUsage;
    Follow();
    return End();
  }

 private:
  void MakeRun() {
    live_.reset();
    engine_ = std::make_unique<runtime::Engine>(program_, *engine_options_);
    runtime::LiveOptions live;
    for (const std::string& input : inputs_) live.inputs.push_back({input, ""});
    for (const RoleInput& input : options_.roles) live.inputs.push_back({input.file, input.role});
    live.clock = Now;
    live.say = [this](const runtime::InputError& error) {
      if (SayErrors({error}, options_)) code_ = WorstExit(code_, kInput);
    };
    live_ = std::make_unique<runtime::LiveRun>(engine_.get(), std::move(live));
  }

  void SetAside(const std::string& why) {
    Remark(fmt::format("--state {}: the snapshot {}; it was set aside, and the run begins anew",
                       options_.state, why));
  }

  // The run that the folder's snapshot is of, or a new one; and its outputs.
  bool Begin() {
    MakeRun();
    Sizes sizes;
    std::string state, message;
    if (!options_.state.empty()) {
      switch (folder_.Read(&state, &message)) {
        case runtime::StateFolder::Found::kNothing:
          break;
        case runtime::StateFolder::Found::kRefused:
          SetAside(message);
          break;
        case runtime::StateFolder::Found::kState:
          if (const std::string why = Load(state, &sizes); !why.empty()) {
            folder_.SetAside();
            SetAside(why);
            sizes.clear();
            MakeRun();
          }
          break;
      }
    }
    std::vector<OutputSpec> specs = options_.outputs;
    if (specs.empty()) specs.push_back({"human", ""});
    for (const OutputSpec& spec : specs) {
      FollowReport report;
      report.spec = spec;
      runtime::Output write = Out().Writer();
      if (!spec.file.empty()) {
        report.file = std::make_unique<runtime::LiveOutput>();
        const auto size = sizes.find({spec.format, spec.file});
        std::string error;
        if (!report.file->Open(spec.file, size == sizes.end() ? 0 : size->second, &error)) {
          Remark(fmt::format("-o {}={}: {}", spec.format, spec.file, error));
          return false;
        }
        write = [file = report.file.get()](std::string_view text) { file->Write(text); };
      }
      report.sink = MakeSink(options_, spec, std::move(write), stdout);
      engine_->AddSink(report.sink.get());
      reports_.push_back(std::move(report));
    }
    return true;
  }

  // Empty, or why the snapshot is of no use.
  std::string Load(const std::string& state, Sizes* sizes) {
    runtime::snapshot::Reader reader(state);
    if (!reader.Header()) return "is of another version of this program";
    if (reader.Text() != program_text_) return "is of other rules or options";
    for (std::size_t n = reader.Count(); n > 0 && reader.ok(); --n) {
      const std::string format(reader.Text());
      const std::string file(reader.Text());
      sizes->emplace(std::pair(format, file), reader.Unsigned());
    }
    if (!reader.ok() || !live_->Load(&reader)) return "makes no sense";
    return {};
  }

  void Flush(bool durable) {
    Out().Flush();
    for (const FollowReport& report : reports_) {
      if (report.file != nullptr) report.file->Flush(durable);
    }
  }

  bool failed() const {
    for (const FollowReport& report : reports_) {
      if (report.file != nullptr && report.file->failed()) return true;
    }
    return false;
  }

  void Commit() {
    if (options_.state.empty() || !live_->CanSave()) return;
    Flush(true);
    if (failed()) return;  // what is not on the disk must not count as written
    runtime::snapshot::Writer writer;
    writer.Header();
    writer.Text(program_text_);
    writer.Unsigned(reports_.size());
    for (const FollowReport& report : reports_) {
      writer.Text(report.spec.format);
      writer.Text(report.spec.file);
      writer.Unsigned(report.file == nullptr ? 0 : report.file->size());
    }
    live_->Save(&writer);
    std::string error;
    if (!folder_.Write(writer.bytes(), &error) && error != said_) {
      Remark(fmt::format("--state {}: {}", options_.state, error));
      code_ = WorstExit(code_, kInput);
      said_ = error;
    }
  }

  void Follow() {
    std::int64_t committed = Now();
    std::int64_t measured = committed;
    std::int64_t cost = 0;
    bool dirty = true;
    while (!Interrupted() && !Out().closed() && !failed()) {
      const bool any = live_->Step();
      Flush(false);
      dirty |= any;
      const std::int64_t now = Now();
      // A large state is not written all the time.
      if (dirty && (now - committed >= std::max(kSecond, 20 * cost) || now < committed)) {
        Commit();
        committed = Now();
        cost = committed - now;
        dirty = false;
      }
      if (now - measured >= kMinute || now < measured) {
        past_.Commit(now);
        measured = now;
      }
      if (live_->over()) break;
      if (!any) live_->Wait(kWait);
    }
  }

  int End() {
    const bool interrupted = Interrupted();
    const bool goes_on = !options_.state.empty() && !live_->over();
    if (goes_on) {
      // Behind a step everything that was read has been looked at; what is written from here on is cut off
      // when the run goes on.
      Commit();
      engine_->Suspend();
    } else {
      live_->Finish(interrupted);
      engine_->Finish();
    }
    past_.Commit(Now());
    Flush(true);
    for (const FollowReport& report : reports_) {
      if (report.file == nullptr || !report.file->failed()) continue;
      Remark(fmt::format("{}: {}", report.spec.file, report.file->why()));
      code_ = WorstExit(code_, kInput);
    }
    if (!goes_on && !options_.state.empty() && !failed()) folder_.Clear();
    if (FailsRun(engine_->summary(), options_.fail_on)) code_ = WorstExit(code_, kFindings);
    if (interrupted) code_ = WorstExit(code_, kInterrupted);
    return code_;
  }

  const Options& options_;
  const Rules& rules_;
  std::vector<std::string> inputs_;
  std::optional<runtime::EngineOptions> engine_options_;
  std::shared_ptr<const runtime::Program> program_;
  std::string program_text_;
  Past past_;
  runtime::StateFolder folder_;
  std::vector<FollowReport> reports_;  // sinks outlive the engine
  std::unique_ptr<runtime::Engine> engine_;
  std::unique_ptr<runtime::LiveRun> live_;
  std::string said_;
  int code_ = kOk;
};

}  // namespace

int RunFollow(const Options& options, const Rules& rules, const std::vector<std::string>& inputs) {
  return FollowRun(options, rules, inputs).Run();
}

}  // namespace faultline::cli
