// The words of stages, for messages.
#ifndef FAULTLINE_FRONTEND_SEMA_RULE_WORDS_H_
#define FAULTLINE_FRONTEND_SEMA_RULE_WORDS_H_

#include "frontend/ast/ast.h"

#include <string_view>

namespace faultline::sema {

// "then"; "" for stages without a word, such as the parts of a set.
std::string_view Keyword(ast::StageKind kind);

// Whether it is a name of the run's context that needs no `context.` before it: job, branch, …
bool IsContextName(std::string_view name);

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_RULE_WORDS_H_
