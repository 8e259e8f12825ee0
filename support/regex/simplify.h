// Simplify: a tree of the same meaning that makes a smaller program.
#pragma once

#include "support/regex/node.h"

namespace faultline::regex {

// `abc|abd` becomes `ab[cd]`, what cannot match goes, what was tried before is not tried again. Matches and
// captures stay the same, group numbers too; groups are never dropped. O(size) but for comparing neighbours.
NodePtr Simplify(const NodePtr& node);

}  // namespace faultline::regex
