// A run over inputs that grow: `faultline run --follow` (docs/live.md).
//
//   LiveRun live(&engine, options);
//   while (…) {
//     if (!live.Step()) live.Wait(200);
//   }
//   live.Finish(…);
//
// A source is a log by its name: a file and those that take its place when it is rotated. Step looks for what
// has changed, reads what there is and lets the clock move on for sources that are idle; it never waits, and
// nothing in it depends on when it is called but what the clock says. So tests turn the clock by hand.
//
//   rotated by name   the old file is read to its end, then the new one from its beginning, once something
//                     stands in it
//   emptied           read from its beginning; what is known to be lost is told
//   gone              the source is over after LiveOptions::gone without a file of its name
//   a line's begin    waits for its newline, however long; it is a line when its file is over
//
// Thread safety: one thread.
#ifndef FAULTLINE_RUNTIME_LIVE_LIVE_RUN_H_
#define FAULTLINE_RUNTIME_LIVE_LIVE_RUN_H_

#include "runtime/correlate/snapshot.h"
#include "runtime/engine/engine.h"
#include "runtime/live/live_file.h"
#include "runtime/live/watcher.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace faultline::runtime {

// A file, folder, pattern or "-", and the role of what it stands for ("": none).
struct LiveInput {
  std::string name;
  std::string role;
};

struct LiveOptions {
  static constexpr std::int64_t kMillisecond = 1'000'000;

  std::vector<LiveInput> inputs;
  std::function<std::int64_t()> clock;  // ns since 1970
  bool use_inotify = true;
  std::int64_t rescan = 500 * kMillisecond;  // how often names are looked for at least
  // Without a new byte for so long, open blocks and documents of a source end …
  std::int64_t settle = 700 * kMillisecond;
  std::int64_t idle = 1000 * kMillisecond;       // … its time goes on by the clock …
  std::int64_t scopes = 600'000 * kMillisecond;  // … and its scopes end.
  std::int64_t gone = 5000 * kMillisecond;
  // What happens to inputs, as it happens; the engine is told as well.
  std::function<void(const InputError&)> say;
};

class LiveRun {
 public:
  // `engine` must outlive it.
  LiveRun(Engine* engine, LiveOptions options);
  ~LiveRun();
  LiveRun(const LiveRun&) = delete;
  LiveRun& operator=(const LiveRun&) = delete;

  // True if something was read, so that there may be more.
  bool Step();
  // Until something may have happened, at most so long.
  void Wait(int milliseconds);
  // Nothing can come any more: all inputs are pipes whose writers are gone.
  bool over() const;
  // Ends all sources. Interrupted: there would have been more.
  void Finish(bool interrupted);

  std::size_t sources() const { return followed_.size(); }
  // Between two steps; false: not now, something is half done.
  bool CanSave() const;
  // The files, how far they were read, and the engine.
  void Save(snapshot::Writer* writer);
  // On a new run over a new engine, before the first step. False: it makes no sense, and neither is of use.
  bool Load(snapshot::Reader* reader);

 private:
  struct Followed {
    std::string path;
    bool named = false;
    std::uint32_t source = 0;
    LiveFile* file = nullptr;  // the engine's
    int descriptor = -1;       // of the file that `identity` is of
    FileIdentity identity;
    FileIdentity last;       // of the file that has the name
    FileIdentity previous;   // before it was emptied
    std::uint64_t size = 0;  // as it was seen last
    std::int64_t changed = 0;
    std::uint64_t taken = 0;
    std::int64_t read_at = 0;       // when the last bytes came
    std::int64_t written_at = 0;    // when they were written, as far as that is known
    std::int64_t time = INT64_MIN;  // of the source then
    bool settled = true;
    bool scopes_ended = true;
    std::optional<std::int64_t> gone_since;
  };
  using FileKey = std::pair<std::uint64_t, std::uint64_t>;

  void Discover();
  void Begin(const std::string& path, bool named, const std::string& role);
  bool IsFollowed(const FileIdentity& identity, const std::string& path, int descriptor);
  void Check(Followed* followed);
  void StartAgain(Followed* followed, std::uint64_t size, bool shorter);
  void NoteRead(Followed* followed);
  void LetTimePass(Followed* followed);
  void End(Followed* followed, bool interrupted);
  void Say(InputErrorKind kind, const std::string& path, const std::string& message);
  std::unique_ptr<LiveFile> Reopen(Followed* followed, std::uint64_t position);

  Engine* engine_;
  LiveOptions options_;
  Watcher watcher_;
  std::vector<std::unique_ptr<Followed>> followed_;
  std::set<FileKey> done_;          // read to their ends, and still there under another name
  std::set<std::string> left_out_;  // said once
  bool scan_ = true;
  std::int64_t scanned_at_ = 0;
  std::int64_t now_ = 0;
  bool stdin_begun_ = false;
  std::size_t said_ = 0;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_LIVE_LIVE_RUN_H_
