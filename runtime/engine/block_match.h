// A block in the form in which phase 2 takes what was found.
#ifndef FAULTLINE_RUNTIME_ENGINE_BLOCK_MATCH_H_
#define FAULTLINE_RUNTIME_ENGINE_BLOCK_MATCH_H_

#include "runtime/engine/match.h"
#include "runtime/frame/block_event.h"

#include <memory>

namespace faultline::runtime {

// Never null. Takes the event's arena and evidence over.
std::shared_ptr<const Match> MakeBlockMatch(BlockEvent event);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_BLOCK_MATCH_H_
