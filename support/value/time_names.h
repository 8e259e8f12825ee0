// English names of months and days, as logs write them.
#ifndef FAULTLINE_SUPPORT_VALUE_TIME_NAMES_H_
#define FAULTLINE_SUPPORT_VALUE_TIME_NAMES_H_

#include <array>
#include <string_view>

namespace faultline {

inline constexpr std::array<std::string_view, 12> kMonthNames = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
inline constexpr std::array<std::string_view, 7> kDayNames = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                              "Thursday", "Friday", "Saturday"};

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_VALUE_TIME_NAMES_H_
