// The framer's meaning once more, written to be read: recursion over the parts, the whole input at once,
// every block matched twice (how far it goes, then what it holds). Quadratic and worse; for tests.
#ifndef FAULTLINE_TESTS_FUZZ_FRAME_REFERENCE_H_
#define FAULTLINE_TESTS_FUZZ_FRAME_REFERENCE_H_

#include "runtime/program.h"
#include "tests/unit/frame/make_block.h"

#include <cstdint>
#include <string>
#include <vector>

namespace faultline::runtime::testing {

struct ReferenceResult {
  std::vector<std::string> blocks;  // as Describe writes them; sorted by first record, then format
  std::vector<FramerCounts> counts;
};

// Bounds but the formats' limits on lines are not looked at.
ReferenceResult FrameByReference(const Program& program, const Records& records);

}  // namespace faultline::runtime::testing

#endif  // FAULTLINE_TESTS_FUZZ_FRAME_REFERENCE_H_
