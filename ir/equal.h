// Structural comparison of parts of the IR. Spans are no part of it: they do not change what runs.
//
// All functions are pure and O(size). Values are compared by kind and content, floats by their bits; values
// nested deeper than a verified module's recurse as deep as they are.
#ifndef FAULTLINE_IR_EQUAL_H_
#define FAULTLINE_IR_EQUAL_H_

#include "ir/ir.h"

namespace faultline::ir {

bool SameValue(const Value& a, const Value& b);
bool SamePattern(const Pattern& a, const Pattern& b);
bool SameCode(const Function& a, const Function& b);  // whatever their names
bool SameFunction(const Function& a, const Function& b);
bool SameFormat(const Format& a, const Format& b);
bool SameWrapper(const Wrapper& a, const Wrapper& b);
bool SameRule(const Rule& a, const Rule& b);
bool SameModule(const Module& a, const Module& b);

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_EQUAL_H_
