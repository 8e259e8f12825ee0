// Positions, timers and matches as bytes and back: what the operators' Save and Load are made of.
//
// What is read may be any bytes; a value that cannot be makes the reader fail. Texts and values of a match
// come to live in an arena of its own.
#ifndef FAULTLINE_RUNTIME_CORRELATE_MATCH_STATE_H_
#define FAULTLINE_RUNTIME_CORRELATE_MATCH_STATE_H_

#include "runtime/correlate/point.h"
#include "runtime/correlate/services.h"
#include "runtime/correlate/snapshot.h"

#include <cstdint>
#include <vector>

namespace faultline::runtime {

// Below 2^32, else the reader fails.
std::uint32_t GetSmall(snapshot::Reader* reader);
// A time or missing.
Value GetTime(snapshot::Reader* reader);

void PutPosition(const Position& position, snapshot::Writer* writer);
Position GetPosition(snapshot::Reader* reader);
void PutExtent(const Extent& extent, snapshot::Writer* writer);
Extent GetExtent(snapshot::Reader* reader);
void PutPoint(const Point& point, snapshot::Writer* writer);
Point GetPoint(snapshot::Reader* reader);
void PutTimer(const Timer& timer, snapshot::Writer* writer);
Timer GetTimer(snapshot::Reader* reader);
void PutEvidence(const Evidence& evidence, snapshot::Writer* writer);
Evidence GetEvidence(snapshot::Reader* reader);
void PutPlace(const FindingPlace& place, snapshot::Writer* writer);
FindingPlace GetPlace(snapshot::Reader* reader);
// Texts live in the arena.
void PutContext(const RecordContext& record, snapshot::Writer* writer);
RecordContext GetContext(snapshot::Reader* reader, Arena* arena);
void PutValues(const std::vector<Value>& values, snapshot::Writer* writer);
std::vector<Value> GetValues(snapshot::Reader* reader, Arena* arena);

// Instances of scopes are kept by their numbers (Services::PutScope). Null services: a match that stands in
// none.
void PutMatch(const Match& match, Services* services, snapshot::Writer* writer);
Match GetMatch(Services* services, snapshot::Reader* reader);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_MATCH_STATE_H_
