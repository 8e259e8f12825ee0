// What docs/semantics.md says that a rule finds in a log, as plainly as it can be said: for each event all
// events are looked at. Nothing of the engine is used.
#ifndef FAULTLINE_TESTS_ORACLE_CORRELATE_MODEL_H_
#define FAULTLINE_TESTS_ORACLE_CORRELATE_MODEL_H_

#include "log.h"
#include "rule_spec.h"

#include <string>
#include <vector>

namespace faultline::oracle {

// The reports, sorted. `plant`: one of the mistakes 1 … kPlants is made, for the test of the test; 0: none.
inline constexpr int kPlants = 6;
std::vector<std::string> Expected(const RuleSpec& rule, const Log& log, int plant = 0);

}  // namespace faultline::oracle

#endif  // FAULTLINE_TESTS_ORACLE_CORRELATE_MODEL_H_
