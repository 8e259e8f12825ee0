// The plan of a rule as people read it: `--emit plan` and the first form of `explain`.
//
//   rule go.modules.checksum_mismatch, error
//     stage 1: match in text
//       pattern go.modules.checksum_mismatch#1
//         found by ": checksum mismatch"
//         automaton of 84 states, 2 captures, matches of 30 bytes or more
//         extract: 6 instructions
//       stores module, version
//     stage 2: then in text, within 3 lines
//       …
//     state: at most 3 open matches a stream, 4 slots (64 bytes and their text) each
//     report: 5 instructions
//
// Automata are compiled to know their size: O(patterns of the rule x their size). Pure; the module must be
// one that Verify accepts.
#ifndef FAULTLINE_IR_PLAN_H_
#define FAULTLINE_IR_PLAN_H_

#include "ir/ir.h"

#include <string>

namespace faultline::ir {

std::string PrintPlan(const Module& module, RuleId rule);
std::string PrintPlan(const Module& module);  // of all rules, a blank line between

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_PLAN_H_
