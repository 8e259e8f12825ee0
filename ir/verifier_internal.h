// What the verifier's files share. Private to ir/.
#ifndef FAULTLINE_IR_VERIFIER_INTERNAL_H_
#define FAULTLINE_IR_VERIFIER_INTERNAL_H_

#include "ir/verifier.h"

#include <string>
#include <utility>
#include <vector>

namespace faultline::ir::internal {

class ErrorList {
 public:
  void Add(std::string where, std::string message, Span span = {}) {
    if (errors_.size() < kMaxVerifierErrors) errors_.push_back({std::move(where), std::move(message), span});
  }
  bool full() const { return errors_.size() >= kMaxVerifierErrors; }
  bool empty() const { return errors_.empty(); }
  std::vector<VerifierError> Take() { return std::move(errors_); }

 private:
  std::vector<VerifierError> errors_;
};

// No error type inside, not too deep.
bool IsWellFormedType(const lang::Type& type);

void VerifyConstants(const Module& module, ErrorList* errors);
void VerifyPatterns(const Module& module, ErrorList* errors);

// The function by itself, whoever uses it. False if it has errors.
bool VerifyFunction(const Module& module, FunctionId id, ErrorList* errors);

// Every place that uses a function. `sound` says which functions VerifyFunction accepted.
void VerifyUses(const Module& module, const std::vector<bool>& sound, ErrorList* errors);

void VerifyPlans(const Module& module, ErrorList* errors);

// One rule; `where` names it in messages.
void VerifyRule(const Module& module, RuleId id, std::string where, ErrorList* errors);

// What holds between rules: series of their own, causes that are no circle. O(rules and what they explain).
void VerifyRulesTogether(const Module& module, ErrorList* errors);

}  // namespace faultline::ir::internal

#endif  // FAULTLINE_IR_VERIFIER_INTERNAL_H_
