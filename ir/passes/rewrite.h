// Changing functions: passes mark what goes and what stands for it, one walk then removes and renumbers.
// Private to ir/passes.
#ifndef FAULTLINE_IR_PASSES_REWRITE_H_
#define FAULTLINE_IR_PASSES_REWRITE_H_

#include "ir/ir.h"

#include <vector>

namespace faultline::ir {

class FunctionEdit {
 public:
  explicit FunctionEdit(const Function& function);

  // The instruction goes; a loop takes its body with it. Whatever still uses its value must be given another.
  void Remove(ValueId value) { removed_[value] = true; }
  // All uses of `value` become uses of `other`, which is computed before it and in scope wherever it is.
  void Replace(ValueId value, ValueId other);

  // What stands for `value` by now.
  ValueId Current(ValueId value) const;

  // Rewrites the function in canonical numbering. Returns how many instructions went. O(size).
  std::size_t Apply(Function* function);

 private:
  std::vector<bool> removed_;
  std::vector<ValueId> replacement_;
};

// Removes instructions whose value is not used; stores stay. Returns how many went. O(size).
std::size_t RemoveUnusedInstructions(Function* function);

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_PASSES_REWRITE_H_
