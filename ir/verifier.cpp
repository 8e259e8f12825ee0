// The order of the checks: what others refer to comes first.
#include "ir/verifier.h"

#include "ir/verifier_internal.h"

namespace faultline::ir {

std::vector<VerifierError> Verify(const Module& module) {
  internal::ErrorList errors;
  internal::VerifyConstants(module, &errors);
  internal::VerifyPatterns(module, &errors);
  std::vector<bool> sound(module.functions.size());
  for (FunctionId id = 0; id < module.functions.size() && !errors.full(); ++id) {
    sound[id] = internal::VerifyFunction(module, id, &errors);
  }
  internal::VerifyPlans(module, &errors);
  internal::VerifyUses(module, sound, &errors);
  return errors.Take();
}

}  // namespace faultline::ir
