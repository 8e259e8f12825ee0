// A record of typed fields as the line that a source of records gives for it: one JSON object.
//
// Types are spelled as the conversions of formats read them: durations with their units ("1.5s"), sizes in
// bytes, times in RFC 3339. Bytes of text that are not UTF-8 are kept; what would end the line is escaped.
#ifndef FAULTLINE_CAPI_RECORD_LINE_H_
#define FAULTLINE_CAPI_RECORD_LINE_H_

#include "capi/faultline.h"

#include <cstddef>
#include <string>

namespace faultline::capi {

// Appends the object and a newline. Not OK, with a message and nothing appended, for fields that make no
// sense.
faultline_status AppendRecordLine(const faultline_field* fields, std::size_t count, std::string* line);

}  // namespace faultline::capi

#endif  // FAULTLINE_CAPI_RECORD_LINE_H_
