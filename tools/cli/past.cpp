// What earlier runs left: see past.h.
#include "tools/cli/past.h"

#include "tools/cli/console.h"
#include "tools/driver/clock.h"
#include "tools/driver/state_place.h"

#include <string>
#include <vector>

namespace faultline::cli {

void Past::Commit(std::int64_t now) {
  if (!run) return;
  if (const auto error = run->Commit(now)) Remark(driver::Sentence(*error));
  if (run->error()) Remark(driver::Sentence(*run->error()));
}

Past OpenPast(const Options& options, const ir::Module& module, runtime::EngineOptions* engine) {
  Past past;
  bool asks_history = false, asks_shapes = false;
  for (const ir::Rule& rule : module.rules) {
    for (const ir::Aggregate& aggregate : rule.aggregates) {
      asks_history = asks_history || aggregate.form == ir::AggregateForm::kHistory;
    }
    for (const ir::Provided& provided : rule.provided) {
      asks_shapes = asks_shapes || provided.kind == ir::ProvidedKind::kNovel;
    }
  }
  if (!asks_history && !asks_shapes) return past;
  const driver::StatePlace place = driver::FindState(options.history);
  if (asks_history && !place.history.empty()) {
    history::Opened opened = history::Store::Open(place.history);
    if (opened.error) Remark(driver::Sentence(*opened.error));
    past.store = std::move(opened.store);
    std::vector<std::string> bad;
    const std::vector<driver::ContextEntry> context = driver::RunContext(options.context, &bad);
    past.run = std::make_unique<history::RunHistory>(past.store.get(), driver::ScopeOf(context, place),
                                                     driver::MainBranches(context));
    engine->history = past.run.get();
  }
  if (asks_shapes) {
    std::string remark;
    past.shapes = driver::LoadShapes(place.shapes, &remark);
    if (!remark.empty()) Remark(remark);
    engine->shapes = past.shapes.get();
  }
  return past;
}

}  // namespace faultline::cli
