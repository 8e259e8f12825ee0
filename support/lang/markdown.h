// The reference pages that come from the tables: docs/reference/operators.md, holes.md, types.md. A test
// compares them with the committed files.
#ifndef FAULTLINE_SUPPORT_LANG_MARKDOWN_H_
#define FAULTLINE_SUPPORT_LANG_MARKDOWN_H_

#include <string>

namespace faultline::lang {

std::string OperatorsMarkdown();
std::string HolesMarkdown();
std::string TypesMarkdown();

}  // namespace faultline::lang

#endif  // FAULTLINE_SUPPORT_LANG_MARKDOWN_H_
