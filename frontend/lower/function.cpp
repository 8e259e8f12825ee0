// Expression trees to functions.
#include "frontend/lower/function.h"

#include <algorithm>
#include <set>

namespace faultline::lower {
namespace {

ir::LoopKind LoopOf(sema::LoopKind kind) {
  switch (kind) {
    case sema::LoopKind::kAny:
      return ir::LoopKind::kAny;
    case sema::LoopKind::kAll:
      return ir::LoopKind::kAll;
    case sema::LoopKind::kCount:
      return ir::LoopKind::kCount;
    case sema::LoopKind::kFirst:
      return ir::LoopKind::kFirst;
    case sema::LoopKind::kLast:
      return ir::LoopKind::kLast;
    case sema::LoopKind::kFilter:
      return ir::LoopKind::kFilter;
    case sema::LoopKind::kMap:
      return ir::LoopKind::kMap;
  }
  return ir::LoopKind::kAny;
}

ir::Builtin BuiltinOf(sema::Builtin builtin) {
  switch (builtin) {
    case sema::Builtin::kLogFile:
      return ir::Builtin::kLogFile;
    case sema::Builtin::kLogLine:
      return ir::Builtin::kLogLine;
    case sema::Builtin::kLogColumn:
      return ir::Builtin::kLogColumn;
    case sema::Builtin::kText:
      return ir::Builtin::kText;
    case sema::Builtin::kRawText:
      return ir::Builtin::kRawText;
    case sema::Builtin::kTime:
      return ir::Builtin::kTime;
    case sema::Builtin::kNow:
      return ir::Builtin::kNow;
    case sema::Builtin::kStream:
      return ir::Builtin::kStream;
  }
  return ir::Builtin::kText;
}

void BindingsOf(const sema::Expr& expr, std::set<std::uint32_t>& out) {
  if (expr.kind == sema::ExprKind::kBinding) out.insert(expr.index);
  for (const sema::ExprPtr& argument : expr.arguments) BindingsOf(*argument, out);
  if (expr.body) BindingsOf(*expr.body, out);
}

}  // namespace

ir::FunctionId FunctionWriter::Value(const sema::Expr& expr) {
  std::set<std::uint32_t> wanted;
  BindingsOf(expr, wanted);
  WriteLetsOf(std::move(wanted));
  const ir::ValueId result = Write(expr);
  return builder_.Finish(result);
}

ir::FunctionId FunctionWriter::List(std::span<const sema::ExprPtr> items) {
  std::set<std::uint32_t> wanted;
  for (const sema::ExprPtr& item : items) BindingsOf(*item, wanted);
  WriteLetsOf(std::move(wanted));
  std::vector<ir::ValueId> values;
  for (const sema::ExprPtr& item : items) {
    values.push_back(Write(*item));
  }
  return builder_.Finish(builder_.MakeList(lang::TypeKind::kAny, std::move(values)));
}

ir::FunctionId FunctionWriter::Stores(std::span<const sema::Store> stores) {
  std::set<std::uint32_t> wanted;
  for (const sema::Store& store : stores) BindingsOf(*store.value, wanted);
  WriteLetsOf(std::move(wanted));
  for (const sema::Store& store : stores) builder_.Store(store.binding, Write(*store.value));
  return builder_.Finish();
}

ir::FunctionId FunctionWriter::Finish() {
  for (const sema::Store& let : lets_) {
    const ir::ValueId value = Write(*let.value);
    known_[let.binding] = value;
    builder_.Store(let.binding, value);
  }
  return builder_.Finish();
}

// Lets stand in the order of their definition, so those that one reads come before it.
void FunctionWriter::WriteLetsOf(std::set<std::uint32_t> wanted) {
  if (lets_.empty()) return;
  for (std::size_t i = lets_.size(); i-- > 0;) {
    if (wanted.contains(lets_[i].binding)) BindingsOf(*lets_[i].value, wanted);
  }
  for (const sema::Store& let : lets_) {
    if (wanted.contains(let.binding)) known_[let.binding] = Write(*let.value);
  }
}

// Depth is that of the expression, which the parser bounds.
ir::ValueId FunctionWriter::Write(const sema::Expr& expr) {
  if (expr.kind == sema::ExprKind::kLoop) {
    const ir::ValueId list = Write(*expr.arguments[0]);
    builder_.set_span(expr.span);
    elements_.push_back(builder_.BeginLoop(LoopOf(expr.loop), list));
    const ir::ValueId body = Write(*expr.body);
    elements_.pop_back();
    return builder_.EndLoop(body);
  }
  std::vector<ir::ValueId> arguments;
  for (const sema::ExprPtr& argument : expr.arguments) arguments.push_back(Write(*argument));
  builder_.set_span(expr.span);
  switch (expr.kind) {
    case sema::ExprKind::kConstant:
      return builder_.Constant(expr.constant, expr.type);
    case sema::ExprKind::kBinding:
      if (auto known = known_.find(expr.index); known != known_.end()) return known->second;
      return builder_.Slot(expr.index, expr.type);
    case sema::ExprKind::kInput:
      return builder_.Input(expr.index, expr.type);
    case sema::ExprKind::kCapture:
      return builder_.Capture(expr.index);
    case sema::ExprKind::kOperation:
      return builder_.Operation(expr.opcode, std::move(arguments));
    case sema::ExprKind::kField:
      return builder_.Field(arguments[0], expr.index);
    case sema::ExprKind::kLoop:
      break;  // above
    case sema::ExprKind::kElement:
      return elements_[expr.index];
    case sema::ExprKind::kMakeList:
      return builder_.MakeList(expr.type.element(), std::move(arguments));
    case sema::ExprKind::kMakeRecord:
      return builder_.MakeRecord(expr.type, std::move(arguments));
    case sema::ExprKind::kBuiltin:
      return builder_.BuiltinValue(BuiltinOf(expr.builtin));
    case sema::ExprKind::kMatchPattern:
      return builder_.MatchPattern(expr.index, arguments[0]);
  }
  return ir::kNone;
}

}  // namespace faultline::lower
