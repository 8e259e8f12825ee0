// Where a run finds what earlier runs left: the history and the shapes of passing runs.
//
// `.faultline/history.db` beside the repository's rules, else `$XDG_STATE_HOME/faultline/history.db`
// (~/.local/state). `--history FILE` names another; `none` does without. The shapes are `shapes.bin` in the
// same folder.
#ifndef FAULTLINE_TOOLS_DRIVER_STATE_PLACE_H_
#define FAULTLINE_TOOLS_DRIVER_STATE_PLACE_H_

#include "runtime/history/history.h"
#include "runtime/novelty/shapes.h"
#include "tools/driver/clock.h"

#include <memory>
#include <string>
#include <vector>

namespace faultline::driver {

struct StatePlace {
  std::string history;  // empty: none
  std::string shapes;   // empty: none
  std::string origin;   // "--history", ".faultline", "XDG_STATE_HOME", "HOME"
  bool shared = false;  // by all repositories of the user
};

StatePlace FindState(const std::string& history_option);

// repository, branch and job of the run. Where all repositories share a file and CI says no repository, it is
// the working directory.
history::Scope ScopeOf(const std::vector<ContextEntry>& context, const StatePlace& place);

// Branches whose history stands in for that of a branch that has none: what CI calls the default one (context
// `default_branch`), else `main`, then `master`.
std::vector<std::string> MainBranches(const std::vector<ContextEntry>& context);

// A sentence about what went wrong: "PATH: it is damaged …; set aside as PATH.damaged".
std::string Sentence(const history::Error& error);

// Loads a file of shapes; a damaged one is renamed to NAME.damaged. Null: there is none, or *remark says why
// not.
std::unique_ptr<novelty::ShapeSet> LoadShapes(const std::string& path, std::string* remark);

// Adds `learned` to the file (or replaces it), while no other learner can.
struct Saved {
  std::string error;   // it was not saved
  std::string remark;  // a damaged file was set aside
  std::size_t before = 0, shapes = 0;
  std::uint64_t lines = 0, dropped = 0;
};
Saved SaveShapes(const novelty::ShapeSet& learned, const std::string& path, bool replace);

}  // namespace faultline::driver

#endif  // FAULTLINE_TOOLS_DRIVER_STATE_PLACE_H_
