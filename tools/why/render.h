// A story for people and for programs.
//
// Thread safety: pure functions.
#ifndef FAULTLINE_TOOLS_WHY_RENDER_H_
#define FAULTLINE_TOOLS_WHY_RENDER_H_

#include "tools/why/story.h"
#include "tools/why/verdict.h"

#include <string>

namespace faultline::explain {

struct RenderOptions {
  bool color = false;
  bool all = false;  // more matches and events than the first few (-v)
};

// The decisive line first, then what led there; about a screen.
std::string ToHuman(const Story& story, const Verdict& verdict, const ir::Module& module,
                    const RenderOptions& options);

// One JSON object and a newline; docs/output.md has its keys.
std::string ToJson(const Story& story, const Verdict& verdict, const ir::Module& module);

}  // namespace faultline::explain

#endif  // FAULTLINE_TOOLS_WHY_RENDER_H_
