// Paths to fields of structured records, as they stand behind `from` and `each`.
#ifndef FAULTLINE_FRONTEND_SEMA_FIELD_PATHS_H_
#define FAULTLINE_FRONTEND_SEMA_FIELD_PATHS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::sema {

// `a.b` is field b of field a; `'a.b'` is one key with a dot in it; `a[].b` goes through the list a, as `a.b`
// does. Nothing where a part is empty or a quote stays open. O(length).
std::optional<std::vector<std::string>> ParseFieldPath(std::string_view text);

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_FIELD_PATHS_H_
