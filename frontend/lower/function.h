// Expression trees to functions.
#ifndef FAULTLINE_FRONTEND_LOWER_FUNCTION_H_
#define FAULTLINE_FRONTEND_LOWER_FUNCTION_H_

#include "frontend/sema/checked.h"
#include "ir/builder.h"
#include "ir/ir.h"

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace faultline::lower {

// Writes one function over the bindings of a rule or format. Slots are numbered as bindings are.
class FunctionWriter {
 public:
  // `lets` are derived bindings: their slots hold nothing before the rule's finish function has run, so a
  // function that runs earlier computes those that it uses, once, at its beginning.
  FunctionWriter(ir::Module* module, std::string name, std::span<const sema::Store> lets = {})
      : builder_(module, std::move(name)), lets_(lets) {}

  ir::FunctionId Value(const sema::Expr& expr);
  // The items as a list<any>, whatever their types.
  ir::FunctionId List(std::span<const sema::ExprPtr> items);
  ir::FunctionId Stores(std::span<const sema::Store> stores);
  // The lets themselves, in order.
  ir::FunctionId Finish();

 private:
  ir::ValueId Write(const sema::Expr& expr);
  void WriteLetsOf(std::set<std::uint32_t> wanted);

  ir::FunctionBuilder builder_;
  std::span<const sema::Store> lets_;
  std::map<std::uint32_t, ir::ValueId> known_;  // lets that have been computed
  std::vector<ir::ValueId> elements_;           // of the loops around, outermost first
};

}  // namespace faultline::lower

#endif  // FAULTLINE_FRONTEND_LOWER_FUNCTION_H_
