// The most telling lines of a run in which no rule found what was wrong: those that no good run had, how
// commands ended and what they printed last, words of failure (runtime/novelty/novel_lines.h).
//
// They are worked out when the run is over and only if it found nothing, so that a run that finds something
// pays nothing for them. Files are read again; of what cannot be, the last bytes are kept as they pass.
#ifndef FAULTLINE_TOOLS_CLI_TELLING_H_
#define FAULTLINE_TOOLS_CLI_TELLING_H_

#include "runtime/engine/engine.h"
#include "runtime/input/files.h"
#include "runtime/input/tail.h"
#include "runtime/novelty/shapes.h"

#include <deque>
#include <memory>
#include <string>

namespace faultline::cli {

class Telling {
 public:
  static constexpr std::size_t kTailBytes = 8 * 1024 * 1024;  // looked at of each input
  static constexpr std::size_t kMaxInputs = 64;
  static constexpr std::size_t kMaxShown = 5;

  // An input of the run, `file` as reports show it. What it gives cannot be read twice: the result stands
  // for it.
  std::unique_ptr<runtime::ByteSource> Keep(std::unique_ptr<runtime::ByteSource> bytes,
                                            const std::string& file);
  // One that can.
  void ReadAgain(const runtime::InputFile& input);

  // Fills summary->telling if nobody found what was wrong. `shapes` may be null; `failed`: the command that
  // was run ended badly.
  void Fill(const runtime::Program& program, const runtime::EngineOptions& options,
            const novelty::ShapeSet* shapes, bool failed, runtime::RunSummary* summary) const;
  // Whether Fill would look at anything.
  static bool IsWanted(const runtime::RunSummary& summary, bool failed);

 private:
  struct Kept {
    std::string file;
    runtime::InputFile input;             // to be read again
    std::unique_ptr<runtime::Tail> tail;  // or null
  };
  std::deque<Kept> kept_;
  std::size_t left_out_ = 0;
};

}  // namespace faultline::cli

#endif  // FAULTLINE_TOOLS_CLI_TELLING_H_
