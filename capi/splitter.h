// faultline_splitter and faultline_event: phase 1 by itself.
#ifndef FAULTLINE_CAPI_SPLITTER_H_
#define FAULTLINE_CAPI_SPLITTER_H_

#include "capi/faultline.h"
#include "capi/rules.h"
#include "capi/run.h"
#include "runtime/engine/splitter.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

struct faultline_event {
  std::string bytes;
  bool everybody = false;
  std::uint32_t group = 0;
  std::uint64_t key = 0;
  std::uint32_t source = 0;
  std::int64_t time = FAULTLINE_NO_TIME;
};

struct faultline_splitter {
  std::shared_ptr<const faultline::capi::Rules> rules;
  std::int64_t now = 0;
  std::string choices;  // all options that change events, as text
  std::size_t max_events = 0;
  std::string head;  // of each event's bytes
  std::deque<std::unique_ptr<faultline_event>> events;
  std::map<std::uint32_t, faultline::capi::RunSource> sources;
  std::unique_ptr<faultline::runtime::Splitter> splitter;
  bool broken = false;  // by an error of memory or of ours
};

#endif  // FAULTLINE_CAPI_SPLITTER_H_
